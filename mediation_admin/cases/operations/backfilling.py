"""Historic cases (T1b): one by form, many from a workbook, changed by the same ledger again, taken back.

The bulk path writes through Core in three inserts per chunk; it builds its rows with the same rules, the same effects
and the same table as the single path, and tests compare the two row by row.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, insert, select, text

from mediation_admin.cases import effects, rules
from mediation_admin.cases.enums import (
    CaseCategory,
    CaseKind,
    CaseSource,
    CaseState,
    EndReason,
    IdKind,
    PartyRole,
    PartyType,
    Result,
)
from mediation_admin.cases.facts import Facts, Given
from mediation_admin.cases.lifecycle import MOVES, refusal_of
from mediation_admin.cases.models import Agent, Case, CaseEvent, Party
from mediation_admin.cases.operations import moving
from mediation_admin.cases.operations import parties as party_rows
from mediation_admin.cases.operations.editing import FORM_COLUMNS, cause_values, data_of
from mediation_admin.cases.rules.backfill import state_for_backfill
from mediation_admin.cases.rules.deadlines import Deadlines
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor, fetch, scope_of, unfenced
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
    court = moving.court_of(court_id)
    deadlines = Deadlines(calendar(db.session), court.regime_changes_on)
    book = cause_book(db.session)
    built = []
    for place, (row, ident, number) in enumerate(zip(rows, ids, numbers, strict=True)):
        try:
            state = state_for_backfill(moving.backfill_facts(row, today))
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
    connection = db.session.connection()
    connection.execute(insert(_case), [one.case for one in built])
    connection.execute(insert(_party), [party for one in built for party in one.parties])
    connection.execute(insert(_event), [one.event for one in built])
    return ids


def _numbers(court_id: int, rows: Sequence[rules.BackfilledCase]) -> list[CaseNumber]:
    """The ledger's own numbers, above which the court's counters go on, and the next ones for rows without. Refuses
    numbers that are in use, here or at another court."""
    court = moving.court_of(court_id)
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


# -- the same ledger again ----------------------------------------------------------------------------------------------


def change_backfilled_case(
    *,
    actor: Actor,
    case_id: int,
    row: rules.BackfilledCase,
    batch_id: int | None = None,
    today: date | None = None,
    erase: bool = False,
) -> bool:
    """Let a changed ledger row speak for the case it made; True if anything changed.

    What the row leaves empty stays as it is, unless ``erase`` (taking a change back). Parties are matched by role and
    place. Refused once the case has lived on the platform (T1c).
    """
    today = today or clock.today()
    case = fetch(db.session, Case, case_id, with_for_update=True)
    whole = row if erase else _merged(case, row)
    before = snapshot_of(case)
    for key in FORM_COLUMNS:
        value = getattr(whole.case, key)
        if getattr(case, key) != value:
            setattr(case, key, value)
    for key, value in cause_values(whole.case).items():
        if getattr(case, key) != value:
            setattr(case, key, value)
    if batch_id is not None:
        case.batch_id = batch_id
    party_rows.write_parties(case, whole.case.parties, today)
    if snapshot_of(case) == before and _speaks_alike(case, whole):
        return False
    moving.carry_out(
        case,
        MOVES["backfill_change"],
        actor=actor,
        today=today,
        said={"backfill": whole},
    )
    party_rows.repeat_parties(case)
    db.session.flush()
    return True


_LEDGER = ("mediator_id", "organisation_id", "accepted_on", "ended_on", "result")


def _speaks_alike(case: Case, row: rules.BackfilledCase) -> bool:
    return all(getattr(case, key) == getattr(row, key) for key in _LEDGER) and (
        row.end_reason is None or case.end_reason is row.end_reason
    )


def _merged(case: Case, row: rules.BackfilledCase) -> rules.BackfilledCase:
    """The row with the case's own words where the row has none."""
    held = data_of(case)
    mine = {key: value for key in FORM_COLUMNS if (value := getattr(row.case, key)) not in (None, "")}
    # A corrected end takes its result with it, and an end taken away takes both: dates and results are the row's.
    return replace(
        row,
        case=replace(held, **mine, parties=_merged_parties(held.parties, row.case.parties)),
        mediator_id=row.mediator_id or case.mediator_id,
        organisation_id=row.organisation_id or case.organisation_id,
        accepted_on=row.accepted_on or case.accepted_on,
    )


def _merged_parties(
    held: Sequence[rules.PartyData], given: Sequence[rules.PartyData]
) -> tuple[rules.PartyData, ...]:
    merged = []
    for role in PartyRole:
        mine = [party for party in held if party.role is role]
        theirs = [party for party in given if party.role is role]
        if not theirs:
            merged += mine
        for place, party in enumerate(theirs):
            if place >= len(mine):
                merged.append(party)
                continue
            old = mine[place]
            said = {
                key: value
                for key in ("name", "type", "phone", "id_kind", "id_number", "nation", "address", "email", "representative")
                if (value := getattr(party, key)) not in (None, "")
            }
            merged.append(replace(old, **said))
    return tuple(merged)


