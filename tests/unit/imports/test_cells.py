"""What comes out of the cells: dates stay dates, formulas count by their value, errors are errors."""

from datetime import date, datetime, time

import openpyxl
import pytest
import xlwt

from mediation_admin.imports.reading import CellError, Uncomputed, find_table, open_workbook_safely
from mediation_admin.imports.reading.cells import column_index, column_letter, decode_row, encode_row
from mediation_admin.imports.reading.formulas import Sheet
from tests.unit.imports.builders import patched, xlsx

SHEET = "xl/worksheets/sheet1.xml"


def cells_of(path, sheet=0):
    with open_workbook_safely(path) as workbook:
        return {
            (number, column): cell
            for number, cells in workbook.sheets[sheet].rows()
            for column, cell in enumerate(cells)
            if cell is not None
        }


@pytest.mark.parametrize("built_in", [14, 22, 27, 28, 29, 30, 31, 36, 50, 51, 54, 55, 57, 58])
def test_dates_in_chinese_built_in_formats_are_dates(tmp_path, built_in):
    plain = xlsx(tmp_path / "plain.xlsx", [[44567]])
    style = f'<xf numFmtId="{built_in}" fontId="0" fillId="0" borderId="0" applyNumberFormat="1"/></cellXfs>'.encode()
    path = patched(
        plain,
        tmp_path / "dated.xlsx",
        {
            "xl/styles.xml": lambda xml: xml.replace(b"</cellXfs>", style),
            SHEET: lambda xml: xml.replace(b'<c r="A1"', b'<c r="A1" s="1"'),
        },
    )
    assert cells_of(path) == {(1, 0): date(2022, 1, 6)}


@pytest.mark.parametrize(
    "form", ['yyyy"年"m"月"d"日"', '[$-804]yyyy"年"m"月"d"日";@', "[DBNum1][$-804]yyyy年m月d日", "yyyy/m/d;@", "m月d日"]
)
def test_dates_in_formats_of_ones_own_are_dates(tmp_path, form):
    book = openpyxl.Workbook()
    book.active["A1"] = 44567
    book.active["A1"].number_format = form
    book.save(tmp_path / "a.xlsx")
    assert cells_of(tmp_path / "a.xlsx") == {(1, 0): date(2022, 1, 6)}


def test_types_are_kept(tmp_path):
    moment = datetime.fromisoformat("2022-01-06T10:30")
    path = xlsx(
        tmp_path / "a.xlsx",
        [[1, 1.5, "文字", True, date(2022, 1, 6), moment, time(8, 30), 20220110, 19900001849.0, " ", "第一行\n第二行"]],
    )
    assert list(cells_of(path).values()) == [
        1,
        1.5,
        "文字",
        True,
        date(2022, 1, 6),
        moment,
        time(8, 30),
        20220110,
        19900001849,
        "第一行\n第二行",
    ]


def test_a_sheet_that_begins_far_from_a1_keeps_its_coordinates(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [[], [], [None, None, None, "案由"], [None, None, None, "离婚纠纷"]])
    assert cells_of(path) == {(3, 3): "案由", (4, 3): "离婚纠纷"}


def test_a_stored_value_of_a_formula_counts(tmp_path):
    path = patched(
        xlsx(tmp_path / "f.xlsx", [["=1+1", "=A1", "x"]]),
        tmp_path / "a.xlsx",
        {
            SHEET: lambda xml: xml.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>7</v>").replace(
                b"<f>1+1</f><v />", b"<f>1+1</f><v>7</v>"
            )
        },
    )
    assert cells_of(path)[1, 0] == 7


def test_error_cells_are_errors_and_not_blanks(tmp_path):
    error = b'<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    path = patched(
        xlsx(tmp_path / "f.xlsx", [["x", "y"]]),
        tmp_path / "a.xlsx",
        {
            SHEET: lambda xml: error.join(part for part in xml.replace(b"</c><c", b"</c>\0<c").split(b"\0", 1)).replace(
                xml[xml.index(b'<c r="A1"') : xml.index(b"</c>") + 4], b"", 1
            )
        },
    )
    assert cells_of(path)[1, 0] == CellError("#DIV/0!")


