"""Statistics on screen: who sees which tab, figures that open their rows, definitions, periods, nothing there."""

import re
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from mediation_admin.core import clock
from mediation_admin.reports.admin.tables import periods
from mediation_admin.reports.catalogue import REPORTS
from tests import people
from tests.factories import cases

MARCH = "?from=2024-03-01&to=2024-03-31"


def _text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.fixture
def busy(statistics):
    """Two mediators, cases in most states, one refusal."""
    for _ in range(3):
        statistics.ended(statistics.first, date(2024, 3, 13), date(2024, 3, 20))
    statistics.ended(statistics.second, date(2024, 3, 13), date(2024, 3, 20), success=False)
    open_case = statistics.assigned(statistics.second)
    statistics.move(open_case, "accept", no_conflict=True)
    statistics.assigned(statistics.first)
    cases.a_case(statistics.actor)
    statistics.session.commit()
    return statistics


@pytest.mark.parametrize("person", people.CAST, ids=str)
def test_who_may_see_statistics(as_person, person):
    allowed = {"clerk_a", "admin_a", "judge_a", "clerk_b", "higher_court"}
    expected = 200 if person.key in allowed else 303 if person is people.stranger else 404
    assert as_person(person).get("/reports/").status_code == expected


def test_by_court_is_asked_for_only_where_there_is_more_than_one(as_person, busy):
    clerk, above = as_person(people.clerk_a), as_person(people.higher_court)
    assert "按法院查询" not in clerk.get("/reports/").text
    assert clerk.get("/reports/by-court/").status_code == 404
    page = above.get(f"/reports/by-court/{MARCH}")
    assert "南阳市宛城区人民法院" in page.text
    assert "不作排名" in page.text
    assert "各法院已结件数" not in page.text, "a picture of courts would be read as a ranking"


def test_the_higher_court_sees_figures_and_no_link_to_cases_it_may_not_open(as_person, busy):
    page = as_person(people.higher_court).get(f"/reports/by-mediator/{MARCH}").text
    assert "钱某" in page
    assert "/reports/cases/" not in page


@pytest.mark.parametrize("code", sorted(set(REPORTS) - {"by-court"}))
def test_every_figure_on_screen_opens_exactly_so_many_rows(as_person, busy, code):
    client = as_person(people.clerk_a)
    page = client.get(f"/reports/{code}/{MARCH}&view=all").text
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)[1]
    links = re.findall(r'<a href="([^"]+)">([^<]+)</a>', body)
    assert len(links) > 20
    seen = {}
    for link, shown in links:
        address = unescape(link)
        key = parse_qs(urlsplit(address).query)["figure"][0]
        if seen.get(key, 0) >= 2 or not shown.replace(",", "").isdigit():
            continue
        if REPORTS[code].figure(key).condition is None:
            continue
        seen[key] = seen.get(key, 0) + 1
        place, _, query = address.partition("?")
        count = client.get(f"{place}count?{query}").json["count"]
        assert f"{count:,}" == shown, address
        opened = client.get(address)
        assert opened.status_code == 200
        assert "已忽略" not in opened.text
    assert len(seen) > 10


def test_the_rows_say_which_figure_they_are(as_person, busy):
    client = as_person(people.clerk_a)
    page = client.get(f"/reports/cases/{MARCH}&report=by-mediator&figure=succeeded&row={busy.first.id}")
    assert "钱某 成功 2024-03-01 至 2024-03-31（按调解员查询）" in _text(page.text)


@pytest.mark.parametrize(
    "query",
    [
        "report=by-mediator&figure=rain&row=all",
        "report=by-weather&figure=closed&row=all",
        "report=by-mediator&figure=closed&row=x",
        "report=by-mediator&figure=declined&row=all",
        "report=by-mediator&figure=closed&row=all&from=2024-03-02&to=2024-03-01",
    ],
)
def test_a_link_that_leads_nowhere_is_said_and_not_an_error(as_person, query):
    page = as_person(people.clerk_a).get(f"/reports/cases/?{query}")
    assert page.status_code == 200
    assert re.search("已忽略|早于", _text(page.text))


def test_a_rate_shows_what_it_is_made_of(as_person, busy):
    page = as_person(people.clerk_a).get(f"/reports/by-mediator/{MARCH}")
    text = _text(page.text)
    assert "3 ÷ 4" in text
    assert "75.00%" in text
    definitions = text[text.index("口径说明") :]
    assert "成功 3 ÷ 已结 4 ＝ 75.00%" in definitions
    assert "成功÷已结；法院设置为按受理计算时，成功÷受理数。" in definitions
    for figure in REPORTS["by-mediator"].shown:
        assert figure.definition in definitions


def test_a_period_without_cases_says_so_and_offers_another(as_person, busy):
    text = _text(as_person(people.clerk_a).get("/reports/by-mediator/?from=2019-01-01&to=2019-12-31").text)
    assert "2019-01-01 至 2019-12-31 没有案件" in text
    assert "查看上年" in text


