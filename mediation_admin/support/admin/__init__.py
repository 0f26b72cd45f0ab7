"""Screens of the support desk, and what it adds to the pages of others."""

from mediation_admin.support.admin.accounts import AccountHelpView, own_panel
from mediation_admin.support.admin.reviews import IdentityReviewsView, MyIdentityView, identity_panel
from mediation_admin.support.admin.videos import CaseVideoView, VideoRequestsView, case_button
from mediation_admin.support.admin.videos import case_panel as video_panel

__all__ = [
    "AccountHelpView",
    "CaseVideoView",
    "IdentityReviewsView",
    "MyIdentityView",
    "VideoRequestsView",
    "case_button",
    "identity_panel",
    "own_panel",
    "video_panel",
]
