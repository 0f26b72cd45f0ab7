"""The user's workbook comes back with its faulty cells coloured, commented and listed, and can be uploaded again."""

import openpyxl
import pytest

from mediation_admin.backfill.columns import CASE_COLUMNS
from mediation_admin.imports import marking
from mediation_admin.imports.marking import HEADING, ORIGINAL_ROW, Fault, mark_workbook
from mediation_admin.imports.reading import find_table, open_workbook_safely, propose_mapping
from tests.unit.imports.builders import FIELDS, HEADS, cases, text, xls, xlsx

RED = "FFFFD6D6"


def sheet_of(path, name=None):
    book = openpyxl.load_workbook(path)
    return book[name] if name else book.worksheets[0]


def marked_cells(sheet):
    return {
        cell.coordinate: cell.comment.text if cell.comment else None
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.start_color.rgb == RED
    }


@pytest.fixture
def ledger(tmp_path):
    rows = [
        ["台账"],
        ["序号", "案号", "日期", "申请人", None],
        [None, None, None, "姓名", "电话"],
        [1, "x", "2022-13-01", "彭娟", "138"],
        [2, "=1+1", "2022-01-02", "谢远浩", "19900000011"],
    ]
    path = xlsx(
        tmp_path / "ledger.xlsx",
        rows,
        sheet="台账",
        merges=("A1:E1", "A2:A3", "B2:B3", "C2:C3", "D2:E2"),
        more={"说明": [["请勿改动"]]},
    )
    book = openpyxl.load_workbook(path)
    book["台账"].column_dimensions["B"].width = 31
    book["台账"].freeze_panes = "A4"
    book.save(path)
    return path


FAULTS = [
    Fault("台账", 4, 2, "没有 13 月"),
    Fault("台账", 4, 4, "有 3 位，应为 11 位"),
    Fault("台账", 5, None, "与第 4 行重复"),
]


def test_the_own_workbook_keeps_everything_and_gains_marks(tmp_path, ledger):
    marked = mark_workbook(ledger, tmp_path / "out.xlsx", FAULTS, heading_rows={"台账": range(2, 4)})
    assert marked.whole
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    sheet = book["台账"]
    assert marked_cells(sheet) == {"C4": "没有 13 月", "E4": "有 3 位，应为 11 位", "A5": "与第 4 行重复"}
    assert sheet["F3"].value == HEADING
    assert sheet["F4"].value == "C 列：没有 13 月\nE 列：有 3 位，应为 11 位"
    assert sheet["F5"].value == "与第 4 行重复"
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:E1", "A2:A3", "B2:B3", "C2:C3", "D2:E2"}
    assert sheet.column_dimensions["B"].width == 31
    assert sheet.freeze_panes == "A4"
    assert sheet["B5"].value == "=1+1"
    assert book["说明"]["A1"].value == "请勿改动"


def test_marks_of_an_earlier_round_go_when_the_cells_are_mended(tmp_path, ledger):
    mark_workbook(ledger, tmp_path / "one.xlsx", FAULTS, heading_rows={"台账": range(2, 4)})
    mark_workbook(tmp_path / "one.xlsx", tmp_path / "two.xlsx", FAULTS[:1], heading_rows={"台账": range(2, 4)})
    sheet = sheet_of(tmp_path / "two.xlsx")
    assert marked_cells(sheet) == {"C4": "没有 13 月"}
    assert sheet["F3"].value == HEADING
    assert sheet["F5"].value is None
    assert sheet.max_column == 6


def test_a_marked_workbook_is_read_again_as_before(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["台账"], HEADS, *cases()], merges=("A1:M1",))
    mark_workbook(path, tmp_path / "out.xlsx", [Fault("Sheet1", 3, 2, "错")], heading_rows={"Sheet1": range(2, 3)})
    with open_workbook_safely(tmp_path / "out.xlsx") as workbook:
        table = find_table(workbook, CASE_COLUMNS.vocabulary)
        assert propose_mapping(table, CASE_COLUMNS).columns() == FIELDS
        assert len(list(table.rows())) == 6


def test_a_merged_cell_is_marked_where_its_value_stands(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["案由", "日期"], ["离婚", "x"], [None, "y"]], merges=("A2:A3",))
    mark_workbook(path, tmp_path / "out.xlsx", [Fault("Sheet1", 3, 0, "不认识")])
    assert marked_cells(sheet_of(tmp_path / "out.xlsx")) == {"A2": "不认识"}


def test_several_messages_of_a_cell_stand_in_one_comment_and_the_users_own_comment_stays(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["案由"], ["离婚"]])
    book = openpyxl.load_workbook(path)
    book.active["A2"].comment = openpyxl.comments.Comment("请核对", "书记员")
    book.save(path)
    mark_workbook(path, tmp_path / "out.xlsx", [Fault("Sheet1", 2, 0, "一"), Fault("Sheet1", 2, 0, "二" * 900)])
    comment = sheet_of(tmp_path / "out.xlsx")["A2"].comment.text
    assert comment.startswith("请核对\n一\n二二")
    assert len(comment) <= marking.LONGEST_COMMENT


