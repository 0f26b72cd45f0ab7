"""Every list that says it is exportable is exported, read back by two readers, and shows no more than its screen does."""

import csv
import re
import zipfile
from datetime import date, datetime
from html import unescape

import pytest
from sqlalchemy import select

from mediation_admin.core.admin import ListScreen
from mediation_admin.core.admin.site import site_of
from mediation_admin.exports.catalogue import source_for
from mediation_admin.exports.enums import ExportFormat
from mediation_admin.reports.catalogue import REPORTS
from tests import people, sheet_readers
from tests.factories import cases
from tests.integration.exports.conftest import ID_NUMBER, PHONES

# The lists whose columns may hold words that are no Chinese: the audit's tags and addresses.
PLAIN_WORDS = {"audit": {"标签", "地址", "请求编号", "改动"}}


def exportable(app) -> list[ListScreen]:
    return [view for view in site_of(app)._views if isinstance(view, ListScreen) and view.exportable]


def _table(path) -> tuple[list[str], list[list[object]]]:
    rows = sheet_readers.by_openpyxl(path)
    return rows[1], rows[2:]


def _lines(path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_every_exportable_list_can_be_exported_and_reads_back_equal(app, court):
    screens = exportable(app)
    assert {"cases", "cases_pre_filing", "mediators", "organisations", "audit", "report_cases"} <= {
        screen.code for screen in screens
    }
    for screen in screens:
        path = court.export(screen.code)
        headings, rows = _table(path)
        source = source_for(court.actor, screen.code)
        assert headings == [field.column.title for field in source.fields()], screen.code
        assert len(set(headings)) == len(headings), f"{screen.code}: two columns of one heading"
        second = sheet_readers.by_calamine(path)
        assert second[1] == headings
        assert len(second) == len(rows) + 2
        for one, other in zip(rows, second[2:], strict=True):
            assert [_same(value) for value in one] == [_same(value) for value in other], screen.code


def _same(value: object) -> object:
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date()
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_a_file_holds_what_its_list_counts(app, court, as_person):
    client = as_person(people.admin_a)
    for screen in exportable(app):
        if screen.code == "audit":
            continue  # grows while it is looked at
        _, rows = _table(court.export(screen.code))
        assert len(rows) == client.get(f"{screen.url}/count").json["count"], screen.code


def test_nothing_of_a_list_leaves_the_house_unmasked_or_as_a_code(app, court):
    for screen in exportable(app):
        headings, rows = _table(court.export(screen.code))
        for row in rows:
            for heading, value in zip(headings, row, strict=True):
                if not isinstance(value, str):
                    continue
                for secret in (*PHONES, ID_NUMBER):
                    assert secret not in value, f"{screen.code}, {heading}: {value}"
                if heading not in PLAIN_WORDS.get(screen.code, ()):
                    assert not re.fullmatch(r"[a-z][a-z_]*|\{.*\}|\[.*\]", value), f"{screen.code}, {heading}: {value}"


def test_phones_are_masked_and_not_hidden(court):
    headings, rows = _table(court.export("mediators"))
    shown = dict(zip(headings, rows[0], strict=True))
    assert shown["手机号"] == "139****2222"
    assert shown["性别"] == "女"
    assert shown["身份"] == "人民调解员"


def test_dates_numbers_and_money_are_what_they_are(court):
    headings, rows = _table(court.export("report_cases"))
    row = next(dict(zip(headings, row, strict=True)) for row in rows if row[headings.index("标的额（元）")])
    assert row["标的额（元）"] == pytest.approx(12345.60)
    assert isinstance(row["登记日期"], datetime | date)
    settled = next(dict(zip(headings, row, strict=True)) for row in rows if row[headings.index("结果")] == "和解撤回")
    assert settled["天数"] == 0
    assert settled["是否超期"] == "否"
    assert settled["法院"] == "南阳市宛城区人民法院"
    assert settled["纠纷类型"] == "民间借贷"


def test_s27_text_that_looks_like_a_formula_stays_text(court, tmp_path):
    path = court.export("cases")
    headings, rows = _table(path)
    names = [row[headings.index("申请人")] for row in rows]
    assert "=1+1" in names
    sheet = sheet_readers.worksheet(path)
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1")
    # openpyxl calls any text with a leading = a formula; what the file says is that it is an inline string.
    assert cell.data_type in ("f", "s")
    assert "<f>" not in _xml(path)
    lines = _lines(court.export("cases", file_format=ExportFormat.CSV))
    assert "'=1+1" in [line[lines[0].index("申请人")] for line in lines[1:]]


def _xml(path) -> str:
    with zipfile.ZipFile(path) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_a_csv_holds_the_same_words(app, court):
    for screen in exportable(app):
        if screen.code == "audit":
            continue
        headings, rows = _table(court.export(screen.code))
        lines = _lines(court.export(screen.code, file_format=ExportFormat.CSV))
        assert lines[0] == headings
        assert len(lines) == len(rows) + 1
        if not rows:
            continue
        for heading, values, words in zip(headings, zip(*rows, strict=True), zip(*lines[1:], strict=True), strict=True):
            for value, word in zip(values, words, strict=True):
                if isinstance(value, str):
                    assert word in (value, f"'{value}"), f"{screen.code}, {heading}"


def test_an_export_obeys_the_lists_conditions_and_order(court):
    headings, rows = _table(court.export("cases", [("state", "closed"), ("state", "terminated")]))
    assert {row[headings.index("状态")] for row in rows} == {"调解结束", "调解终止"}
    _, upwards = _table(court.export("cases", [("order", "-registered")]))
    _, downwards = _table(court.export("cases"))
    assert [row[0] for row in upwards] == [row[0] for row in reversed(downwards)]


def test_only_the_chosen_columns_leave(court):
    headings, _ = _table(court.export("cases", keys=["state", "case_no"]))
    assert headings == ["诉前调解案号", "状态"]


def test_names_are_masked_for_whoever_asks_for_it(court):
    headings, rows = _table(court.export("cases", mask_names=True))
    names = {row[headings.index("被申请人")] for row in rows}
    assert "被申某乙" not in names
    assert "某某商贸有限公司" not in names
    assert any("*" in name for name in names)


def test_the_first_row_says_who_when_and_under_which_conditions(court):
    path = court.export("cases", [("state", "closed")])
    mark = sheet_readers.by_openpyxl(path)[0][0]
    assert "全部案件" in mark
    assert f"导出人：甲管理（账号 {court.actor.account_id}）" in mark
    assert "案件状态：调解结束" in mark


def test_what_was_typed_into_the_search_box_stands_in_no_file_and_no_request_in_clear(court, as_person):
    client = as_person(people.admin_a)
    listed = client.post("/cases/query", data={"q": PHONES[2]}).location
    link = unescape(re.search(r'href="(/exports/new\?[^"]+)"', client.get(listed).text)[1])
    assert PHONES[2] not in link
    params = [(name, value) for name, _, value in (pair.partition("=") for pair in link.partition("?")[2].split("&"))]
    request = court.ask("cases", [pair for pair in params if pair[0] != "list"])
    assert PHONES[2] not in request.conditions
    assert "139****6666" in request.conditions
    court.run_jobs()
    path = court.left_behind()
    assert len(path) == 1
    assert court.request(request.id).rows == 1


def test_a_sheet_is_readable_at_once(court):
    sheet = sheet_readers.worksheet(court.export("cases"))
    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref.startswith("A2:")
    assert all(sheet.column_dimensions[letter].width >= 8 for letter in "ABCDEF")


# -- reports ----------------------------------------------------------------------------------------------------------------


PERIOD = [("from", "2024-01-01"), ("to", "2024-12-31")]


@pytest.mark.parametrize("code", sorted(REPORTS))
def test_a_report_is_exported_as_the_screen_shows_it_with_its_definitions(court, code):
    path = court.export(f"report:{code}", PERIOD)
    headings, rows = _table(path)
    report = REPORTS[code]
    assert headings[0] == report.row_title
    assert rows[-1][0] == "合计"
    at = headings.index("成功率")
    assert rows[-1][at] == pytest.approx(0.5)
    assert "0.00%" in sheet_readers.worksheet(path).cell(len(rows) + 2, at + 1).number_format
    definitions = sheet_readers.by_openpyxl(path, 1)
    words = {row[0]: row for row in definitions if row and row[0]}
    for figure in report.shown:
        title = f"{figure.group}：{figure.title}" if figure.group else figure.title
        assert figure.definition in words[title]
    assert "成功" in words["成功率"]
    assert "已结" in words["成功率"]


def test_a_report_in_a_file_equals_the_report_on_screen(court, as_person):
    headings, rows = _table(court.export("report:by-mediator", PERIOD))
    page = as_person(people.admin_a).get("/reports/by-mediator/?from=2024-01-01&to=2024-12-31&view=all").text
    total = re.search(r'<tr class="total">(.*?)</tr>', page, re.DOTALL)[1]
    shown = [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", total)]
    assert len(shown) == len(headings)
    for heading, on_screen, in_file in zip(headings, shown, rows[-1], strict=True):
        if isinstance(in_file, int | float) and on_screen.endswith("%"):
            assert f"{in_file * 100:.2f}%" == on_screen, heading
        elif isinstance(in_file, int | float):
            assert float(on_screen.replace(",", "")) == pytest.approx(in_file), heading


def test_the_higher_court_exports_reports_and_no_list_of_cases(app, working_as, court, as_person):
    client = as_person(people.higher_court)
    assert client.get("/exports/new?list=report:by-court").status_code == 200
    for code in ("cases", "report_cases", "mediators", "audit"):
        assert client.get(f"/exports/new?list={code}").status_code == 404
        assert client.post("/exports/new", data={"list": code}).status_code == 404


def test_factories_made_what_these_tests_look_for(court):
    assert len(court.session.scalars(select(cases.Case.id)).all()) == 5
