"""The ledger of a backfilled case afterwards: the same ledger again, and taking back what it brought."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select

from mediation_admin.cases import rules
from mediation_admin.cases.enums import (
    CaseCategory,
    CaseKind,
    EndReason,
    IdKind,
    PartyRole,
    PartyType,
    Result,
)
from mediation_admin.cases.lifecycle import MOVES
from mediation_admin.cases.models import Case, CaseEvent
from mediation_admin.cases.operations import moving
from mediation_admin.cases.operations import parties as party_rows
from mediation_admin.cases.operations.editing import FORM_COLUMNS, cause_values, data_of
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch


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
    whole = _as_they_were(case, row) if erase else _merged(case, row)
    before = snapshot_of(case)
    # Before the dates: writing parties may flush, and a registration moved past the old acceptance fits only once the
    # move below has written the new one.
    party_rows.write_parties(case, whole.case.parties, today)
    for key in FORM_COLUMNS:
        value = getattr(whole.case, key)
        if getattr(case, key) != value:
            setattr(case, key, value)
    for key, value in cause_values(whole.case).items():
        if getattr(case, key) != value:
            setattr(case, key, value)
    if batch_id is not None:
        case.batch_id = batch_id
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


def _as_they_were(case: Case, row: rules.BackfilledCase) -> rules.BackfilledCase:
    """The row of a snapshot, with those parties made anew that the change it takes back had removed."""
    there = {party.id for party in case.parties}
    parties = tuple(party if party.id in there else replace(party, id=None) for party in row.case.parties)
    return replace(row, case=replace(row.case, parties=parties))


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
