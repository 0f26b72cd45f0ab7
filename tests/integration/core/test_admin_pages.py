"""Pages: who gets in, what the frame shows, forms, drawer, errors, headers."""

import re

import pytest

from mediation_admin.core.admin import register_panel
from mediation_admin.core.admin.detail import _panels
from mediation_admin.core.admin.pieces import Facts
from mediation_admin.core.db import db
from tests.integration.core import toy
from tests.integration.core.toy import Thing

CLERK, READER, OUTSIDER = {"X-Actor": "clerk"}, {"X-Actor": "reader"}, {"X-Actor": "outsider"}


def app_on(servers, name, *, csrf):
    app = toy.on_own_database(servers, name, csrf=csrf)
    with app.app_context():
        db.session.add(Thing(name="事项一", state="open", day=toy.date(2022, 6, 30)))
        db.session.commit()
        db.session.remove()
    return app


@pytest.fixture(scope="module")
def toy_app(servers):
    app = app_on(servers, "toy_pages", csrf=False)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def guarded_app(servers):
    app = app_on(servers, "toy_guarded", csrf=True)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def browser(toy_app):
    return toy_app.test_client()


# -- who gets in ----------------------------------------------------------------------------------------------------


def test_a_stranger_is_sent_to_sign_in_and_back(browser):
    answer = browser.get("/things/?state=open")
    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=/things/?state%3Dopen"


def test_a_script_of_ours_gets_a_plain_no_instead_of_a_redirect(browser):
    answer = browser.get("/things/", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 401
    assert answer.json["sign_in"] == "/sign-in"


@pytest.mark.parametrize("path", ["/things/", "/things/1/", "/things/new", "/things/count"])
def test_a_role_without_the_permission_learns_nothing(browser, path):
    assert browser.get(path, headers=OUTSIDER).status_code == 404


def test_a_route_with_its_own_permission_is_closed_to_those_who_may_only_look(browser):
    assert browser.get("/things/1/", headers=READER).status_code == 200
    assert browser.get("/things/new", headers=READER).status_code == 404
    assert browser.post("/things/1/finish", headers=READER).status_code == 404


def test_the_menu_shows_only_what_may_be_opened(browser):
    assert "事项管理" in browser.get("/", headers=READER).text
    assert "事项管理" not in browser.get("/", headers=OUTSIDER).text


# -- the frame ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/things/", "/things/1/", "/things/new", "/nowhere", "/broken/"])
def test_every_page_has_one_h1_its_title_first_in_title_and_no_double_ids(browser, path):
    page = browser.get(path, headers=CLERK).text
    heads = re.findall(r"<h1>(.*?)</h1>", page)
    assert len(heads) == 1
    assert re.search(r"<title>(.*?)</title>", page)[1].startswith(heads[0])
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(set(ids)) == sorted(ids)
    assert '<html lang="zh-CN"' in page


@pytest.mark.parametrize("path", ["/", "/things/", "/things/1/", "/things/new", "/nowhere"])
def test_no_page_holds_a_script_or_style_of_its_own(browser, path):
    answer = browser.get(path, headers=CLERK)
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])[1]
    for tag in re.findall(r"<script[^>]*>", answer.text):
        assert f'nonce="{nonce}"' in tag
        assert "src=" in tag
    assert not re.search(r"\sstyle=|\son\w+=\"|<style", answer.text)


def test_the_policy_is_strict_and_nothing_is_kept_by_browsers(browser):
    headers = browser.get("/things/", headers=CLERK).headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in headers
    assert "Strict-Transport-Security" in browser.get("/", headers=CLERK, base_url="https://toy.test").headers


def test_two_answers_never_share_a_nonce(browser):
    said = {browser.get("/", headers=CLERK).headers["Content-Security-Policy"] for _ in range(3)}
    assert len(said) == 3


def test_static_files_are_kept_for_a_year_under_an_address_of_their_content(browser):
    sheet = re.search(r'href="(/assets/[^"]+base\.css)"', browser.get("/", headers=CLERK).text)[1]
    with browser.get(sheet, buffered=True) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    with browser.get("/assets/0000000000/css/base.css", buffered=True) as answer:
        assert answer.status_code == 200
        assert "immutable" not in answer.headers["Cache-Control"]
    assert browser.get("/assets/0000000000/../models.py").status_code == 404


def test_the_present_screen_is_marked_in_menu_and_breadcrumb(browser):
    page = browser.get("/things/1/", headers=CLERK).text
    assert re.search(r'<a href="/things/" aria-current="page">', page)
    crumbs = re.search(r'<nav class="crumbs".*?</nav>', page, re.S)[0]
    assert re.findall(r">([^<>\n]+)</(?:a|span)>", crumbs) == ["事项", "全部事项", "事项管理", "事项一"]


def test_counts_are_asked_by_the_browser_and_never_by_the_page(browser):
    assert browser.get("/shell/counts", headers=CLERK).json == {"todo": 3}
    assert browser.get("/shell/counts").status_code == 303


# -- detail and drawer ----------------------------------------------------------------------------------------------


def test_the_drawer_gets_the_same_page_as_a_fragment(browser):
    page = browser.get("/things/1/?drawer=1", headers=CLERK).text
    assert "<html" not in page
    assert "<h2>事项一</h2>" in page
    assert "未结" in page


def test_only_the_tab_to_show_is_made(browser):
    assert "<strong>登记</strong>" not in browser.get("/things/1/", headers=CLERK).text
    assert "<strong>登记</strong>" in browser.get("/things/1/?tab=log", headers=CLERK).text


