"""The demo: two courts and their people, in an empty database and in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mediation_admin.accounts.actors import OPERATOR
from mediation_admin.accounts.models import Account
from mediation_admin.cases.models import Case
from mediation_admin.core import clock
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, Scope, enter, unfenced
from mediation_admin.courts.models import Court
from mediation_admin.demo import hand_offs, ledger_court, live_court
from mediation_admin.demo.people import LEDGER_COURT, LIVE_COURT, PEOPLE, Hired, hire, sign_in_lines

_SCOPE = Scope.everything("the demo makes two courts and their people")


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made: the people with their first passwords, and the lines to print for them."""

    hired: dict[str, Hired]
    lines: list[str]
    ledger_cases: int
    live_cases: int


def create_demo(session: Session, *, today: date | None = None, say: Callable[[str], None] = lambda text: None) -> Demo:
    """Make the people, the court from the workbooks and the live court. Flushes.

    Refuses a database that has people or cases, and one without the reference data.
    """
    today = today or clock.today()
    if _is_in_use(session):
        raise RuleBroken("数据库中已有用户或案件，不再生成演示数据。演示数据只用于空的数据库。")
    codes = sorted({code for person in PEOPLE for _, code in person.roles if code})
    courts = {court.code: court for court in session.scalars(select(Court).where(Court.code.in_(codes)))}
    if missing := [code for code in codes if code not in courts]:
        raise RuleBroken(f"缺少法院 {'、'.join(missing)}。请先执行 flask reference load 载入参考数据。")
    _work_as(session, OPERATOR)
    hired = hire(courts)
    ledger, live = courts[LEDGER_COURT], courts[LIVE_COURT]

    say(f"{ledger.name}：导入名册和台账")
    admin = hired["ledger_admin"].acting(ledger)
    _work_as(session, admin)
    written = ledger_court.fill(ledger.id, admin=admin)

    say(f"{live.name}：生成本月在办案件")
    clerks = tuple(hired[key].acting(live) for key in ("live_clerk", "live_clerk_2"))
    _work_as(session, clerks[0])
    made = live_court.fill(live, admin=hired["live_admin"].acting(live), clerks=clerks, today=today)
    hand_offs.fill(live, clerk=clerks[0])
    return Demo(hired, sign_in_lines(list(hired.values()), courts), written["cases"], made)


def _work_as(session: Session, actor: Actor) -> None:
    enter(session, actor, _SCOPE)


def _is_in_use(session: Session) -> bool:
    either = select(exists(select(Account.id)) | exists(select(Case.id)))
    return bool(session.scalar(unfenced(either, "whether anything is there at all")))
