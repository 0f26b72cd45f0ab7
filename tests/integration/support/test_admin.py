"""The support desk on screen."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from mediation_admin.accounts.models import LoginSession
from mediation_admin.accounts.passwords import hash_password
from mediation_admin.cases.enums import IdKind
from mediation_admin.core import clock
from mediation_admin.support import operations, queries
from mediation_admin.support.enums import ReviewStatus, VideoStatus
from mediation_admin.support.models import IdentityReview
from tests import people
from tests.factories import accounts, cases, hand_offs
from tests.factories.support import ID_NUMBER, a_jpeg, a_png, a_review

DESK, QUEUE, VIDEOS, MINE = "/support/accounts/", "/support/identity/", "/support/videos/", "/my-account/identity/"


def _text(answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def _photo(content: bytes = b"", name: str = "photo.png"):
    return io.BytesIO(content or a_png()), name


@pytest.mark.parametrize("person", people.CAST, ids=str)
def test_who_may_open_the_desk(as_person, person):
    client = as_person(person)
    wanted = 303 if person is people.stranger else 200 if person is people.support else 404
    assert {address: client.get(address).status_code for address in (DESK, QUEUE, VIDEOS)} == dict.fromkeys(
        (DESK, QUEUE, VIDEOS), wanted
    )
    assert client.get(MINE).status_code == (303 if person is people.stranger else 200)


# -- 找回账号 -------------------------------------------------------------------------------------------------------


def test_s29_what_is_looked_for_stands_in_no_address(as_person, desk):
    first, second = desk.person("同名某甲", phone="13912340011"), desk.person("同名某乙")
    desk.session.commit()
    client = as_person(people.support)
    alone = client.post(DESK, data={"by": "phone", "text": "13912340011"})
    assert alone.location == f"{DESK}{first.id}/"
    several = client.post(DESK, data={"by": "name", "text": "同名", "court_id": desk.court_id})
    assert several.status_code == 303
    assert "同名" not in several.location
    page = client.get(several.location)
    assert first.name in page.text
    assert f"{DESK}{second.id}/" in page.text
    assert "139****0011" in page.text
    assert "13912340011" not in page.text
    other = as_person(people.system_admin).get(several.location)
    assert other.status_code == 404


def test_a_search_that_finds_nothing_says_what_to_do(as_person, desk):
    client = as_person(people.support)
    nothing = client.get(client.post(DESK, data={"by": "phone", "text": "13912340019"}).location)
    assert "没有找到账号" in nothing.text
    refused = client.post(DESK, data={"by": "name", "text": "王某"})
    assert refused.status_code == 422
    assert "请先选择法院" in refused.text
    assert 'value="王某"' in refused.text


def test_the_page_of_a_person_tells_why_he_cannot_get_in(app, as_person, desk):
    account = desk.person("锁定某", failed_count=5, locked_until=clock.now() + timedelta(minutes=15))
    accounts.a_session(desk.session(), account, device="Chrome（Windows）")
    desk.session.commit()
    stranger = app.test_client()
    stranger.post("/sign-in/", data={"phone": account.phone, "password": "falsch-falsch-1"})
    text = _text(as_person(people.support).get(f"{DESK}{account.id}/"))
    assert "暂时锁定" in text
    assert "账号锁定中" in text
    assert "Chrome（Windows）" in text
    assert "结束全部登录" in text


def test_a_step_asks_for_a_reason_and_is_shown_to_the_person(app, as_person, desk):
    person = people.judge_a
    _, account_id = people.acting(app, person), people.acting(app, person)[0].account_id
    helper, owner = as_person(people.support), as_person(person)
    assert "没有对您的账号办理过" in owner.get("/my-account/").text
    assert helper.post(f"{DESK}{account_id}/do/link", data={"reason": ""}).status_code == 422
    done = helper.post(f"{DESK}{account_id}/do/link", data={"reason": "忘记密码，已核对身份"})
    assert done.status_code == 303
    page = _text(owner.get("/my-account/"))
    assert "忘记密码，已核对身份" in page
    assert "客服某" in page
    assert "reset_link" not in page
    ended = helper.post(f"{DESK}{account_id}/do/sessions", data={"reason": "本人要求"})
    assert ended.status_code == 303
    assert owner.get("/my-account/").status_code == 303


def test_s06_no_page_of_support_shows_a_link_or_a_password(app, as_person, desk):
    account_id = people.acting(app, people.judge_a)[0].account_id
    client = as_person(people.support)
    client.post(f"{DESK}{account_id}/do/link", data={"reason": "忘记密码"})
    for tab in ("state", "roles", "messages", "acts"):
        page = client.get(f"{DESK}{account_id}/?tab={tab}").text
        assert "/sign-in/link/" not in page
        assert 'type="password"' not in page


def test_refused_buttons_say_who_can(app, as_person, desk):
    account_id = people.acting(app, people.auditor)[0].account_id
    client = as_person(people.support)
    assert "客服一人不能办理" in client.get(f"{DESK}{account_id}/").text
    refused = client.post(f"{DESK}{account_id}/do/link", data={"reason": "忘记密码"})
    assert refused.status_code == 422
    assert "客服一人不能办理" in refused.text


def test_a_lost_authenticator_is_reset_at_the_desk_and_its_owner_reads_it(app, as_person, desk):
    account = desk.person("失机某", password_hash=hash_password(accounts.GOOD_PASSWORD))
    plain = desk.person("无机某")
    accounts.an_authenticator(desk.session(), account)
    desk.session.commit()
    client = as_person(people.support)
    assert "没有启用二次验证" in _text(client.get(f"{DESK}{plain.id}/"))
    address = f"{DESK}{account.id}/factor"
    said = {"reason": "手机遗失，视频核对本人", "kind": "video"}
    assert "请选择文件" in client.post(address, data=said).text
    assert client.post(address, data={**said, "reason": "", "proof": _photo()}).status_code == 422
    assert client.post(address, data={**said, "proof": _photo()}).status_code == 303
    owner = app.test_client()
    entered = owner.post("/sign-in/", data={"phone": account.phone, "password": accounts.GOOD_PASSWORD})
    assert entered.location == "/"
    page = _text(owner.get("/my-account/"))
    assert "重置动态口令" in page
    assert "手机遗失，视频核对本人" in page


def test_the_desk_says_who_resets_an_administrators_authenticator(app, as_person, desk):
    account_id = people.acting(app, people.auditor)[0].account_id
    client = as_person(people.support)
    assert "flask accounts reset-factor" in client.get(f"{DESK}{account_id}/").text
    said = {"reason": "手机遗失", "kind": "id_card", "proof": _photo()}
    refused = client.post(f"{DESK}{account_id}/factor", data=said)
    assert refused.status_code == 422
    assert "flask accounts reset-factor" in refused.text


@pytest.mark.parametrize("step", ["do/link", "phone", "factor", "work-card"])
def test_s21_after_half_an_hour_support_is_asked_for_the_password_before_it_changes_how_somebody_gets_in(
    as_person, desk, step
):
    account = desk.person()
    accounts.an_authenticator(desk.session(), account)
    desk.session.commit()
    client = as_person(people.support)
    address = f"{DESK}{account.id}/{step}"
    assert client.get(address).status_code == 200
    helper = desk.session.scalars(select(LoginSession).where(LoginSession.account_id == desk.actor.account_id)).all()
    for one in helper:
        one.proven_at -= timedelta(minutes=31)
    desk.session.commit()
    asked = client.get(address)
    assert asked.location == f"/sign-in/confirm?next={address}"
    assert "再输一次登录密码" in client.get(asked.location).text
    sent = client.post(address, data={"reason": "已核对身份", "proof": _photo()})
    assert sent.status_code == 200
    assert "选好的文件没有保留" in sent.text
    assert 'value="已核对身份"' in sent.text
    assert desk.acts(account) == []
    assert client.get(f"{DESK}{account.id}/do/unlock").status_code == 200


def test_a_work_card_is_uploaded_and_looked_at(as_person, desk):
    account = desk.person()
    desk.session.commit()
    client = as_person(people.support)
    address = f"{DESK}{account.id}/work-card"
    said = {"reason": "已核对工作证", "organisation": "某市工商联"}
    assert "请选择文件" in client.post(address, data=said).text
    wrong = client.post(address, data={**said, "proof": _photo(b"<html>" * 99, "card.png")})
    assert wrong.status_code == 422
    assert "已核对工作证" in wrong.text
    assert client.post(address, data={**said, "proof": _photo()}).status_code == 303
    page = client.get(f"{DESK}{account.id}/?tab=acts").text
    where = re.search(r"/support/accounts/proofs/\d+", page)[0]
    seen = client.post(where)
    assert seen.data == a_png()
    assert seen.headers["Cache-Control"] == "no-store"
    assert "sandbox" in seen.headers["Content-Security-Policy"]


# -- 实名审核 -------------------------------------------------------------------------------------------------------


def test_a_person_hands_in_and_support_decides(app, as_person, desk):
    owner, client = as_person(people.clerk_a), as_person(people.support)
    said = {"name": "王某某", "id_number": ID_NUMBER, "front": _photo(), "back": _photo()}
    refused = owner.post(MINE + "new", data=said)
    assert refused.status_code == 422
    assert "请选择文件" in refused.text
    said = {**said, "front": _photo(), "back": _photo(), "holding": _photo(a_jpeg(), "b.jpg")}
    assert owner.post(MINE + "new", data=said).status_code == 303
    shown = _text(owner.get(MINE))
    assert "待审核" in shown
    assert ID_NUMBER not in shown
    assert "甲书记" in client.get(QUEUE).text
    taken = client.post(QUEUE + "next")
    page = client.get(taken.location)
    assert ID_NUMBER in page.text
    images = re.findall(r'<img src="([^"]+)"', page.text)
    assert len(images) == 3
    for address in images:
        photo = client.get(address)
        assert photo.status_code == 200
        assert photo.headers["Cache-Control"] == "no-store"
        assert photo.mimetype in ("image/png", "image/jpeg")
        assert owner.get(address).status_code == 404
    assert client.post(taken.location + "approve").status_code == 303
    assert "已通过" in _text(owner.get(MINE))
    assert images[0] in client.get(taken.location).text
    assert client.get(images[0]).status_code == 200


def test_the_queue_tells_what_is_late_and_who_has_it(as_person, desk):
    account = desk.person("迟到某")
    row = a_review(account.id, due_at=clock.now() - timedelta(minutes=90))
    desk.session.commit()
    client = as_person(people.support)
    assert "超 1 小时 30 分" in client.get(QUEUE + "?status=waiting").text
    client.post(f"{QUEUE}{row.id}/take")
    assert "客服某" in _text(client.get(QUEUE)).partition("正在审核")[2]
    assert client.post(f"{QUEUE}{row.id}/release").status_code == 303
    assert "开始审核" in client.get(f"{QUEUE}{row.id}/").text


def test_a_refusal_is_chosen_from_a_list(as_person, desk):
    row = a_review(desk.person().id)
    operations.take(actor=desk.actor, review_id=row.id)
    desk.session.commit()
    client = as_person(people.support)
    address = f"{QUEUE}{row.id}/refuse"
    assert client.post(address, data={"ground": "other"}).status_code == 422
    assert client.post(address, data={"ground": "mismatch", "note": "号码末位不符"}).status_code == 303
    desk.session.rollback()
    held = desk.session.get(IdentityReview, row.id, populate_existing=True)
    assert held.status is ReviewStatus.REFUSED
    assert held.answer == "填写的姓名或号码与证件不一致；号码末位不符"


def test_an_empty_queue_says_so(as_person, desk):
    client = as_person(people.support)
    assert "没有等待审核的申请了" in client.get(client.post(QUEUE + "next").location).text


# -- 多路视频 -------------------------------------------------------------------------------------------------------


@pytest.fixture
def case(app, working_as):
    actor, scope = people.acting(app, people.clerk_a)
    known = {"id_kind": IdKind.ID_CARD, "id_number": "110105199003071239"}
    with working_as(actor, scope) as session:
        parties = (cases.a_party(**known), cases.a_party(cases.PartyRole.RESPONDENT, **known))
        made = cases.a_case(actor, parties=parties)
        bare = cases.a_case(actor)
        session.commit()
        yield made, bare


def test_r20_the_button_of_a_case_says_what_is_missing(as_person, case):
    complete, bare = case
    client = as_person(people.clerk_a)
    assert f'href="/case-video/{complete.id}/"' in client.get(f"/cases/{complete.id}/").text
    page = client.get(f"/cases/{bare.id}/").text
    assert "暂不能多路视频申请" in page
    assert f"/cases/{bare.id}/edit#applicants" in page
    refused = client.post(f"/case-video/{bare.id}/", data={"reason": "三方", "party_count": "3"})
    assert refused.status_code == 422
    assert f"/cases/{bare.id}/edit#applicants" in refused.text


def test_a_request_goes_to_support_and_its_answer_comes_back(as_person, case, desk):
    complete, _ = case
    clerk, client = as_person(people.clerk_a), as_person(people.support)
    address = f"/case-video/{complete.id}/"
    assert clerk.post(address, data={"reason": "三方", "party_count": "两个"}).status_code == 422
    assert clerk.post(address, data={"reason": "三方分处三地", "party_count": "3"}).status_code == 303
    page = client.get(VIDEOS + "?status=waiting").text
    assert complete.case_no in page
    assert "申请某甲" not in page
    where = re.search(r"/support/videos/\d+/", page)[0]
    assert client.post(where, data={"answer": "", "refuse": "1"}).status_code == 422
    assert client.post(where, data={"answer": "已开通"}).status_code == 303
    log = _text(clerk.get(f"/cases/{complete.id}/?tab=log"))
    assert "多路视频申请已同意" in log
    assert "已开通" in log
    assert queries.latest_videos(desk.session)[0].status is VideoStatus.APPROVED
    assert complete.case_no in clerk.get("/case-video/").text


# -- home -----------------------------------------------------------------------------------------------------------


def test_the_first_page_of_support_counts_what_waits(app, as_person, case, desk, working_as):
    client = as_person(people.support)
    assert client.get("/shell/counts").json["todo"] == 0
    assert "没有待办事项" in client.get("/todo/").text
    a_review(desk.person().id, due_at=clock.now() - timedelta(hours=1))
    desk.session.commit()
    actor, scope = people.acting(app, people.clerk_a)
    with working_as(actor, scope) as session:
        operations.ask_for_video(actor=actor, case_id=case[0].id, reason="三方", party_count=3)
        hand_offs.fail(hand_offs.a_hand_off(actor), for_good=True)
        session.commit()
    assert client.get("/shell/counts").json["todo"] == 3
    page = client.get("/").text
    for address in (
        "/support/identity/?status=waiting",
        "/support/identity/?late=1",
        "/support/videos/?status=waiting",
        "/all-hand-offs/?state=stuck",
    ):
        assert address in unescape(page)
        assert client.get(address).status_code == 200
    assert "超时未审核" in client.get("/todo/").text