def test_comments_are_few_enough_for_excel_and_every_fault_is_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(marking, "MOST_COMMENTS", 2)
    path = xlsx(tmp_path / "a.xlsx", [["案由"], ["a"], ["b"], ["c"]])
    mark_workbook(path, tmp_path / "out.xlsx", [Fault("Sheet1", row, 0, "错") for row in (2, 3, 4)])
    sheet = sheet_of(tmp_path / "out.xlsx")
    assert marked_cells(sheet) == {"A2": "错", "A3": "错", "A4": None}
    assert [sheet.cell(row, 2).value for row in (2, 3, 4)] == ["A 列：错"] * 3


def test_a_csv_comes_back_as_a_workbook_and_its_formulas_as_text(tmp_path):
    path = text(
        tmp_path / "a.csv",
        [["案由", "备注", "电话"], ["离婚纠纷", '=HYPERLINK("http://x")', "00123"], [], ["x", "\x07控制符", ""]],
        encoding="gb18030",
    )
    mark_workbook(path, tmp_path / "out.xlsx", [Fault("CSV", 2, 2, "=错")], heading_rows={"CSV": range(1, 2)})
    sheet = sheet_of(tmp_path / "out.xlsx")
    assert (sheet["B2"].value, sheet["B2"].data_type) == ('=HYPERLINK("http://x")', "s")
    assert sheet["C2"].value == "00123"
    assert sheet["A4"].value == "x", "rows keep their numbers"
    assert sheet["B4"].value == "控制符"
    assert marked_cells(sheet) == {"C2": "=错"}
    assert (sheet["D1"].value, sheet["D2"].value, sheet["D2"].data_type) == (HEADING, "C 列：=错", "s")


def test_an_xls_comes_back_as_xlsx_with_merges_and_dates(tmp_path):
    from datetime import date

    path = xls(
        tmp_path / "a.xls", [["台账", None], ["案由", "日期"], ["离婚", date(2022, 1, 6)]], merges=((0, 0, 0, 1),)
    )
    mark_workbook(path, tmp_path / "out.xlsx", [Fault("台账", 3, 0, "错")], heading_rows={"台账": range(2, 3)})
    sheet = sheet_of(tmp_path / "out.xlsx", "台账")
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:B1"]
    assert sheet["B3"].value.date() == date(2022, 1, 6)
    assert marked_cells(sheet) == {"A3": "错"}


def test_of_a_very_long_workbook_only_the_faulty_rows_come_back(tmp_path, monkeypatch):
    monkeypatch.setattr(marking, "WHOLE_UP_TO", 10)
    path = xlsx(tmp_path / "a.xlsx", [["台账"], HEADS, *cases(30)], merges=("A1:M1",))
    marked = mark_workbook(
        path,
        tmp_path / "out.xlsx",
        [Fault("Sheet1", 20, 2, "错"), Fault("Sheet1", 32, None, "重复")],
        heading_rows={"Sheet1": range(2, 3)},
    )
    assert not marked.whole
    sheet = sheet_of(tmp_path / "out.xlsx")
    assert sheet.max_row == 3
    assert [cell.value for cell in sheet[1]] == [*HEADS, HEADING, ORIGINAL_ROW]
    assert [(row[0].value, row[13].value, row[14].value) for row in sheet.iter_rows(min_row=2)] == [
        (18, "C 列：错", 20),
        (30, "重复", 32),
    ]
    assert marked_cells(sheet) == {"C2": "错", "A3": "重复"}
    with open_workbook_safely(tmp_path / "out.xlsx") as workbook:
        table = find_table(workbook, CASE_COLUMNS.vocabulary)
        assert propose_mapping(table, CASE_COLUMNS).columns() == FIELDS
        assert len(list(table.rows())) == 2


def test_faulty_rows_beyond_the_cap_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(marking, "WHOLE_UP_TO", 10)
    monkeypatch.setattr(marking, "MOST_ROWS", 3)
    path = xlsx(tmp_path / "a.xlsx", [HEADS, *cases(30)])
    marked = mark_workbook(
        path,
        tmp_path / "out.xlsx",
        [Fault("Sheet1", row, 2, "错") for row in range(2, 32)],
        heading_rows={"Sheet1": range(1, 2)},
    )
    assert (marked.faults, marked.left_out) == (30, 27)


def test_a_workbook_openpyxl_cannot_load_comes_back_as_a_copy(tmp_path, monkeypatch, ledger):
    def fails(_):
        raise TypeError("styles of another program")

    monkeypatch.setattr(marking.openpyxl, "load_workbook", fails)
    marked = mark_workbook(ledger, tmp_path / "out.xlsx", FAULTS, heading_rows={"台账": range(2, 4)})
    monkeypatch.undo()
    assert marked.whole
    sheet = sheet_of(tmp_path / "out.xlsx", "台账")
    assert set(marked_cells(sheet)) == {"C4", "E4", "A5"}
    assert sheet["F3"].value == HEADING