# -- taking back --------------------------------------------------------------------------------------------------------


# A clerk's own words in a case are work, a reminder of the platform is none.
_OF_THE_LEDGER = ("backfill", "backfill_change", "announce_deadline")


def remove_backfilled(
    *, actor: Actor, case_ids: Sequence[int], unchanged_since: datetime | None = None
) -> dict[int, str | None]:
    """Take back historic cases: id → None when removed, else the sentence why it stays.

    Only cases that came from a ledger and have not been worked on are removed, and those wholly: nothing but the
    ledger's own words is lost, and the same file can be imported again. ``unchanged_since``: the moment of the import;
    a later change keeps the case. The caller records the audit entry of the batch.
    """
    if not actor.may(MOVES["backfill"].permission):
        raise RuleBroken("您当前的角色不能撤销补录。")
    found = {
        row.id: row
        for row in db.session.execute(
            select(Case.id, Case.case_no, Case.backfilled, Case.updated_at)
            .where(Case.id.in_(list(case_ids)))
            .order_by(Case.id)
            .with_for_update()
        )
    }
    worked_on = set(
        db.session.scalars(
            select(CaseEvent.case_id).where(
                CaseEvent.case_id.in_(list(found)), CaseEvent.move.not_in(_OF_THE_LEDGER)
            )
        )
    )
    answers: dict[int, str | None] = {}
    for ident in case_ids:
        row = found.get(ident)
        if row is None:
            answers[ident] = None
        elif not row.backfilled:
            answers[ident] = f"{row.case_no} 不是补录的案件，保留。"
        elif ident in worked_on or (unchanged_since is not None and row.updated_at > unchanged_since):
            answers[ident] = f"{row.case_no} 补录后已有办理或修改，保留。"
        else:
            answers[ident] = None
    gone = [ident for ident in found if answers[ident] is None]
    db.session.flush()
    if gone:
        db.session.execute(delete(CaseEvent).where(CaseEvent.case_id.in_(gone)))
        db.session.execute(delete(Case).where(Case.id.in_(gone)))
    return answers


def snapshot_of(case: Case) -> dict[str, Any]:
    """The ledger's side of a case as JSON, to be kept before a change and given back to ``row_from_snapshot``.

    It holds phones and ID numbers in clear: keep it encrypted.
    """
    data = data_of(case)
    return {
        "case": {key: moving.json_value(getattr(data, key)) for key in FORM_COLUMNS},
        "parties": [
            {key: moving.json_value(getattr(party, key)) for key in _PARTY_FIELDS} for party in data.parties
        ],
        **{key: moving.json_value(getattr(case, key)) for key in (*_LEDGER, "end_reason", "case_no")},
    }


_PARTY_FIELDS = (
    "role", "name", "type", "phone", "id_kind", "id_number", "sex", "birth_date", "nation", "division_code", "address",
    "email", "service_consent", "representative", "id",
)
_ENUMS: dict[str, Any] = {"kind": CaseKind, "category": CaseCategory, "role": PartyRole, "type": PartyType, "id_kind": IdKind}
_ENUMS |= {"result": Result, "end_reason": EndReason}
_DATES = {"registered_on", "accepted_on", "ended_on", "birth_date"}


def _read(key: str, value: Any) -> Any:
    if value is None:
        return None
    if key in _ENUMS:
        return _ENUMS[key](value)
    if key in _DATES:
        return date.fromisoformat(value)
    return Decimal(value) if key == "amount" else value


def row_from_snapshot(kept: dict[str, Any]) -> rules.BackfilledCase:
    """The row a snapshot stands for; ``change_backfilled_case(…, erase=True)`` puts it back."""
    return rules.BackfilledCase(
        case=rules.CaseData(
            **{key: _read(key, value) for key, value in kept["case"].items()},
            parties=tuple(
                rules.PartyData(**{key: _read(key, value) for key, value in party.items()}) for party in kept["parties"]
            ),
        ),
        case_no=kept["case_no"],
        **{key: _read(key, kept[key]) for key in (*_LEDGER, "end_reason")},
    )


def count_of_batch(batch_id: int) -> int:
    """How many cases of an import are still there."""
    return db.session.scalar(select(func.count(Case.id)).where(Case.batch_id == batch_id)) or 0


def states_of_batch(batch_id: int) -> dict[CaseState, int]:
    """How the cases of an import are spread over the states now."""
    rows = db.session.execute(
        select(Case.state, func.count(Case.id)).where(Case.batch_id == batch_id).group_by(Case.state)
    )
    return dict(rows.all())
