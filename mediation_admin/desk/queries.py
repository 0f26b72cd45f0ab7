"""How much awaits a court: each figure one capped count over an index."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.orm import Session

from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.models import Case

CAP = 1_000
# Deadlines are announced this many days ahead.
SOON = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that awaits somebody: its words, how it is counted, where its rows are listed."""

    key: str
    label: str
    help: str
    condition: ColumnElement[bool]
    url: str
    tone: str = "plain"

    @property
    def next_step(self) -> str:
        """What opening it is for."""
        return self.help


def waiting(today: date) -> list[Waiting]:
    """Everything a court may have to do, most urgent first."""
    soon = today + timedelta(days=SOON)
    running = Case.state.in_((CaseState.MEDIATING, CaseState.CLOSING))
    return [
        Waiting(
            "overdue",
            "超期未结",
            "调解期限已过、尚未结束的案件",
            and_(running, Case.due_on < today),
            "/cases/?overdue=1",
            "bad",
        ),
        Waiting(
            "unanswered",
            "逾期未受理",
            "指派后 3 个工作日内没有受理的案件",
            and_(Case.state == CaseState.TO_ACCEPT, Case.response_due_on < today),
            f"/cases/?state=to_accept&response_due_to={today - timedelta(days=1)}",
            "bad",
        ),
        Waiting(
            "to_assign",
            "待指派",
            "还没有调解员的案件",
            Case.state == CaseState.TO_ASSIGN,
            "/cases/?state=to_assign",
            "warn",
        ),
        Waiting(
            "due_soon",
            f"{SOON} 日内到期",
            "调解期限在三日内的案件",
            and_(running, Case.due_on >= today, Case.due_on <= soon),
            f"/cases/?due_from={today}&due_to={soon}&state=mediating&state=closing",
            "warn",
        ),
        Waiting(
            "to_accept",
            "待受理",
            "已指派、等待调解员受理的案件",
            Case.state == CaseState.TO_ACCEPT,
            "/cases/?state=to_accept",
        ),
        Waiting(
            "closing", "申请结案", "等待签字或结案的案件", Case.state == CaseState.CLOSING, "/cases/?state=closing"
        ),
        Waiting(
            "missing_phone",
            "手机号待补",
            "未结案件中当事人手机号待补的",
            and_(
                Case.missing_phones > 0,
                Case.state.in_((CaseState.TO_ASSIGN, CaseState.TO_ACCEPT, CaseState.MEDIATING, CaseState.CLOSING)),
            ),
            "/cases/?missing_phone=1&open=1",
        ),
    ]


def counts(session: Session, today: date) -> dict[str, int]:
    """Key → how many, at most CAP + 1 each, in one statement."""
    columns: list[Any] = []
    for one in waiting(today):
        inner = (
            select(literal(1).label("one"))
            .select_from(Case)
            .where(Case.deleted_at.is_(None), one.condition)
            .limit(CAP + 1)
            .subquery()
        )
        columns.append(select(func.count()).select_from(inner).scalar_subquery().label(one.key))
    return dict(session.execute(select(*columns)).mappings().one())


def words(count: int) -> str:
    """12 or 1,000+."""
    return f"{CAP:,}+" if count > CAP else f"{count:,}"
