"""What the database itself refuses of courts."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mediation_admin.courts.enums import CourtLevel
from mediation_admin.courts.models import Court
from mediation_admin.courts.queries import court_by_code


@pytest.mark.parametrize(
    ("code", "constraint"),
    [
        ("豫130", "ck_court_code_form"),
        ("河南1302", "ck_court_code_form"),
        ("豫1302", "uq_court_code"),
    ],
)
def test_a_court_needs_a_well_formed_code_of_its_own(session: Session, code: str, constraint: str) -> None:
    session.add(Court(code=code, name="某某人民法院", short_name="某某法院", level=CourtLevel.BASIC, source="测试"))
    with pytest.raises(IntegrityError, match=constraint):
        session.flush()
    session.rollback()


def test_no_court_is_its_own_parent(session: Session) -> None:
    court = court_by_code(session, "豫1302")
    court.parent_id = court.id
    with pytest.raises(IntegrityError, match="ck_court_parent_is_another"):
        session.flush()
    session.rollback()
