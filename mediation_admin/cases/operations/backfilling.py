"""Historic cases (T1b): one by form, many from a workbook.

The bulk path writes through Core in three inserts per chunk; it builds its rows with the same rules, the same effects
and the same table as the single path, and tests compare the two row by row.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text

from mediation_admin.cases import effects, rules
from mediation_admin.cases.enums import (
    CaseSource,
    PartyRole,
)
from mediation_admin.cases.facts import Facts, Given
from mediation_admin.cases.lifecycle import MOVES, refusal_of
from mediation_admin.cases.models import Agent, Case, CaseEvent, Party
from mediation_admin.cases.operations import looking, moving
from mediation_admin.cases.operations import parties as party_rows
from mediation_admin.cases.operations.editing import FORM_COLUMNS, cause_values
from mediation_admin.cases.rules.backfill import state_for_backfill
from mediation_admin.cases.rules.deadlines import Deadlines
from mediation_admin.core import clock
from mediation_admin.core.bulk import insert_many
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor, scope_of, unfenced
from mediation_admin.courts.operations import observe_case_numbers, take_case_numbers
from mediation_admin.reference.case_numbers import CaseNumber, parse
from mediation_admin.reference.causes import CauseBook
from mediation_admin.reference.queries import calendar, cause_book

_case, _party, _event = Case.__table__, Party.__table__, CaseEvent.__table__


def open_backfilled_case(
    *, actor: Actor, court_id: int, row: rules.BackfilledCase, batch_id: int | None = None, today: date | None = None
) -> Case:
    """One historic case by form; the state follows from the row. Refuses dates that do not fit and a number in use."""
    today = today or clock.today()
    made = build_backfilled_rows(
        actor=actor,
        court_id=court_id,
        rows=[row],
        batch_id=batch_id,
        today=today,
        ids=[0],
        numbers=_numbers(court_id, [row]),
    )[0]
    values = {key: value for key, value in made.case.items() if key not in ("id", "state")}
    case = Case(**{key: value for key, value in values.items() if key not in _MOVED})
    for party in made.parties:
        case.parties.append(Party(**{key: value for key, value in party.items() if key not in ("id", "case_id")}))
    _add_agents(case, row, today)
    moving.carry_out(
        case, MOVES["backfill"], actor=actor, today=today, said={"backfill": row, "on": row.case.registered_on}
    )
    party_rows.repeat_parties(case)
    db.session.add(case)
    db.session.flush()
    return case


# Columns of a new row that the move itself writes.
_MOVED = frozenset(
    {
        "accepted_on", "ended_on", "result", "end_reason", "signed_all", "mediator_id", "organisation_id", "due_on",
        "due_provisional",
    }
)


def _add_agents(case: Case, row: rules.BackfilledCase, today: date) -> None:
    for party, data in zip(case.parties, row.case.parties, strict=True):
        party.agents = [Agent(court_id=case.court_id, **party_rows.agent_values(a, today)) for a in data.agents]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one backfilled case, as column → value."""

    case: dict[str, Any]
    parties: list[dict[str, Any]]
    event: dict[str, Any]


def build_backfilled_rows(
    *,
    actor: Actor,
    court_id: int,
    rows: Sequence[rules.BackfilledCase],
    batch_id: int | None,
    today: date,
    ids: Sequence[int],
    numbers: Sequence[CaseNumber],
) -> list[Rows]:
    """The rows of historic cases, ready for Core inserts. The same rules, table and effects as one move each.

    Raises RuleBroken for the first row that is refused, its place in ``field`` as ``rows-N-…``.
    """
    move = MOVES["backfill"]
    court = looking.court_of(court_id)
    deadlines = Deadlines(calendar(db.session), court.regime_changes_on)
    book = cause_book(db.session)
    built = []
    for place, (row, ident, number) in enumerate(zip(rows, ids, numbers, strict=True)):
        try:
            state = state_for_backfill(looking.backfill_facts(row, today))
            facts = Facts(
                state=None,
                today=today,
                registered_on=row.case.registered_on,
                kind=row.case.kind,
                simplified=row.case.simplified,
                backfilled=True,
                regime_changes_on=court.regime_changes_on,
            )
            given = Given(on=row.case.registered_on, backfill=row)
            refused = refusal_of(move, facts, given)
            if refused is not None:
                raise moving.broken_by(refused)
            parties = [party_rows.party_values(party, today) for party in row.case.parties]
            values = effects.backfill_values(state, given, facts, deadlines)
            case = _case_values(court_id, row, number, batch_id, book) | values | party_rows.sums_of(court_id, parties)
        except RuleBroken as broken:
            raise RuleBroken(broken.message, field=f"rows-{place}-{broken.field or ''}") from None
        case["id"] = ident
        case["gaps"] = _gaps(case, parties)
        _place(parties, court_id, ident)
        built.append(Rows(case, parties, _event_values(actor, case, row, today)))
    return built


