"""Lists: pages by key, conditions in the address, selection, bulk steps, preferences, and who may see any of it."""

import html
import random
import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import event, func, select, text

from mediation_admin.core.admin.models import ListPreference
from mediation_admin.core.db import db
from tests.integration.core import toy
from tests.integration.core.toy import Thing

CLERK, READER = {"X-Actor": "clerk"}, {"X-Actor": "reader"}


@pytest.fixture(scope="module")
def _toy_app(servers):
    app = toy.on_own_database(servers, "toy")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def toy_app(_toy_app):
    yield _toy_app
    with _toy_app.app_context():
        db.session.execute(text("truncate thing, list_preference restart identity"))
        db.session.commit()
        db.session.remove()


@pytest.fixture
def browser(toy_app):
    return toy_app.test_client()


@pytest.fixture
def things(toy_app):
    """Add things; returns their ids."""

    def add(count=1, **values):
        with toy_app.app_context():
            dice = random.Random(count)
            rows = [
                Thing(
                    **{
                        "name": f"事项{n}",
                        "state": dice.choice(["open", "done"]),
                        "day": date(2022, 1, 1) + timedelta(days=dice.randrange(20)),
                        "due": dice.choice([None, date(2022, 3, 1) + timedelta(days=dice.randrange(9))]),
                        "amount": dice.choice([None, dice.randrange(5)]),
                        **values,
                    }
                )
                for n in range(count)
            ]
            db.session.add_all(rows)
            db.session.commit()
            return [row.id for row in rows]

    return add


def ids_on(page):
    return [int(found) for found in re.findall(r'<tr data-id="(\d+)"', page.text)]


def link(page, rel):
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page.text)
    return html.unescape(found[1]) if found else None


def walk(browser, address, rel):
    """Follow next or prev to the end; returns the ids of every page."""
    pages = []
    while address:
        page = browser.get(address, headers=CLERK)
        assert page.status_code == 200
        pages.append(ids_on(page))
        address = link(page, rel)
    return pages


ORDERS = ["", "day", "due", "-due", "amount", "-amount", "mixed"]


@pytest.mark.parametrize("order", ORDERS)
def test_every_row_is_met_once_walking_forward_and_back_in_any_order(browser, things, order):
    things(67)
    address = "/things/" + (f"?order={order}" if order else "")
    forward = walk(browser, address, "next")
    rows = [ident for page in forward for ident in page]
    assert [len(page) for page in forward] == [20, 20, 20, 7]
    assert len(set(rows)) == 67
    last = link(browser.get(address, headers=CLERK), "last")
    backward = walk(browser, last, "prev")
    assert [ident for page in reversed(backward) for ident in page] == rows


@pytest.mark.parametrize("order", ["due", "-due", "amount", "-amount"])
def test_empty_values_stand_last_in_both_directions(browser, toy_app, things, order):
    things(40)
    rows = [ident for page in walk(browser, f"/things/?order={order}", "next") for ident in page]
    with toy_app.app_context():
        column = getattr(Thing, order.strip("-"))
        empty = set(db.session.scalars(select(Thing.id).where(column.is_(None))))
    assert set(rows[len(rows) - len(empty) :]) == empty


def test_rows_that_come_while_paging_neither_repeat_nor_hide_others(browser, things):
    things(30, day=date(2022, 1, 5))
    first = browser.get("/things/", headers=CLERK)
    things(5, day=date(2022, 2, 1))
    second = browser.get(link(first, "next"), headers=CLERK)
    assert len({*ids_on(first), *ids_on(second)}) == 30


def test_row_numbers_run_on_over_pages(browser, things):
    things(25)
    page = browser.get(link(browser.get("/things/", headers=CLERK), "next"), headers=CLERK)
    assert re.findall(r'<td class="c-seq">(\d+)</td>', page.text)[0] == "21"
    assert "第 21–25 条" in page.text


def test_deep_pages_use_no_offset(browser, things, toy_app):
    things(45)
    said = []
    with toy_app.app_context():
        engine = db.engine
    listener = lambda *args: said.append(args[2])  # noqa: E731 - removed again below
    event.listen(engine, "before_cursor_execute", listener)
    try:
        walk(browser, "/things/", "next")
    finally:
        event.remove(engine, "before_cursor_execute", listener)
    assert said
    assert not [statement for statement in said if "OFFSET" in statement.upper()]


