"""多路视频申请 (R20): asked for from a case whose party data are complete, decided by support, told on the timeline."""

from mediation_admin.accounts import queries as accounts
from mediation_admin.audit.recording import record
from mediation_admin.cases import operations as cases
from mediation_admin.cases.models import Case
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.notices import operations as notices
from mediation_admin.notices.templates import Template
from mediation_admin.support import queries, rules
from mediation_admin.support.enums import VideoStatus
from mediation_admin.support.models import VideoRequest


def ask_for_video(*, actor: Actor, case_id: int, reason: str, party_count: int | None) -> VideoRequest:
    """Ask for a room of more than two ends. Refused: an ended or deleted case, missing party data (with where to mend
    them), a request that waits already, no reason, a count that cannot be."""
    session = db.session()
    # Two requests at once wait for each other here.
    case = fetch(session, Case, case_id, with_for_update=True)
    parties = queries.party_count(session, case)
    waiting = any(one.status is VideoStatus.WAITING for one in queries.video_of_case(session, case.id))
    refused = rules.why_no_video(
        state=case.state,
        deleted=case.deleted_at is not None,
        gaps_of_case=case.gaps or (),
        parties=parties,
        waiting=waiting,
    )
    if refused is not None:
        raise RuleBroken(refused[0], repair=refused[1])
    text = " ".join(reason.split())
    if not text or len(text) > rules.LONGEST_REASON:
        raise RuleBroken(f"请写明申请理由，最多 {rules.LONGEST_REASON} 个字。", field="reason")
    row = VideoRequest(
        court_id=case.court_id,
        case_id=case.id,
        case_no=case.case_no or "",
        party_count=rules.check_party_count(party_count, parties),
        reason=text,
        status=VideoStatus.WAITING,
        asked_by=actor.account_id,
        asked_by_name=actor.name,
        asked_at=clock.now(),
    )
    session.add(row)
    session.flush()
    _tell(actor, row, "video_asked", f"提交多路视频申请：{row.party_count} 方", row.reason)
    return row


def withdraw_video(*, actor: Actor, request_id: int) -> VideoRequest:
    """Take a request back. Refused: once it is decided."""
    row = _waiting(request_id)
    row.status, row.decided_at = VideoStatus.WITHDRAWN, clock.now()
    db.session().flush()
    _tell(actor, row, "video_withdrawn", "撤回多路视频申请")
    return row


def approve_video(*, actor: Actor, request_id: int, answer: str = "") -> VideoRequest:
    """Agree. Refused: once it is decided or withdrawn."""
    return _decide(actor, request_id, VideoStatus.APPROVED, " ".join(answer.split()))


def refuse_video(*, actor: Actor, request_id: int, answer: str) -> VideoRequest:
    """Do not agree, with the reason the court reads. Refused: without one; once it is decided or withdrawn."""
    text = " ".join(answer.split())
    if not text:
        raise RuleBroken("请写明不同意的理由，申请的法院会看到。", field="answer")
    return _decide(actor, request_id, VideoStatus.REFUSED, text)


def _decide(actor: Actor, request_id: int, status: VideoStatus, answer: str) -> VideoRequest:
    if len(answer) > rules.LONGEST_REASON:
        raise RuleBroken(f"答复最多 {rules.LONGEST_REASON} 个字。", field="answer")
    row = _waiting(request_id)
    row.status, row.answer, row.decided_at = status, answer, clock.now()
    row.decided_by, row.decided_by_name = actor.account_id, actor.name
    db.session().flush()
    _tell(actor, row, f"video_{status.value}", f"多路视频申请{status.label}", answer)
    if row.asked_by is not None:
        asker = accounts.own_account_shown(db.session(), row.asked_by)
        facts = {"matter": f"多路视频 {row.case_no}", "result": status.label}
        notices.send(
            actor=actor, template=Template.APPROVAL_DECIDED, phone=asker.phone, facts=facts, court_id=row.court_id
        )
    return row


def _waiting(request_id: int) -> VideoRequest:
    row = fetch(db.session(), VideoRequest, request_id, with_for_update=True)
    if row.status is not VideoStatus.WAITING:
        raise RuleBroken(f"这份申请{row.status.label}，不能再办理。")
    return row


def _tell(actor: Actor, row: VideoRequest, what: str, title: str, detail: str = "") -> None:
    """On the case's timeline, and in the audit of its court."""
    cases.note_on_timeline(
        actor=actor, case_id=row.case_id, court_id=row.court_id, what=what, title=title, detail=detail
    )
    record(
        db.session(),
        f"support:video:{what.removeprefix('video_')}",
        f"{title}（{row.case_no}）" + (f"：{detail}" if detail else ""),
        object_type="mediation_case",
        object_id=row.case_id,
        court_id=row.court_id,
        actor=actor,
    )
