"""Looking for an account: each search is counted and in the audit, and holds nothing of what was typed."""

from datetime import timedelta

from sqlalchemy import func, select

from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.crypto import normalise_id_number, normalise_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor
from mediation_admin.courts.models import Court
from mediation_admin.support import queries, rules
from mediation_admin.support.enums import SearchBy
from mediation_admin.support.models import AccountSearch

MOST_FOUND = 50


def find_accounts(*, actor: Actor, by: SearchBy, text: str, court_id: int | None = None) -> list[int]:
    """The ids of the accounts found, at most fifty. By phone and ID number only the whole number finds anything; a name
    is looked for within one court.

    Refused: more than a hundred searches in an hour; a name without its court, or of one character.
    """
    session = db.session()
    # Two at the same moment are counted one after the other.
    session.execute(select(func.pg_advisory_xact_lock(7_260_300, actor.account_id)))
    hour_ago = clock.now() - timedelta(hours=1)
    rules.check_searches(queries.searches_since(session, actor.account_id, hour_ago))
    found = _find(by, text, court_id)
    session.add(AccountSearch(actor_id=actor.account_id, searched_by=by, at=clock.now()))
    court = session.get(Court, court_id) if by is SearchBy.NAME and court_id else None
    where = f"（{court.short_name}）" if court else ""
    record(
        session,
        "support:account:searched",
        f"按{by.label}{where}查找账号，找到 {len(found)} 个",
        changes={"found": found} if found else {},
        actor=actor,
    )
    session.flush()
    return found


def _find(by: SearchBy, text: str, court_id: int | None) -> list[int]:
    session = db.session()
    if by is SearchBy.PHONE:
        phone = normalise_phone(text)
        if not (phone.isdigit() and len(phone) == 11):
            raise RuleBroken("请输入完整的 11 位手机号。", field="text")
        return queries.accounts_of_phone(session, phone)
    if by is SearchBy.ID_NUMBER:
        number = normalise_id_number(text)
        if not 15 <= len(number) <= 18:
            raise RuleBroken("请输入完整的证件号码（15 或 18 位）。", field="text")
        return queries.accounts_of_id_number(session, number)
    if court_id is None:
        raise RuleBroken("按姓名查找请先选择法院。", field="court_id")
    if len(text.strip()) < 2:
        raise RuleBroken("请输入至少两个字的姓名。", field="text")
    return queries.accounts_of_name(session, court_id, text.strip(), MOST_FOUND)