@pytest.mark.parametrize("cursor", ["after=nonsense", "before=AAAA", "after="])
def test_a_made_up_place_in_the_list_leads_to_the_first_page(browser, things, cursor):
    things(3)
    page = browser.get(f"/things/?{cursor}", headers=CLERK)
    assert page.status_code == 200
    assert len(ids_on(page)) == 3


def test_a_place_of_another_order_is_not_used(browser, things):
    things(25)
    token = parse_qs(urlsplit(link(browser.get("/things/", headers=CLERK), "next")).query)["after"][0]
    page = browser.get(f"/things/?order=amount&after={token}", headers=CLERK)
    assert "已回到第一页" in page.text
    assert len(ids_on(page)) == 20


# -- conditions -----------------------------------------------------------------------------------------------------


def test_the_query_form_answers_with_an_address_that_holds_all_conditions(browser, things):
    things(4, state="open", day=date(2022, 1, 5))
    things(4, state="done", day=date(2022, 1, 5))
    answer = browser.post(
        "/things/query",
        data={"state": ["open"], "day_from": "2022年1月1日", "day_to": "2022-01-31", "name": ""},
        headers=CLERK,
    )
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.location).query) == {
        "state": ["open"],
        "day_from": ["2022-01-01"],
        "day_to": ["2022-01-31"],
    }
    page = browser.get(answer.location, headers=CLERK)
    assert len(ids_on(page)) == 4
    assert "状态：未结" in page.text
    assert "日期：2022-01-01 至 2022-01-31" in page.text


def test_a_phone_never_stands_in_an_address(browser, things):
    things(1, name="有电话", phone="13800008000")
    things(3)
    for data in ({"phone": "13800008000"}, {"q": "13800008000"}):
        answer = browser.post("/things/query", data=data, headers=CLERK)
        assert "13800008000" not in answer.location
        page = browser.get(answer.location, headers=CLERK)
        assert len(ids_on(page)) == 1
    chips = re.findall(
        r'class="chip"[^>]*><span>([^<]+)',
        browser.get(
            browser.post("/things/query", data={"phone": "13800008000"}, headers=CLERK).location, headers=CLERK
        ).text,
    )
    assert chips == ["手机号：138****8000"]


def test_an_altered_secret_condition_is_dropped_and_said(browser, things):
    things(2)
    page = browser.get("/things/?phone=~AAAAAAAA", headers=CLERK)
    assert page.status_code == 200
    assert "条件已失效" in page.text
    assert len(ids_on(page)) == 2


@pytest.mark.parametrize(
    "query", ["state=exploded", "day_from=tomorrow", "amount_from=lots", "dated=maybe", "size=7", "order=random"]
)
def test_an_unknown_value_in_the_address_never_breaks_the_page(browser, things, query):
    things(2)
    page = browser.get(f"/things/?{query}", headers=CLERK)
    assert page.status_code == 200
    assert len(ids_on(page)) == 2


def test_a_chip_takes_away_its_condition_alone(browser, things):
    things(3, state="open", amount=2)
    page = browser.get("/things/?state=open&state=done&amount_from=1", headers=CLERK)
    hrefs = {
        words: html.unescape(href)
        for href, words in re.findall(r'class="chip" href="([^"]+)"[^>]*><span>([^<]+)', page.text)
    }
    assert parse_qs(urlsplit(hrefs["状态：已结"]).query) == {"state": ["open"], "amount_from": ["1"]}
    assert parse_qs(urlsplit(hrefs["金额：≥ 1"]).query) == {"state": ["open", "done"]}


def test_the_search_box_says_what_it_matched(browser, things):
    things(1, name="王伟案")
    things(2)
    page = browser.get("/things/?q=王伟", headers=CLERK)
    assert "按名称或手机号查找" in page.text
    assert len(ids_on(page)) == 1


def test_a_search_is_text_and_not_a_pattern(browser, things):
    things(1, name="100%案")
    things(2, name="别的")
    assert len(ids_on(browser.get("/things/?name=%25", headers=CLERK))) == 1


def test_an_empty_list_says_what_to_do_next_and_an_empty_result_offers_to_clear(browser, things):
    assert "新增事项" in browser.get("/things/", headers=CLERK).text
    things(1)
    page = browser.get("/things/?name=没有的", headers=CLERK)
    assert "没有符合条件的记录" in page.text
    assert "清除全部条件" in page.text


def test_the_present_order_is_told_and_can_be_reset(browser, things):
    things(2)
    page = browser.get("/things/?order=due&state=open", headers=CLERK)
    assert page.text.count('aria-sort="ascending"') == 1
    assert "重置排序" in page.text


