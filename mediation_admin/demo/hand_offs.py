"""Hand-offs of the live demo court in every state, so that the ledger's screens can be tried. Nothing is really sent."""

from sqlalchemy import select

from mediation_admin.cases.models import Case
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor
from mediation_admin.courts.models import Court
from mediation_admin.exchange import operations, rules
from mediation_admin.exchange.enums import HandOffKind
from mediation_admin.exchange.models import HandOff
from mediation_admin.exchange.senders import Answer

_TIMEOUT = "对方系统没有响应或返回异常，将自动重试。"
# (kind, failed tries before, what came of it at last, the other end's words)
_STORIES = (
    (HandOffKind.CASE_IN, 0, None, ""),
    (HandOffKind.FILING, 0, Answer("已收到，等待立案审查。", external_no="NW-2201"), ""),
    (HandOffKind.FILING, 1, Answer("已立案，案号已回传。", external_no="NW-2187", final=True), ""),
    (HandOffKind.CONFIRMATION, rules.MOST_FAILURES, None, _TIMEOUT),
    (HandOffKind.JUDGMENT, 2, None, _TIMEOUT),
    (HandOffKind.MINISTRY_ASSIGNMENT, -1, None, "对方没有找到这个调解组织，请核对组织是否已绑定部委后重试。"),
    (HandOffKind.FILING, 0, None, ""),
)


def fill(court: Court, *, clerk: Actor) -> int:
    """Enter the hand-offs, each on a case of the court; returns how many. Flushes."""
    cases = db.session.scalars(
        select(Case).where(Case.court_id == court.id, Case.case_no.is_not(None)).order_by(Case.id.desc())
    ).all()
    for number, (story, case) in enumerate(zip(_STORIES, cases, strict=False), 1):
        kind, failures, answer, words = story
        row = operations.open_hand_off(
            actor=clerk,
            court_id=court.id,
            kind=kind,
            reference=case.case_no or "",
            idempotency_key=f"demo:{court.code}:{number}",
            case_id=case.id,
            target_name="全国工商联" if kind is HandOffKind.MINISTRY_ASSIGNMENT else "",
        )
        for _ in range(abs(failures)):
            _begin(row)
            operations.record_failure(hand_off_id=row.id, number=row.tries, words=words or _TIMEOUT, for_good=failures < 0)
        if answer is not None:
            _begin(row)
            operations.record_success(hand_off_id=row.id, number=row.tries, answer=answer)
    return min(len(_STORIES), len(cases))


def _begin(row: HandOff) -> None:
    """What a sweep does with a row it has a sender for."""
    operations.begin_try(row, clock.now())
    db.session.flush()