def test_error_cells_of_an_xls_are_errors_too(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    sheet.write(0, 0, "x" * 3_000)
    sheet.row(1).set_cell_error(1, 0x2A)
    book.save(str(tmp_path / "a.xls"))
    assert cells_of(tmp_path / "a.xls")[2, 1] == CellError("#N/A")


DATES = {
    (0, 0): date(2022, 1, 6),
    (0, 1): "2022年1月15日",
    (0, 2): 20220120,
    (0, 3): None,
    (0, 4): 5,
    (0, 5): "12.5",
    (0, 6): "说明",
    (0, 7): CellError("#N/A"),
}


def compute(formula, values=DATES, at=(0, 9)):
    return Sheet(values, {at: (formula, (0, 0))}, 100_000).compute(at)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ('IF(B1="","",B1-A1)', 9),
        ('IF(D1="","",D1-A1)', None),
        ("C1-B1", 5),
        ("B1-A1", 9),
        ("A1+5", date(2022, 1, 11)),
        ("C1-A1+1", 15),
        ('DATEDIF(A1,C1,"d")', 14),
        ('DATEDIF(A1,C1,"M")', 0),
        ("DAYS(C1,A1)", 14),
        ("1+2*3", 7),
        ("(1+2)*3", 9),
        ("-2+5", 3),
        ("10/4", 2.5),
        ("50%*2", 1),
        ("E1*10000", 50000),
        ("F1*2", 25),
        ('"第"&E1&"号"', "第5号"),
        ("SUM(A2:C3,1)", 7),
        ("SUM(E1:G1)", 5),
        ("SUM(G1,E1)", 5),
        ("ROUND(2.345,2)", 2.35),
        ("ROUND(E1/3,0)", 2),
        ('IF(AND(E1>3,F1<>""),"大","小")', "大"),
        ('IF(OR(E1>9,G1="说明"),1,0)', 1),
        ("IFERROR(H1,0)", 0),
        ('IFERROR(E1/0,"除零")', "除零"),
        ("ROW()-3", -2),
        ("MAX(E1:F1,3)", 5),
        ("COUNTA(A1:G1)", 6),
        ("IF(E1>=5,TRUE,FALSE)", True),
        ("INT(7.9)", 7),
        ("DATE(2022,1,6)", date(2022, 1, 6)),
        ("$E$1+E$1+$E1", 15),
    ],
)
def test_formulas_of_ledgers_are_recomputed(formula, value):
    values = DATES | {(1, 0): 1, (1, 1): 2, (2, 2): 3, (2, 1): "文字"}
    assert compute(formula, values) == value


@pytest.mark.parametrize(
    ("formula", "error"),
    [
        ("1/0", "#DIV/0!"),
        ("G1+1", "#VALUE!"),
        ("H1+1", "#N/A"),
        ('DATEDIF(C1,A1,"d")', "#NUM!"),
    ],
)
def test_formulas_that_fail_give_the_error_excel_shows(formula, error):
    assert compute(formula, DATES) == CellError(error)


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("TODAY()-A1", "天天在变"),
        ("NOW()", "天天在变"),
        ("VLOOKUP(A1,B:C,2,0)", "VLOOKUP"),
        ("VLOOKUP(A1,B1:C9,2,0)", "VLOOKUP"),
        ("Sheet2!A1", "别的工作表"),
        ("'1月'!A1", "别的工作表"),
        ("[1]Sheet1!A1", "别的工作表"),
        ("{A1:B2}", "数组公式"),
        ("总额", "自定义名称"),
        ("TOTAL+1", "自定义名称"),
        ('HYPERLINK("http://x")', "HYPERLINK"),
        ('CALL("a")', "CALL"),
        ("1+", "不完整"),
        ("SUM(A1", "不认识"),
        ("A1:B2", "一片区域"),
        ("(" * 1500, "太深"),
        ("1+" * 1200 + "1", "太长"),
        ("SUM(A1:XFD1048576)", "太多"),
    ],
)
def test_other_formulas_are_not_computed_and_say_why(formula, why):
    answer = compute(formula)
    assert isinstance(answer, Uncomputed)
    assert why in answer.why