def test_a_period_that_cannot_be_is_refused_with_a_sentence(as_person, busy):
    client = as_person(people.clerk_a)
    page = client.get("/reports/by-mediator/?from=2024-03-31&to=2024-03-01")
    assert page.status_code == 200
    assert "结束日期早于开始日期" in _text(page.text)
    assert "不是日期" in _text(client.get("/reports/by-mediator/?from=三月").text)


def test_the_chosen_period_is_marked_and_kept_from_tab_to_tab(as_person, busy):
    year = clock.today().year - 1
    page = as_person(people.clerk_a).get(f"/reports/by-organisation/?from={year}-01-01&to={year}-12-31").text
    assert re.search(r'aria-current="true">上年', page)
    assert f'href="/reports/by-mediator/?from={year}-01-01&amp;to={year}-12-31"' in page


@pytest.mark.parametrize(
    ("today", "label", "start", "end"),
    [
        (date(2024, 2, 29), "上月", date(2024, 1, 1), date(2024, 1, 31)),
        (date(2024, 1, 15), "上月", date(2023, 12, 1), date(2023, 12, 31)),
        (date(2024, 1, 15), "上季度", date(2023, 10, 1), date(2023, 12, 31)),
        (date(2024, 8, 1), "本季度", date(2024, 7, 1), date(2024, 8, 1)),
        (date(2024, 8, 1), "上季度", date(2024, 4, 1), date(2024, 6, 30)),
        (date(2024, 3, 3), "本周", date(2024, 2, 26), date(2024, 3, 3)),
        (date(2024, 3, 3), "上年", date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_the_ready_made_periods(today, label, start, end):
    assert (label, start, end) in periods(today)


def test_a_report_costs_the_same_statements_however_many_mediators(as_person, busy, count_sql):
    client = as_person(people.clerk_a)
    client.get(f"/reports/by-mediator/{MARCH}")
    with count_sql() as few:
        client.get(f"/reports/by-mediator/{MARCH}")
    for n in range(20):
        mediator = cases.a_mediator(busy.session, busy.actor.court_id, f"孙{n}某")
        busy.assigned(mediator)
    busy.session.commit()
    with count_sql() as many:
        page = client.get(f"/reports/by-mediator/{MARCH}")
    assert "孙19某" in page.text
    assert len(many) == len(few)


def test_the_main_figures_are_shown_first_and_all_of_them_one_click_away(as_person, busy):
    client = as_person(people.clerk_a)
    report = REPORTS["by-mediator"]
    first = client.get(f"/reports/by-mediator/{MARCH}").text
    everything = client.get(
        unescape(re.search(r'href="(\?[^"]*view=all)"', first)[1].join(["/reports/by-mediator/", ""]))
    ).text
    assert len(re.findall(r'<th scope="col"[^>]* title=', first)) == len(report.main)
    assert len(re.findall(r'<th scope="col"[^>]* title=', everything)) == len(report.shown)
    assert "只看主要指标" in everything
    assert {"closed", "succeeded", "success_rate"} <= {figure.key for figure in report.main}


def test_export_leads_to_the_same_period(as_person, busy):
    page = as_person(people.clerk_a).get(f"/reports/by-mediator/{MARCH}").text
    link = unescape(re.search(r'href="(/exports/new\?[^"]+)"', page)[1])
    assert parse_qs(urlsplit(link).query) == {
        "list": ["report:by-mediator"],
        "from": ["2024-03-01"],
        "to": ["2024-03-31"],
    }


def test_names_are_escaped_wherever_they_stand(as_person, statistics):
    mediator = cases.a_mediator(statistics.session, statistics.actor.court_id, "<b>钱</b>")
    statistics.assigned(mediator)
    statistics.session.commit()
    page = as_person(people.clerk_a).get(f"/reports/by-mediator/{MARCH}").text
    assert "<b>钱</b>" not in page
    assert "&lt;b&gt;钱&lt;/b&gt;" in page


def test_assignments_are_listed_with_their_answers(as_person, busy):
    case = busy.assigned(busy.first)
    busy.move(case, "decline", ground="unfit", reason="超出能力")
    busy.session.commit()
    page = _text(as_person(people.clerk_a).get("/reports/assignments/?end_kind=declined").text)
    assert "不予接受" in page
    assert "超出能力" in page


def test_an_empty_period_leads_to_the_last_year_with_cases(as_person, busy):
    client = as_person(people.clerk_a)
    page = client.get("/reports/by-mediator/?from=2026-01-01&to=2026-06-30").text
    assert "没有新收、也没有已结的案件；最近收案在 2024 年" in page
    assert "?from=2024-01-01&amp;to=2024-12-31" in page
    assert "没有新收" not in client.get(f"/reports/by-mediator/{MARCH}").text
    before = client.get("/reports/by-mediator/?from=2020-01-01&to=2020-12-31").text
    assert "最近收案在" not in before, "no case is that old"


def test_whoever_may_open_no_rows_is_not_told_to_click(as_person, busy):
    hint = "点击任一数字"
    assert hint in as_person(people.clerk_a).get(f"/reports/by-mediator/{MARCH}").text
    assert hint not in as_person(people.higher_court).get(f"/reports/by-mediator/{MARCH}").text
