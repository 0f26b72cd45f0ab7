"""What one row of a ledger means, and what is said about it."""

from datetime import date
from decimal import Decimal

import pytest

from mediation_admin.backfill.judging import Lookups, read_row
from mediation_admin.backfill.result_words import LedgerResult
from mediation_admin.cases.enums import CaseKind, EndReason, PartyRole, PartyType, Result
from mediation_admin.core import crypto
from mediation_admin.imports.enums import Level
from mediation_admin.imports.reading.values.people import Named
from mediation_admin.reference import files
from mediation_admin.reference.names import NameBook
from mediation_admin.reference.names import Named as Entry
from mediation_admin.rosters.enums import Certification, Roster, Standing
from mediation_admin.rosters.queries import ListedMediator

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture(autouse=True)
def _keys():
    crypto.configure(encryption_keys={1: KEY}, current=1, index_key=KEY)


def mediator(ident: int, name: str, *organisations: int) -> ListedMediator:
    """Somebody on the roster."""
    return ListedMediator(
        mediator_id=ident,
        listing_id=ident,
        name=name,
        pinyin="",
        roster=Roster.INVITED,
        certification=Certification.CERTIFIED,
        standing=Standing.ACTIVE,
        term_start=None,
        term_end=None,
        max_open=None,
        specialities=frozenset(),
        speciality_text="",
        work_unit="",
        full_time=None,
        has_phone=True,
        phone_index=None,
        id_number_index=None,
        organisation_ids=frozenset(organisations),
        organisations="",
    )


LOOK = Lookups(
    court_code="豫1302",
    regime_changes_on=date(2025, 1, 1),
    today=date(2026, 3, 2),
    causes=files.cause_book(),
    dispute_types=NameBook([Entry("loan", ("民间借贷",))]),
    ministries=NameBook([Entry("acfic", ("中华全国工商业联合会", "工商联"))]),
    mediators={"甲某": [mediator(1, "甲某", 7)], "乙某": [mediator(2, "乙某", 7), mediator(3, "乙某", 8)]},
    organisations={"某某调解委员会": 7},
)
ROW = {
    "case_no": "（2022）豫1302诉前调1号",
    "registered_on": date(2022, 1, 4),
    "cause": "民间借贷纠纷",
    "applicant_names": [Named("某某商贸有限公司", "legal")],
    "applicant_phones": ["19900000001"],
    "respondent_names": [Named("丙某", "natural"), Named("丁某", "natural")],
    "respondent_phones": ["19900000002"],
    "amount": Decimal("30662.20"),
    "mediator": "甲某",
    "accepted_on": date(2022, 1, 6),
    "ended_on": date(2022, 1, 15),
    "result": LedgerResult.SETTLED_WITHDRAWN,
}


def read(**changes):
    """ROW with changes; None takes a value away."""
    values = {key: value for key, value in {**ROW, **changes}.items() if value is not None}
    return read_row(values, LOOK)


def faults(reading) -> dict[str, str]:
    """Field → message of what keeps the row out."""
    return {note.field: note.message for note in reading.notes if note.level is Level.FAULT}


def gaps(reading) -> set[str]:
    """Fields that are to be supplied."""
    return {note.field for note in reading.notes if note.level is Level.GAP}


def test_a_whole_row_becomes_a_case_without_remarks():
    reading = read()
    assert reading.notes == []
    case = reading.case
    assert case.case_no == "（2022）豫1302诉前调1号"
    assert case.case.kind is CaseKind.PRE_FILING
    assert case.result is Result.SETTLED_WITHDRAWN
    assert case.end_reason is EndReason.WITHDRAWN_SETTLED
    assert case.mediator_id == 1
    assert case.case.dispute_type_code == LOOK.causes.dispute_type_of(case.case.cause_code)
    assert case.case.ministry_code is None
    assert [(p.role, p.type, p.phone) for p in case.case.parties] == [
        (PartyRole.APPLICANT, PartyType.LEGAL, "19900000001"),
        (PartyRole.RESPONDENT, PartyType.NATURAL, "19900000002"),
        (PartyRole.RESPONDENT, PartyType.NATURAL, None),
    ]


@pytest.mark.parametrize("field", ["registered_on", "cause", "applicant_names", "respondent_names"])
def test_the_four_things_a_row_needs_cannot_be_missing(field):
    assert read(**{field: None}).case is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"case_no": "（2022）豫1303诉前调1号"}, "case_no"),
        ({"case_no": "胡乱写的"}, "case_no"),
        ({"accepted_on": date(2022, 1, 3)}, "accepted_on"),
        ({"ended_on": date(2022, 1, 5)}, "ended_on"),
        ({"ended_on": date(2026, 3, 3)}, "ended_on"),
        ({"registered_on": date(2026, 3, 3), "accepted_on": None, "ended_on": None, "result": None}, "registered_on"),
        ({"result": None}, "result"),
        ({"ended_on": None}, "ended_on"),
        ({"result": LedgerResult.OPEN}, "result"),
    ],
)
def test_what_does_not_fit_together_is_a_fault_of_its_cell(changes, field):
    assert field in faults(read(**changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"applicant_phones": None}, "applicant_phones"),
        ({"respondent_phones": None}, "respondent_phones"),
        ({"applicant_phones": ["0377-63000000"]}, "applicant_phones"),
        ({"mediator": "戊某"}, "mediator"),
        ({"mediator": None}, "mediator"),
        ({"mediator": "乙某"}, "mediator"),
        ({"organisation": "没有的委员会"}, "organisation"),
        ({"cause": "没有这种案由的事"}, "cause"),
        ({"ministry_flag": True}, "ministry_flag"),
        ({"ministry": "没有的部委"}, "ministry"),
    ],
)
def test_what_can_be_supplied_later_is_a_gap_and_not_a_fault(changes, field):
    reading = read(**changes)
    assert field in gaps(reading)
    assert not faults(reading)
    assert reading.case is not None


def test_namesakes_are_told_apart_by_their_organisation():
    assert read(mediator="乙某", organisation="某某调解委员会").case.mediator_id == 2


def test_a_mediator_who_is_not_on_the_roster_is_kept_in_words():
    case = read(mediator="戊某").case
    assert case.mediator_id is None
    assert "台账记载调解员：戊某" in case.case.remark


def test_a_number_of_another_kind_is_the_inner_networks():
    case = read(case_no="（2022）豫1302民初15号").case
    assert case.case_no is None
    assert case.case.inner_case_no == "（2022）豫1302民初15号"
    assert case.case.kind is CaseKind.POST_FILING


def test_a_ministry_named_is_a_ministry_kept():
    assert read(ministry="工商联").case.case.ministry_code == "acfic"


def test_a_wrong_number_of_days_is_only_mentioned():
    reading = read(days=10)
    assert [note.level for note in reading.notes] == [Level.WARNING]


def test_the_same_row_has_the_same_fingerprints_and_another_has_not():
    assert (read().key, read().digest) == (read().key, read().digest)
    changed = read(amount=Decimal("1.00"))
    assert changed.key == read().key
    assert changed.digest != read().digest
    assert read(case_no="（2022）豫1302诉前调2号").key != read().key


def test_rows_without_a_number_are_known_by_who_and_what_and_when():
    assert read(case_no=None).key == read(case_no=None, remark="改了备注").key
    assert read(case_no=None).key != read(case_no=None, registered_on=date(2022, 1, 5)).key


def test_the_plain_word_for_failure_leaves_the_reason_open():
    case = read(result=LedgerResult.FAILED).case
    assert case.result is Result.FAILED
    assert case.end_reason is None
