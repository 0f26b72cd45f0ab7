"""How much awaits a court: each figure one capped count over an index, made of the same conditions as its list."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.orm import Session

from mediation_admin.cases import queries as cases
from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.models import Case
from mediation_admin.core import clock
from mediation_admin.exchange import queries as exchange
from mediation_admin.exchange.models import HandOff
from mediation_admin.support import queries as support

CAP = 1_000
# Deadlines are announced this many days ahead.
SOON = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that awaits somebody: its words, how it is counted, and the address of the list of exactly its rows."""

    key: str
    label: str
    help: str
    condition: ColumnElement[bool]
    url: str
    tone: str = "plain"
    # Whether it is counted beside 待办: what somebody of the court has to do, not what others are doing.
    pressing: bool = False


def waiting(today: date) -> list[Waiting]:
    """Everything a court may have to do, most urgent first."""
    soon = today + timedelta(days=SOON)
    yesterday = today - timedelta(days=1)
    return [
        Waiting(
            "overdue",
            "超期未结",
            "调解期限已过、尚未结束的案件",
            cases.overdue(today),
            "/cases/?overdue=1",
            "bad",
            pressing=True,
        ),
        Waiting(
            "unanswered",
            "逾期未受理",
            "指派后 3 个工作日内没有受理的案件",
            cases.response_overdue(today),
            f"/cases/?state=to_accept&response_due_to={yesterday}",
            "bad",
            pressing=True,
        ),
        Waiting(
            "to_assign",
            "待指派",
            "还没有调解员的案件",
            cases.in_states(CaseState.TO_ASSIGN),
            "/cases/?state=to_assign",
            "warn",
            pressing=True,
        ),
        Waiting(
            "due_soon",
            f"{SOON} 日内到期",
            f"调解期限在 {SOON} 日内的案件",
            cases.due_between(today, soon),
            f"/cases/?due_from={today}&due_to={soon}&state=mediating&state=closing",
            "warn",
            pressing=True,
        ),
        Waiting(
            "to_accept",
            "待受理",
            "已指派、等待调解员受理的案件",
            cases.in_states(CaseState.TO_ACCEPT),
            "/cases/?state=to_accept",
        ),
        Waiting(
            "closing",
            "申请结案",
            "等待签字或结案的案件",
            cases.in_states(CaseState.CLOSING),
            "/cases/?state=closing",
        ),
        Waiting(
            "missing_phone",
            "手机号待补",
            "未结案件中当事人手机号待补的",
            and_(Case.missing_phones > 0, cases.open_now()),
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
            .where(cases.visible(), one.condition)
            .limit(CAP + 1)
            .subquery()
        )
        columns.append(select(func.count()).select_from(inner).scalar_subquery().label(one.key))
    return dict(session.execute(select(*columns)).mappings().one())


def pressing(session: Session, today: date) -> int:
    """The figure beside 待办."""
    found = counts(session, today)
    return sum(found[one.key] for one in waiting(today) if one.pressing)


@dataclass(frozen=True, slots=True)
class SupportWaiting:
    """One thing that awaits the support desk: its words, how many, the list of exactly its rows."""

    label: str
    help: str
    count: int
    url: str
    tone: str


def support_waiting(session: Session) -> list[SupportWaiting]:
    """What awaits support, the most urgent first; one statement."""
    counted = select(
        support.reviews_waiting().label("reviews"),
        support.reviews_overdue(clock.now()).label("late"),
        support.videos_waiting().label("videos"),
        select(func.count(HandOff.id)).where(exchange.stuck()).scalar_subquery().label("stuck"),
    )
    found = session.execute(counted).one()
    reviews = "/support/identity/?status=waiting&order=due"
    return [
        SupportWaiting(
            "超时未审核",
            "超过 2 个工作小时还没有审核的实名申请",
            found.late,
            "/support/identity/?late=1&order=due",
            "bad",
        ),
        SupportWaiting("实名待审核", "等待人工审核的实名申请", found.reviews, reviews, "warn"),
        SupportWaiting(
            "多路视频待审批", "法院提交的多路视频申请", found.videos, "/support/videos/?status=waiting", "warn"
        ),
        SupportWaiting(
            "移送停住", "已停止自动重试、等待人工处理的移送", found.stuck, "/all-hand-offs/?state=stuck", "bad"
        ),
    ]


def words(count: int) -> str:
    """12 or 1,000+."""
    return f"{CAP:,}+" if count > CAP else f"{count:,}"