def test_formulas_that_refer_to_formulas_and_to_themselves():
    formulas = {(row, 0): (f"A{row}+1", (0, 0)) for row in range(1, 60)}
    board = Sheet({(0, 0): 1}, formulas, 10_000)
    assert [board.compute((row, 0)) for row in range(1, 60)] == list(range(2, 61))
    circle = Sheet({}, {(0, 0): ("B1", (0, 0)), (0, 1): ("A1", (0, 0))}, 100)
    assert circle.compute((0, 0)).why == "公式引用了自己"


def test_a_shared_formula_moves_with_its_cell(tmp_path):
    def share(xml):
        for row in (1, 2, 3):
            xml = xml.replace(
                f"<f>B{row}*2</f>".encode(),
                b'<f t="shared" ref="A1:A3" si="0">B1*2</f>' if row == 1 else b'<f t="shared" si="0"/>',
            )
        return xml

    path = patched(
        xlsx(tmp_path / "f.xlsx", [[f"=B{row}*2", row] for row in (1, 2, 3)]), tmp_path / "a.xlsx", {SHEET: share}
    )
    assert [cells_of(path)[row, 0] for row in (1, 2, 3)] == [2, 4, 6]


def test_uncomputed_formulas_stay_visible(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["=VLOOKUP(B1,B1:C1,2)", 1]])
    with open_workbook_safely(path) as workbook:
        assert workbook.sheets[0].uncomputed == 1
    assert cells_of(path)[1, 0].formula == "=VLOOKUP(B1,B1:C1,2)"


def test_a_formula_text_in_a_csv_stays_text(tmp_path):
    (tmp_path / "a.csv").write_text(
        '案由,备注\n=1+1,"=HYPERLINK(""http://x"")"\n="00123",\'19900000001\n', encoding="utf-8"
    )
    assert cells_of(tmp_path / "a.csv") == {
        (1, 0): "案由",
        (1, 1): "备注",
        (2, 0): "=1+1",
        (2, 1): '=HYPERLINK("http://x")',
        (3, 0): "00123",
        (3, 1): "19900000001",
    }


def test_hidden_rows_are_read_and_counted(tmp_path):
    book = openpyxl.Workbook()
    for row in (["案由", "日期"], ["离婚纠纷", "2022-01-06"], ["离婚纠纷", "2022-01-07"]):
        book.active.append(row)
    book.active.row_dimensions[2].hidden = True
    book.save(tmp_path / "a.xlsx")
    with open_workbook_safely(tmp_path / "a.xlsx") as workbook:
        assert workbook.sheets[0].hidden_rows == 1
        assert len(list(find_table(workbook, {"案由", "日期"}).rows())) == 2


def test_namespace_prefixes_and_single_quotes_are_understood(tmp_path):
    sheet = (
        b"<x:worksheet xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><x:sheetData>"
        b"<x:row r='2'><x:c r='B2'><x:v>3</x:v></x:c><x:c r='C2'><x:f>B2*2</x:f></x:c><x:c r='D2' t='e'><x:v>#REF!</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    path = patched(xlsx(tmp_path / "f.xlsx", [["x"]]), tmp_path / "a.xlsx", {SHEET: sheet})
    assert cells_of(path) == {(2, 1): 3, (2, 2): 6, (2, 3): CellError("#REF!")}


def test_rows_travel_unchanged():
    row = [
        None,
        1,
        1.5,
        "文\n字",
        True,
        date(2022, 1, 6),
        datetime.fromisoformat("2022-01-06T10:30"),
        time(8, 30),
        CellError("#N/A"),
        Uncomputed("=A", "因为"),
    ]
    assert decode_row(encode_row(7, row)) == (7, row)


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_have_letters(index, letters):
    assert column_letter(index) == letters
    assert column_index(letters) == index