def test_a_higher_subject_adds_its_panel_to_a_page_below(browser):
    def panel(actor, row):
        return [Facts([], title=f"{actor.name}看到的{row.name}")]

    register_panel("things", "main", panel)
    try:
        assert "周立华看到的事项一" in browser.get("/things/1/", headers=CLERK).text
    finally:
        _panels.pop(("things", "main"))


def test_a_refused_button_stays_says_why_and_leads_to_the_repair(browser, toy_app):
    browser.post("/things/1/finish", headers=CLERK)
    page = browser.get("/things/", headers=CLERK).text
    assert "暂不能办结" in page
    assert "已经办结。" in page
    assert '<a href="/things/">去处理</a>' in page


# -- forms ----------------------------------------------------------------------------------------------------------


def test_a_form_with_errors_sums_them_up_with_links_and_keeps_what_was_typed(browser):
    answer = browser.post(
        "/things/new", data={"name": "", "day": "昨天", "people-0-name": "张三", "people-0-phone": "123"}, headers=CLERK
    )
    assert answer.status_code == 422
    assert "有 3 处需要修改" in answer.text
    assert '<a href="#name">名称：请填写名称</a>' in answer.text
    assert '<a href="#people-0-phone">当事人 1 · 手机号：请输入 11 位手机号</a>' in answer.text
    assert 'value="张三"' in answer.text
    assert 'value="123"' in answer.text
    assert re.search(r'id="name"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="name"', answer.text)


def test_rows_are_added_and_removed_without_script(browser):
    data = {"name": "甲", "people-0-name": "张三", "people-1-name": "李四"}
    more = browser.post("/things/new", data={**data, "add:people": "1"}, headers=CLERK).text
    assert "people-2-name" in more
    assert "需要修改" not in more
    fewer = browser.post("/things/new", data={**data, "remove:people:0": "1"}, headers=CLERK).text
    assert 'value="李四"' in fewer
    assert 'value="张三"' not in fewer


def test_a_broken_rule_stands_at_its_field_with_the_way_to_mend_it(browser):
    data = {"name": "重名", "day": "2022-06-30", "people-0-name": "张三"}
    answer = browser.post("/things/new", data=data, headers=CLERK)
    assert answer.status_code == 422
    assert '<a href="#name">名称：已有同名事项。</a> <a href="/things/1/">去处理</a>' in answer.text


def test_save_and_continue_comes_back_to_an_empty_form(browser):
    data = {"name": "甲", "day": "20220630", "people-0-name": "张三", "save_and_new": "1"}
    answer = browser.post("/things/new", data=data, headers=CLERK)
    assert answer.location == "/things/new"
    assert "已新增" in browser.get(answer.location, headers=CLERK).text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_a_form_never_sends_people_outside(browser, back):
    data = {"name": "甲", "day": "20220630", "people-0-name": "张三", "back": back}
    assert browser.post("/things/new", data=data, headers=CLERK).location == "/things/"


# -- errors ---------------------------------------------------------------------------------------------------------


def test_a_crash_shows_a_number_and_nothing_else(browser, caplog):
    answer = browser.get("/broken/?q=13800008000", headers=CLERK)
    assert answer.status_code == 500
    number = re.search(r'class="num">([0-9A-F]{8})<', answer.text)[1]
    assert "ZeroDivisionError" not in answer.text
    assert "13800008000" not in answer.text
    assert number in caplog.text


def test_a_broken_rule_that_nobody_caught_is_a_sentence_with_its_repair(browser):
    answer = browser.get("/broken/rule", headers=CLERK)
    assert answer.status_code == 400
    assert "请先补充手机号。" in answer.text
    assert 'href="/things/1/">去处理' in answer.text


def test_a_missing_row_is_a_page_that_does_not_exist(browser):
    assert browser.get("/things/999/", headers=CLERK).status_code == 404


def test_a_view_is_called_once_even_when_it_fails_with_a_type_error(browser, caplog):
    browser.get("/broken/type", headers=CLERK)
    assert caplog.text.count("TypeError: told once") == 1


def test_a_stranger_sees_errors_without_the_menu(browser):
    page = browser.get("/nowhere").text
    assert "没有找到这个页面" in page
    assert 'id="side"' not in page


def test_a_script_gets_errors_as_json(browser):
    answer = browser.get("/broken/", headers={**CLERK, "X-Requested-With": "fetch"})
    assert answer.json["number"]


def test_without_a_token_nothing_is_saved_and_the_text_is_kept(guarded_app):
    answer = guarded_app.test_client().post(
        "/things/new", data={"name": "写了很久的名称", "password": "geheim"}, headers=CLERK
    )
    assert answer.status_code == 400
    assert "写了很久的名称" in answer.text
    assert "geheim" not in answer.text


@pytest.mark.parametrize("path", ["/things/query", "/things/columns", "/things/views", "/things/bulk/finish"])
def test_every_post_of_the_frame_needs_a_token(guarded_app, path):
    assert guarded_app.test_client().post(path, data={}, headers=CLERK).status_code == 400


def test_every_form_of_a_page_carries_its_token(guarded_app):
    page = guarded_app.test_client().get("/things/1/", headers=CLERK).text
    forms = re.findall(r'<form[^>]*method="post".*?</form>', page, re.S)
    assert forms
    assert all('name="csrf_token"' in form for form in forms)