def test_the_export_button_carries_the_conditions(browser, things):
    things(2)
    page = browser.get("/things/?state=open", headers=CLERK)
    assert 'href="/exports/new?list=things&amp;state=open"' in page.text
    assert "/exports/new" not in browser.get("/things/", headers=READER).text


# -- counting -------------------------------------------------------------------------------------------------------


def test_the_count_is_exact_below_the_cap_and_marked_above_it(browser, things, monkeypatch):
    things(30)
    assert re.search(r"data-total>30<", browser.get("/things/", headers=CLERK).text)
    monkeypatch.setattr("mediation_admin.core.admin.listing.COUNT_CAP", 25)
    monkeypatch.setattr("mediation_admin.core.admin.list_html.COUNT_CAP", 25)
    page = browser.get("/things/", headers=CLERK)
    assert re.search(r"data-total>25\+<", page.text)
    assert "查准确条数" in page.text
    assert browser.get("/things/count", headers=CLERK).json["count"] == 30


def test_the_exact_count_obeys_the_conditions(browser, things):
    things(4, state="open")
    things(3, state="done")
    assert browser.get("/things/count?state=done", headers=CLERK).json["count"] == 3


# -- selection and bulk actions -------------------------------------------------------------------------------------


def token(page, name="token"):
    return html.unescape(re.search(rf'name="{name}" value="([^"]+)"', page.text)[1])


def state_counts(toy_app):
    with toy_app.app_context():
        return dict(db.session.execute(select(Thing.state, func.count()).group_by(Thing.state)).all())


def test_a_bulk_action_rehearses_changes_nothing_and_runs_after_confirmation(browser, toy_app, things):
    ids = things(3, state="open")
    done = things(1, state="done", name="早办结的")
    page = browser.post("/things/bulk/finish", data={"ids": ids + done}, headers=CLERK)
    assert page.status_code == 200
    assert "将办结 3 个事项" in page.text
    assert "早办结的" in page.text
    assert state_counts(toy_app) == {"open": 3, "done": 1}
    answer = browser.post("/things/bulk/finish/confirm", data={"token": token(page), "reason": "清理"}, headers=CLERK)
    assert answer.status_code == 303
    assert state_counts(toy_app) == {"done": 4}
    after = browser.get(answer.location, headers=CLERK).text
    assert "已办结" in after
    assert 'action="/things/undo"' in after


def test_everything_that_matches_is_selected_by_its_conditions(browser, toy_app, things):
    things(30, state="open", amount=1)
    things(5, state="open", amount=9)
    page = browser.get("/things/?amount_to=5", headers=CLERK)
    assert "选择符合条件的全部 30 条" in page.text
    everything = re.search(r'data-everything-on="([^"]+)"', page.text)[1]
    rehearsal = browser.post("/things/bulk/finish", data={"everything": everything}, headers=CLERK)
    assert "将办结 30 个事项" in rehearsal.text
    browser.post("/things/bulk/finish/confirm", data={"token": token(rehearsal), "reason": "清理"}, headers=CLERK)
    assert state_counts(toy_app) == {"done": 30, "open": 5}


def test_rows_that_changed_since_the_rehearsal_are_shown_again_before_anything_is_done(browser, toy_app, things):
    things(25, state="open", amount=1)
    everything = re.search(r'data-everything-on="([^"]+)"', browser.get("/things/?state=open", headers=CLERK).text)[1]
    rehearsal = browser.post("/things/bulk/finish", data={"everything": everything}, headers=CLERK)
    things(2, state="open", amount=1)
    answer = browser.post("/things/bulk/finish/confirm", data={"token": token(rehearsal), "reason": "x"}, headers=CLERK)
    assert "预演之后记录有变化" in answer.text
    assert state_counts(toy_app) == {"open": 27}


def test_with_nothing_ticked_the_button_answers_with_a_sentence(browser, things):
    things(1)
    answer = browser.post("/things/bulk/finish", data={"back": "/things/?state=open"}, headers=CLERK)
    assert answer.location == "/things/?state=open"
    assert "请先勾选要“批量办结”的记录" in browser.get(answer.location, headers=CLERK).text


def test_what_the_action_asks_must_be_filled_before_it_runs(browser, toy_app, things):
    page = browser.post("/things/bulk/finish", data={"ids": things(2, state="open")}, headers=CLERK)
    assert "请填写理由" not in page.text
    answer = browser.post("/things/bulk/finish/confirm", data={"token": token(page), "reason": ""}, headers=CLERK)
    assert "请填写理由" in answer.text
    assert state_counts(toy_app) == {"open": 2}


