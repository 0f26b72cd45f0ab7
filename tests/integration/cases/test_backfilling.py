"""Historic cases: one, many, changed by the same ledger, taken back."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, inspect, select

from mediation_admin.cases import operations
from mediation_admin.cases.enums import CaseState, Gap, PartyRole, Result
from mediation_admin.cases.models import Case, CaseEvent, Party
from mediation_admin.core.errors import NotFound, RuleBroken
from tests import people
from tests.factories import cases
from tests.factories.cases import TODAY

OPEN = {"accepted_on": None, "ended_on": None, "result": None}


def _one(office, **values):
    row = cases.a_backfilled_row(**values)
    return operations.open_backfilled_case(actor=office.actor, court_id=office.court_id, row=row, today=TODAY)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, CaseState.CLOSED),
        ({"result": Result.SETTLED_WITHDRAWN}, CaseState.CLOSED),
        ({"result": Result.FAILED}, CaseState.TERMINATED),
        ({"result": Result.PROCEDURAL, "accepted_on": None}, CaseState.TERMINATED),
        (OPEN, CaseState.TO_ASSIGN),
    ],
)
def test_the_state_follows_from_the_row(office, values, state):
    case = _one(office, **values)
    assert (case.state, case.backfilled) == (state, True)


def test_a_mediator_and_no_end_means_under_mediation(office):
    case = _one(office, **OPEN | {"mediator_id": office.mediator.id})
    assert case.state is CaseState.MEDIATING
    assert Gap.ACCEPTED_ON.value in case.gaps


def test_the_ledgers_own_number_is_kept_and_the_counter_goes_on_above_it(office):
    first = _one(office, case_no="(2022)豫1302诉前调57号")
    second = _one(office)
    assert (first.case_no, second.case_no) == ("（2022）豫1302诉前调57号", "（2022）豫1302诉前调58号")


def test_a_number_in_use_is_refused_in_words(office):
    _one(office, case_no="（2022）豫1302诉前调57号")
    with pytest.raises(RuleBroken, match="57号 已存在"):
        _one(office, case_no="（2022）豫1302诉前调57号")


def test_the_event_shows_the_day_of_the_ledger_and_no_hour(office):
    _one(office, source={"调解结果": "和解撤诉"})
    event = office.session.scalars(select(CaseEvent)).one()
    assert (event.happened_on, event.move, event.to_state) == (date(2022, 1, 4), "backfill", "closed")
    assert event.data["ledger"] == {"调解结果": "和解撤诉"}


def _plain(row, without):
    return {
        column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs if column.key not in without
    }


def _rows(office):
    wanting = (cases.a_party(), cases.a_party(PartyRole.RESPONDENT, name="某商贸有限公司", phone=None))
    return [
        cases.a_backfilled_row(case_no="（2022）豫1302诉前调3号"),
        cases.a_backfilled_row(**OPEN, case={"parties": wanting, "cause_code": None, "cause_text": "欠款", "facts": ""}),
        cases.a_backfilled_row(**OPEN | {"mediator_id": office.mediator.id, "accepted_on": date(2022, 1, 5)}),
        cases.a_backfilled_row(result=Result.FAILED, mediator_id=office.mediator.id, case={"amount": None, "plan": ""}),
    ]


def test_many_at_once_make_the_same_rows_as_one_by_one(office):
    rows = _rows(office)
    singly = [
        operations.open_backfilled_case(actor=office.actor, court_id=office.court_id, row=row, today=TODAY)
        for row in rows
    ]
    skip = {"id", "created_at", "updated_at", "case_no", "case_serial", "case_id", "at", "phone", "id_number"}
    one_case = [_plain(case, skip) for case in singly]
    one_party = [[_plain(party, skip) for party in case.parties] for case in singly]
    one_event = [_plain(e, skip) for e in office.session.scalars(select(CaseEvent).order_by(CaseEvent.id))]
    office.session.rollback()

    ids = operations.insert_backfilled(
        actor=office.actor,
        court_id=office.court_id,
        rows=[replace(row, mediator_id=None if row.mediator_id is None else _mediator(office)) for row in rows],
        batch_id=None,
        today=TODAY,
    )
    many = office.session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)).all()
    assert [case.id for case in many] == ids
    for case, expected in zip(many, one_case, strict=True):
        found = _plain(case, skip)
        expected["mediator_id"] = found["mediator_id"]
        assert found == expected
    assert [[_plain(party, skip) for party in case.parties] for case in many] == one_party
    events = [_plain(e, skip) for e in office.session.scalars(select(CaseEvent).order_by(CaseEvent.id))]
    assert events == one_event
    assert [p.phone for case in many for p in case.parties][:2] == ["13900001234", "13900001234"]


def _mediator(office):
    held = office.session.info.get("second")
    if held is None:
        held = office.session.info["second"] = cases.a_mediator(office.session, office.court_id, "调解某二").id
    return held


def test_a_faulty_row_among_many_names_its_place_and_writes_nothing(office):
    rows = [*_rows(office), cases.a_backfilled_row(accepted_on=date(2021, 1, 1))]
    with pytest.raises(RuleBroken, match="早于登记日期") as refused:
        operations.insert_backfilled(
            actor=office.actor, court_id=office.court_id, rows=rows, batch_id=None, today=TODAY
        )
    assert refused.value.field == "rows-4-accepted_on"
    assert office.session.scalar(select(func.count(Case.id))) == 0


def test_many_cannot_be_written_into_another_court(office, app):
    other = people.court_of(app, people.clerk_b)
    with pytest.raises(NotFound):
        operations.insert_backfilled(
            actor=office.actor, court_id=other, rows=_rows(office), batch_id=None, today=TODAY
        )


def test_the_same_row_again_changes_nothing(office):
    row = cases.a_backfilled_row(case_no="（2022）豫1302诉前调3号")
    case = operations.open_backfilled_case(actor=office.actor, court_id=office.court_id, row=row, today=TODAY)
    version = case.version
    assert not operations.change_backfilled_case(actor=office.actor, case_id=case.id, row=row, today=TODAY)
    office.session.flush()
    assert case.version == version


def test_a_changed_row_ends_an_open_case_and_can_be_taken_back(office):
    row = cases.a_backfilled_row(**OPEN | {"mediator_id": office.mediator.id, "accepted_on": date(2022, 1, 6)})
    case = operations.open_backfilled_case(actor=office.actor, court_id=office.court_id, row=row, today=TODAY)
    before = operations.snapshot_of(case)
    later = replace(row, ended_on=date(2022, 1, 20), result=Result.AGREEMENT)
    assert operations.change_backfilled_case(actor=office.actor, case_id=case.id, row=later, today=TODAY)
    assert (case.state, case.result, case.ended_on) == (CaseState.CLOSED, Result.AGREEMENT, date(2022, 1, 20))
    operations.change_backfilled_case(
        actor=office.actor, case_id=case.id, row=operations.row_from_snapshot(before), today=TODAY, erase=True
    )
    assert operations.snapshot_of(case) == before
    assert case.state is CaseState.MEDIATING


def test_what_a_ledger_leaves_empty_does_not_erase_what_was_supplied(office):
    wanting = (cases.a_party(phone="13900009999"), cases.a_party(PartyRole.RESPONDENT))
    case = _one(office, case={"parties": wanting})
    silent = cases.a_backfilled_row(
        case={"facts": "", "parties": (cases.a_party(phone=None), cases.a_party(PartyRole.RESPONDENT, phone=None))}
    )
    assert not operations.change_backfilled_case(actor=office.actor, case_id=case.id, row=silent, today=TODAY)
    assert [party.phone for party in case.parties] == ["13900009999", "13900001234"]


def test_a_case_that_lived_on_is_no_longer_the_ledgers(office):
    row = cases.a_backfilled_row(**OPEN)
    case = operations.open_backfilled_case(actor=office.actor, court_id=office.court_id, row=row, today=TODAY)
    operations.move(actor=office.actor, case_id=case.id, move="assign", mediator_id=office.mediator.id, today=TODAY)
    with pytest.raises(RuleBroken):
        operations.change_backfilled_case(
            actor=office.actor, case_id=case.id, row=replace(row, case=replace(row.case, facts="新")), today=TODAY
        )
    operations.move(actor=office.actor, case_id=case.id, move="withdraw_assignment", reason="指派有误", today=TODAY)
    with pytest.raises(RuleBroken, match="已在平台上办理"):
        operations.change_backfilled_case(
            actor=office.actor, case_id=case.id, row=replace(row, case=replace(row.case, facts="新")), today=TODAY
        )


def test_a_batch_is_taken_back_but_not_what_was_worked_on(office):
    rows = [cases.a_backfilled_row(**OPEN), cases.a_backfilled_row(), cases.a_backfilled_row()]
    ids = operations.insert_backfilled(
        actor=office.actor, court_id=office.court_id, rows=rows, batch_id=None, today=TODAY
    )
    operations.move(actor=office.actor, case_id=ids[0], move="assign", mediator_id=office.mediator.id, today=TODAY)
    own = cases.a_case(office.actor)
    answers = operations.remove_backfilled(actor=office.actor, case_ids=[*ids, own.id])
    assert "已有办理" in answers[ids[0]]
    assert "不是补录" in answers[own.id]
    assert [answers[ids[1]], answers[ids[2]]] == [None, None]
    assert set(office.session.scalars(select(Case.id))) == {ids[0], own.id}
    assert office.session.scalar(select(func.count(Party.id))) == 4


def test_after_taking_back_the_same_file_can_be_imported_again(office):
    rows = [cases.a_backfilled_row(case_no="（2022）豫1302诉前调3号")]
    for _ in range(2):
        ids = operations.insert_backfilled(
            actor=office.actor, court_id=office.court_id, rows=rows, batch_id=None, today=TODAY
        )
        assert operations.remove_backfilled(actor=office.actor, case_ids=ids) == {ids[0]: None}


def test_a_clerk_may_not_backfill(office, app):
    clerk, _ = people.acting(app, people.clerk_a)
    with pytest.raises(RuleBroken, match="角色"):
        operations.insert_backfilled(
            actor=clerk, court_id=office.court_id, rows=_rows(office), batch_id=None, today=TODAY
        )
