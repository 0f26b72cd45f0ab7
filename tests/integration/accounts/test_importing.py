"""A court's people from a workbook: pre-check, writing, taking back."""

import base64
import io
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin import config
from mediation_admin.accounts import queries
from mediation_admin.accounts.enums import Post
from mediation_admin.accounts.importing import MEMBERS, SIGNED_IN
from mediation_admin.accounts.models import Account, CourtMember, RoleGrant
from mediation_admin.core import crypto
from mediation_admin.core.scope import unfenced
from mediation_admin.imports import operations as imports
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.permissions import Role
from tests import people
from tests.conftest import KEYS
from tests.factories.accounts import a_member, an_account
from tests.factories.courts import court_a, court_b
from tests.people import admin_a

HEADINGS = ("姓名", "手机号码", "庭室", "职务", "角色")


@pytest.fixture
def at_work(app: Flask, working_as):
    """A session of court A's administrator, with the actor."""
    actor, scope = people.acting(app, admin_a)
    with working_as(actor, scope) as session:
        session.actor = actor
        yield session


@pytest.fixture
def bring(at_work, tmp_path: Path):
    """bring([row, …]) pre-checks a workbook; the report."""

    def check(lines: list[tuple], headings: tuple = HEADINGS) -> dict:
        book = Workbook()
        book.active.append(headings)
        for line in lines:
            book.active.append(line)
        path = tmp_path / "本院用户.xlsx"
        book.save(path)
        return imports.precheck_file(
            subject_code=MEMBERS.code, path=path, actor=at_work.actor, court_id=at_work.actor.court_id
        )

    return check


def write(session: Session, report: dict) -> dict:
    return imports.commit_batch(actor=session.actor, batch_id=report["batch"])


def counts(report: dict) -> tuple[int, int, int, int]:
    return tuple(report["counts"][key] for key in ("new", "changed", "unchanged", "faulty"))


def all_of(session: Session, model: type) -> list:
    return list(session.scalars(unfenced(select(model).execution_options(populate_existing=True), "a test looks")))


def test_a_list_becomes_people_with_places_and_roles_and_nobody_is_messaged_yet(at_work, bring) -> None:
    report = bring(
        [
            ("赵某甲", "13900001111", "立案庭", "书记员", "调解工作人员"),
            ("钱某乙", "139 0000 2222", "民一庭", "员额法官", ""),
            ("孙某丙", "13900003333", "", "", "法官、调解工作人员"),
        ]
    )
    assert counts(report) == (3, 0, 0, 0)
    write(at_work, report)
    made = {one.name: one for one in all_of(at_work, Account)}
    roles = {name: {held.role for held in queries.roles_held(at_work, one.id)} for name, one in made.items()}
    assert roles["赵某甲"] == {Role.CLERK} and roles["钱某乙"] == {Role.JUDGE}
    assert roles["孙某丙"] == {Role.JUDGE, Role.CLERK}
    place = queries.member_of(at_work, at_work.actor.court_id, made["钱某乙"].id)
    assert (place.department, place.post) == ("民一庭", Post.JUDGE)
    assert all_of(at_work, OutgoingMessage) == []
    assert counts(bring([("赵某甲", "13900001111", "立案庭", "书记员", "调解工作人员")])) == (0, 0, 1, 0)


def test_faulty_rows_say_what_is_wrong(at_work, bring) -> None:
    an_account(at_work, "李某", phone="13900004444", roles=[(Role.CLERK, court_b(at_work).id)])
    report = bring(
        [
            ("", "13900001111", "", "", ""),
            ("赵某甲", "1390000", "", "", ""),
            ("钱某乙", "0377-63160000", "", "", ""),
            ("孙某丙", "13900003333", "", "", ""),
            ("周某丁", "13900003333", "", "", ""),
            ("吴某戊", "13900004444", "", "", ""),
            ("郑某己", "", "", "", ""),
        ]
    )
    assert counts(report) == (1, 0, 0, 6)
    said = "".join(one["message"] for one in report["remarks"])
    assert "与第 5 行的手机号相同" in said and "已是 李* 的账号" in said and "11 位" in said


