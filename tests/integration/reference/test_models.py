"""What the database itself refuses of reference data."""

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mediation_admin.reference.enums import DivisionLevel
from mediation_admin.reference.models import CauseOfAction, DisputeType, Division


def _division(**values: object) -> Division:
    return Division(**{"code": "999901", "name": "某区", "level": DivisionLevel.COUNTY, "source": "测试", **values})


@pytest.mark.parametrize(
    ("rows", "constraint"),
    [
        ([_division(code="4113")], "ck_division_code_form"),
        ([_division(), _division(name="又一区")], "uq_division_code_current"),
        ([_division(valid_from=date(2020, 1, 1), valid_to=date(2019, 1, 1))], "ck_division_valid_period"),
        (
            [CauseOfAction(edition="2099", code="1", name="某纠纷", level=5, position=1, dispute_type_code="other", source="测试")],
            "ck_cause_of_action_level_range",
        ),
        ([DisputeType(code=code, name="某类型", position=99, source="测试") for code in "ab"], "uq_dispute_type_name"),
    ],
)  # fmt: skip
def test_rows_that_contradict_themselves_are_refused(db_session: Session, rows: list, constraint: str) -> None:
    db_session.add_all(rows)
    with pytest.raises(IntegrityError, match=constraint):
        db_session.flush()
    db_session.rollback()
    for row in rows:
        db_session.expunge(row) if row in db_session else None


def test_a_row_holds_on_its_first_and_last_day() -> None:
    row = _division(valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31))
    assert [row.holds_on(d) for d in (date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1))] == [
        False, True, True, False,
    ]  # fmt: skip
    assert _division().holds_on(date(1900, 1, 1))
