"""Files with whole numbers: nobody gets one alone, and the file names both."""

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mediation_admin.approvals.models import Approval
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core import clock
from mediation_admin.core.scope import unfenced
from mediation_admin.exports.models import ExportRequest
from mediation_admin.permissions import Role
from tests import people
from tests.factories.accounts import a_session, an_account
from tests.factories.courts import court_a
from tests.people import admin_a, clerk_a, security_admin

HASH = "argon2id of nothing"
FORM = {
    "list": "court_users",
    "format": "xlsx",
    "columns": ["name", "phone"],
    "unmasked": "1",
    "reason": "制作通讯录",
}


def words_in(workbook: bytes) -> str:
    """Everything the first sheet says."""
    found = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0)
    return str(found.to_python(skip_empty_area=False))


def rows(session: Session, model: type) -> list:
    statement = select(model).execution_options(populate_existing=True)
    return list(session.scalars(unfenced(statement, "a test looks")))


@pytest.fixture
def second(app: Flask, db_session: Session):
    """A client of another administrator of court A; somebody with a phone to export is there too."""
    court_id = court_a(db_session).id
    an_account(db_session, "本院某", phone="13912345678", roles=[(Role.CLERK, court_id)])
    account = an_account(db_session, "甲副管", roles=[(Role.COURT_ADMIN, court_id)], password_hash=HASH)
    _, token = a_session(db_session, account, account.grants[0])
    db_session.commit()
    client = app.test_client()
    client.set_cookie("mediation_sign_in", token)
    return client


def test_s31_whole_numbers_take_a_second_person_and_the_file_names_both(
    app: Flask, as_person, second, db_session: Session, run_jobs
) -> None:
    admin = as_person(admin_a)
    assert admin.post("/exports/new", data=FORM).status_code == 303
    run_jobs()
    (asked,) = rows(db_session, Approval)
    assert "完整的手机号" in asked.title and asked.reason == "制作通讯录"
    page = admin.get("/exports/").text
    assert "待审批" in page and "/download" not in page
    (request,) = rows(db_session, ExportRequest)
    assert admin.get(f"/exports/{request.id}/download", follow_redirects=True).text.count("须经另一人审批") == 1
    assert "申请人不能审批" in admin.post(f"/approvals/{asked.id}/approve", follow_redirects=True).text
    assert second.post(f"/approvals/{asked.id}/approve").status_code == 303
    run_jobs()
    answer = admin.get(f"/exports/{request.id}/download")
    text = words_in(answer.get_data())
    assert "13912345678" in text and admin_a.name in text and "审批人：甲副管" in text
    assert second.get(f"/exports/{request.id}/download").status_code == 404, "the file is the asker's"
    sentences = db_session.scalars(
        unfenced(select(AuditEntry.sentence).where(AuditEntry.tag == "export:file:downloaded"), "a test looks")
    ).all()
    assert len(sentences) == 1 and "含完整号码" in sentences[0]


def test_s21_whole_numbers_are_asked_for_by_who_has_just_proved_to_be_there(
    app: Flask, second, db_session: Session
) -> None:
    account, grant = people.account_of(db_session(), admin_a)
    _, token = a_session(db_session, account, grant, proven_at=clock.now() - timedelta(minutes=31))
    db_session.commit()
    client = app.test_client()
    client.set_cookie("mediation_sign_in", token)
    assert "确认" in client.post("/exports/new", data=FORM).text
    assert rows(db_session, Approval) == []
    assert client.post("/exports/new", data={**FORM, "unmasked": []}).status_code == 303, "masked ones need no proof"


def test_a_refused_request_makes_no_file(as_person, second, db_session: Session, run_jobs) -> None:
    admin = as_person(admin_a)
    admin.post("/exports/new", data=FORM)
    (asked,) = rows(db_session, Approval)
    assert second.post(f"/approvals/{asked.id}/refuse", data={"note": "用不着"}).status_code == 303
    run_jobs()
    (request,) = rows(db_session, ExportRequest)
    assert request.job_id is None and "已拒绝" in admin.get("/exports/").text
    assert "用不着" in admin.get(f"/approvals/{asked.id}/").text


def test_a_court_with_one_administrator_has_the_security_administrator(
    app: Flask, as_person, db_session: Session, run_jobs
) -> None:
    an_account(db_session, "本院某", phone="13912345678", roles=[(Role.CLERK, court_a(db_session).id)])
    db_session.commit()
    admin = as_person(admin_a)
    alone = admin.post("/exports/new", data=FORM)
    assert "没有另一位法院管理员" in alone.text and rows(db_session, Approval) == []
    account, _ = people.account_of(db_session(), security_admin)
    account.password_hash = HASH
    db_session.commit()
    assert admin.post("/exports/new", data=FORM).status_code == 303
    (asked,) = rows(db_session, Approval)
    assert as_person(security_admin).post(f"/approvals/{asked.id}/approve").status_code == 303
    run_jobs()
    (request,) = rows(db_session, ExportRequest)
    assert "13912345678" in words_in(admin.get(f"/exports/{request.id}/download").get_data())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "csv"}, "只能是 Excel 工作簿"),
        ({"columns": ["name"]}, "没有手机号、证件号"),
        ({"reason": " "}, "请写明理由"),
    ],
)
def test_what_cannot_be_released_is_refused_with_what_to_do(
    as_person, second, db_session: Session, change: dict, words: str
) -> None:
    answer = as_person(admin_a).post("/exports/new", data={**FORM, **change})
    assert words in answer.text
    assert rows(db_session, Approval) == []


def test_a_role_that_may_not_ask_is_not_offered_it(as_person) -> None:
    clerk = as_person(clerk_a)
    assert "完整号码" not in clerk.get("/exports/new?list=cases").text
    assert clerk.post("/exports/new", data={**FORM, "list": "cases", "columns": ["number"]}).status_code in (404, 200)


def test_s31_the_database_keeps_no_unmasked_request_without_its_approval(app: Flask, db_session: Session) -> None:
    actor, _ = people.acting(app, admin_a)
    db_session.add(
        ExportRequest(
            requester_id=actor.account_id,
            court_id=actor.court_id,
            source="court_users",
            title="本院用户",
            columns=["phone"],
            file_name="本院用户.xlsx",
            unmasked=True,
        )
    )
    with pytest.raises(IntegrityError, match="ck_export_request_unmasked_is_approved"):
        db_session.commit()
    db_session.rollback()


def test_without_the_tick_numbers_stay_masked(as_person, second, db_session: Session, run_jobs) -> None:
    admin = as_person(admin_a)
    form = {key: value for key, value in FORM.items() if key not in ("unmasked", "reason")}
    assert admin.post("/exports/new", data=form).status_code == 303
    run_jobs()
    ident = re.search(r"/exports/(\d+)/download", admin.get("/exports/").text)[1]
    text = words_in(admin.get(f"/exports/{ident}/download").get_data())
    assert "139****5678" in text and "13912345678" not in text and "审批人" not in text