def test_s31_a_list_appoints_no_administrator(at_work, bring) -> None:
    report = bring([("赵某甲", "13900001111", "", "", "法院管理员")])
    assert "管理员角色须两人办理" in report["remarks"][0]["message"]
    write(at_work, report)
    made = queries.account_of_phone(at_work, "13900001111")
    assert [one.role for one in queries.roles_held(at_work, made.id)] == [Role.CLERK]


def test_s2_somebody_of_another_court_joins_with_his_account(at_work, bring) -> None:
    held = an_account(at_work, "李某", phone="13900004444", roles=[(Role.CLERK, court_b(at_work).id)])
    report = bring([("李某", "13900004444", "立案庭", "法官", "")])
    assert counts(report) == (1, 0, 0, 0) and "不另建账号" in report["remarks"][0]["message"]
    write(at_work, report)
    assert len([one for one in all_of(at_work, Account) if one.phone == "13900004444"]) == 1
    assert len(queries.roles_held(at_work, held.id)) == 2


def test_s33_a_list_knows_its_people_while_the_keys_are_changed(at_work, bring) -> None:
    held = an_account(at_work, "李某", phone="13900004444", roles=[(Role.CLERK, court_b(at_work).id)])
    at_work.flush()
    old, new = base64.b64decode(KEYS["INDEX_KEY"]), bytes(range(150, 182))
    encryption, current = config.numbered_keys(KEYS["ENCRYPTION_KEY"])
    both = {2: base64.b64encode(new).decode(), 1: base64.b64encode(old).decode()}
    crypto.configure(encryption_keys=encryption, current=current, index_key=both)
    assert queries.phone_index("13900004444") != held.phone_index
    report = bring([("李某", "13900004444", "立案庭", "法官", "")])
    assert counts(report) == (1, 0, 0, 0) and "不另建账号" in report["remarks"][0]["message"]


def test_a_change_adds_roles_and_takes_none(at_work, bring) -> None:
    court_id = court_a(at_work).id
    held = an_account(at_work, "李某", phone="13900004444", roles=[(Role.JUDGE, court_id)])
    a_member(at_work, held, court_id, department="民一庭")
    report = bring([("李某", "13900004444", "立案庭", "", "调解工作人员")])
    assert counts(report) == (0, 1, 0, 0)
    write(at_work, report)
    assert {one.role for one in queries.roles_held(at_work, held.id)} == {Role.JUDGE, Role.CLERK}
    assert queries.member_of(at_work, court_id, held.id).department == "立案庭"


def test_a_batch_is_taken_back_except_who_has_set_a_password(at_work, bring) -> None:
    court_id = court_a(at_work).id
    held = an_account(at_work, "李某", phone="13900004444", roles=[(Role.JUDGE, court_id)])
    a_member(at_work, held, court_id, department="民一庭", post=Post.JUDGE)
    report = bring(
        [
            ("赵某甲", "13900001111", "立案庭", "书记员", ""),
            ("钱某乙", "13900002222", "立案庭", "书记员", ""),
            ("李某", "13900004444", "立案庭", "庭长", "调解工作人员"),
        ]
    )
    written = write(at_work, report)
    queries.account_of_phone(at_work, "13900002222").password_hash = "argon2id of nothing"
    at_work.flush()
    undone = imports.undo_batch(actor=at_work.actor, batch_id=written["batch"])
    assert [(one["label"], one["reason"]) for one in undone["kept"]] == [("钱某乙", SIGNED_IN)]
    assert queries.account_of_phone(at_work, "13900001111") is None
    at_work.expire_all()
    place = queries.member_of(at_work, court_id, held.id)
    assert (place.department, place.post) == ("民一庭", Post.JUDGE)
    assert {one.role for one in queries.roles_held(at_work, held.id)} == {Role.JUDGE}
    assert len(all_of(at_work, CourtMember)) == 3 and len(all_of(at_work, RoleGrant)) == 3


def test_the_template_reads_back_as_its_own_columns(at_work, bring) -> None:
    assert MEMBERS.template()[:2] == b"PK"
    book = io.BytesIO(MEMBERS.template())
    headings = [cell.value for cell in load_workbook(book).active[1]]
    assert headings == ["姓名*", "手机号*", "部门或所属法庭", "职务", "角色"]