def test_a_rule_that_refuses_the_bulk_action_is_told_and_nothing_is_done(browser, toy_app, things):
    page = browser.post("/things/bulk/finish", data={"ids": things(2, state="open")}, headers=CLERK)
    answer = browser.post("/things/bulk/finish/confirm", data={"token": token(page), "reason": "不行"}, headers=CLERK)
    assert "理由不成立，请另写。" in answer.text
    assert state_counts(toy_app) == {"open": 2}


def test_a_rehearsal_is_of_its_own_person_and_cannot_be_made_up(browser, toy_app, things):
    page = browser.post("/things/bulk/finish", data={"ids": things(2, state="open")}, headers=CLERK)
    for held in (token(page)[:-4] + "AAAA", "", "x"):
        answer = browser.post("/things/bulk/finish/confirm", data={"token": held, "reason": "x"}, headers=CLERK)
        assert answer.status_code == 303
    assert state_counts(toy_app) == {"open": 2}


def test_a_bulk_action_needs_its_own_permission(browser, things):
    ids = things(2)
    assert "批量办结" not in browser.get("/things/", headers=READER).text
    assert browser.post("/things/bulk/finish", data={"ids": ids}, headers=READER).status_code == 404
    assert browser.post("/things/bulk/finish/confirm", data={"token": "x"}, headers=READER).status_code == 404
    assert browser.post("/things/bulk/explode", data={"ids": ids}, headers=CLERK).status_code == 404


def test_more_rows_than_the_action_allows_are_refused_with_the_limit(browser, things):
    things(501, state="open")
    everything = re.search(r'data-everything-on="([^"]+)"', browser.get("/things/", headers=CLERK).text)[1]
    answer = browser.post("/things/bulk/finish", data={"everything": everything}, headers=CLERK)
    assert "一次最多 500 条，现在选了 501 条" in browser.get(answer.location, headers=CLERK).text


# -- what a person prefers ------------------------------------------------------------------------------------------


def headings(page):
    first_row = re.search(r"<tbody><tr.*?</tr>", page.text, re.S)
    return re.findall(r'data-label="([^"]+)"', first_row[0])


def test_columns_density_and_size_are_kept_for_each_person(browser, things):
    things(60)
    answer = browser.post(
        "/things/columns",
        data={"columns_shown": "1", "columns": ["amount", "state"], "columns_order": ["name", "amount", "state"]},
        headers=CLERK,
    )
    assert answer.status_code == 303
    browser.post("/things/columns", data={"density": "tight", "size": "50"}, headers=CLERK)
    mine = browser.get("/things/", headers=CLERK)
    assert headings(mine) == ["名称", "金额", "状态"]
    assert "density-tight" in mine.text
    assert len(ids_on(mine)) == 50
    other = browser.get("/things/", headers=READER)
    assert headings(other) == ["名称", "状态", "日期", "期限"]
    browser.post("/things/columns", data={"reset": "1"}, headers=CLERK)
    assert headings(browser.get("/things/", headers=CLERK)) == headings(other)


def test_a_view_is_kept_with_its_conditions_and_can_be_forgotten(browser, things):
    things(3, state="open")
    kept = browser.post("/things/views", data={"name": "我的", "query": "?state=open&order=day"}, headers=CLERK)
    assert kept.status_code == 303
    page = browser.get("/things/", headers=CLERK).text
    assert 'href="/things/?state=open&amp;order=day"' in page
    browser.post("/things/views", data={"forget": "我的"}, headers=CLERK)
    assert "?state=open&amp;order=day" not in browser.get("/things/", headers=CLERK).text


def test_a_view_keeps_no_phone_in_clear(browser, toy_app):
    location = browser.post("/things/query", data={"phone": "13800008000"}, headers=CLERK).location
    browser.post("/things/views", data={"name": "电话", "query": "?" + urlsplit(location).query}, headers=CLERK)
    with toy_app.app_context():
        assert "13800008000" not in str(db.session.scalars(select(ListPreference.views)).all())


# -- cost -----------------------------------------------------------------------------------------------------------


def test_a_page_asks_the_database_three_times_however_many_rows_it_shows(browser, toy_app, things):
    things(100)
    said = []
    with toy_app.app_context():
        engine = db.engine
    listener = lambda *args: said.append(args[2])  # noqa: E731 - removed again below
    event.listen(engine, "before_cursor_execute", listener)
    try:
        browser.get("/things/?size=100", headers=CLERK)
    finally:
        event.remove(engine, "before_cursor_execute", listener)
    assert len(said) <= 3