def _case_values(
    court_id: int, row: rules.BackfilledCase, number: CaseNumber, batch_id: int | None, book: CauseBook
) -> dict[str, Any]:
    values = {key: getattr(row.case, key) for key in FORM_COLUMNS}
    if not any(party.role is PartyRole.APPLICANT for party in row.case.parties):
        raise RuleBroken("请至少填写一名申请人。", field="applicants")
    if not any(party.role is PartyRole.RESPONDENT for party in row.case.parties):
        raise RuleBroken("请至少填写一名被申请人。", field="respondents")
    values |= cause_values(row.case, book)
    if not values["cause_text"]:
        raise RuleBroken("请填写案由。", field="cause")
    return {
        **values,
        "court_id": court_id,
        "source": CaseSource.BACKFILL,
        "backfilled": True,
        "batch_id": batch_id,
        "case_no": str(number),
        "case_year": number.year,
        "case_type": number.type_code,
        "case_serial": number.serial,
        "version": 1,
    }


def _gaps(case: dict[str, Any], parties: Iterable[dict[str, Any]]) -> list[str]:
    found = rules.gaps_of(
        rules.GapFacts(
            state=case["state"],
            result=case["result"],
            party_gaps=party_rows.party_gaps(parties),
            facts_written=bool(case["facts"].strip()),
            plan_written=bool(case["plan"].strip()),
            cause_known=case["cause_code"] is not None,
            has_mediator=case["mediator_id"] is not None,
            has_accepted_on=case["accepted_on"] is not None,
            has_end_reason=case["end_reason"] is not None,
        )
    )
    return [gap.value for gap in found]


def _place(parties: Iterable[dict[str, Any]], court_id: int, case_id: int) -> None:
    position = dict.fromkeys(PartyRole, 0)
    for party in parties:
        party |= {"court_id": court_id, "case_id": case_id, "position": position[party["role"]]}
        position[party["role"]] += 1


def _event_values(actor: Actor, case: dict[str, Any], row: rules.BackfilledCase, today: date) -> dict[str, Any]:
    on = row.case.registered_on
    return {
        "court_id": case["court_id"],
        "case_id": case["id"],
        "at": clock.now(),
        "happened_on": on if on != today else None,
        "actor_id": actor.account_id,
        "actor_name": actor.name,
        "on_behalf_of": "",
        "move": "backfill",
        "from_state": None,
        "to_state": case["state"],
        "title": MOVES["backfill"].label,
        "detail": "",
        "data": {"ledger": dict(row.source)} if row.source else {},
    }


def insert_backfilled(
    *,
    actor: Actor,
    court_id: int,
    rows: Sequence[rules.BackfilledCase],
    batch_id: int | None,
    today: date | None = None,
) -> list[int]:
    """Many historic cases at once (2,000 a call): case ids in the order of ``rows``. Agents of ledgers are not read.

    Numbers of a
    whole file belong into ``courts.operations.observe_case_numbers`` first, or a later chunk's own number may meet one
    given to an earlier row. Writes no audit entry per row; the caller records one for the batch. Raises RuleBroken for a refused row before
    anything is written, NotFound for a court outside the session's scope.
    """
    if not actor.may(MOVES["backfill"].permission):
        raise RuleBroken("您当前的角色不能补录历史案件。")
    _require_court(court_id)
    today = today or clock.today()
    if not rows:
        return []
    ids = list(
        db.session.scalars(
            text("select nextval(pg_get_serial_sequence('mediation_case', 'id')) from generate_series(1, :n)"),
            {"n": len(rows)},
        )
    )
    numbers = _numbers(court_id, rows)
    built = build_backfilled_rows(
        actor=actor, court_id=court_id, rows=rows, batch_id=batch_id, today=today, ids=ids, numbers=numbers
    )
    db.session.flush()
    insert_many(db.session(), _case, [one.case for one in built])
    insert_many(db.session(), _party, [party for one in built for party in one.parties])
    insert_many(db.session(), _event, [one.event for one in built])
    return ids


def _numbers(court_id: int, rows: Sequence[rules.BackfilledCase]) -> list[CaseNumber]:
    """The ledger's own numbers, above which the court's counters go on, and the next ones for rows without. Refuses
    numbers that are in use, here or at another court."""
    court = looking.court_of(court_id)
    own = [_own_number(place, row) for place, row in enumerate(rows)]
    texts = [str(number) for number in own if number]
    twice = next((text for text, count in Counter(texts).items() if count > 1), None)
    used = twice or (texts and db.session.scalar(
        unfenced(
            select(Case.case_no).where(Case.case_no.in_(texts)).limit(1), "a case number is one on the whole platform"
        )
    ))
    if used:
        raise RuleBroken(f"诉前调解案号 {used} 已存在，请核对；回收站里的案件也占用案号。", field="case_no")
    observe_case_numbers(db.session(), court, [number for number in own if number])
    wanted = Counter(row.case.registered_on.year for row, number in zip(rows, own, strict=True) if number is None)
    fresh = {
        year: iter(take_case_numbers(db.session(), court, moving.PRE_FILING_TYPE, year, count))
        for year, count in sorted(wanted.items())
    }
    return [number or next(fresh[row.case.registered_on.year]) for row, number in zip(rows, own, strict=True)]


def _own_number(place: int, row: rules.BackfilledCase) -> CaseNumber | None:
    try:
        return parse(row.case_no) if row.case_no else None
    except RuleBroken as broken:
        raise RuleBroken(broken.message, field=f"rows-{place}-case_no") from None


def _require_court(court_id: int) -> None:
    """Core inserts pass by the fence, so it is asked here."""
    scope = scope_of(db.session())
    if scope is None or (scope.court_ids is not None and court_id not in (scope.write_court_ids or ())):
        raise NotFound(f"court {court_id}")
