"""Changes of the support desk: searches, steps for people, identity reviews, video requests. All flush, none commits."""

from mediation_admin.support.operations.finding import find_accounts
from mediation_admin.support.operations.helping import (
    correct_phone,
    end_sessions,
    let_in_by_work_card,
    look_at_proof,
    reset_factor,
    send_link,
    unlock,
)
from mediation_admin.support.operations.reviews import (
    approve,
    erase_photos,
    look_at_photo,
    refuse,
    release,
    submit_review,
    take,
    take_next,
    withdraw_review,
)
from mediation_admin.support.operations.videos import approve_video, ask_for_video, refuse_video, withdraw_video

__all__ = [
    "approve",
    "approve_video",
    "ask_for_video",
    "correct_phone",
    "end_sessions",
    "erase_photos",
    "find_accounts",
    "let_in_by_work_card",
    "look_at_photo",
    "look_at_proof",
    "refuse",
    "refuse_video",
    "release",
    "reset_factor",
    "send_link",
    "submit_review",
    "take",
    "take_next",
    "unlock",
    "withdraw_review",
    "withdraw_video",
]
