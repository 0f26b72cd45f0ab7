"""The workbook around the rows: headings, watermark, filter, widths, definitions, several sheets, and the zip itself."""

# ruff: noqa: DTZ001 - sheets show wall-clock time, which has no zone

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mediation_admin.core.sheets import Column, Kind, Watermark, XlsxStream, safe_sheet_name, write_rows
from mediation_admin.core.sheets.archive import ZipStream
from mediation_admin.core.sheets.columns import column_letters
from tests.sheet_readers import by_calamine, by_openpyxl, worksheet

COLUMNS = [
    Column(key="number", title="案号", width=28),
    Column(key="phone", title="电话", kind=Kind.CODE),
    Column(key="amount", title="标的额", kind=Kind.MONEY, definition="申请人主张的金额，单位元"),
    Column(
        key="rate",
        title="调解成功率",
        kind=Kind.PERCENT,
        definition="期内结案中调解成功的比例",
        numerator="调解成功数",
        denominator="结案数",
    ),
    Column(key="on", title="登记日期", kind=Kind.DATE),
    Column(key="score", title="得分", kind=Kind.DECIMAL, places=3),
]
ROW = ("（2024）豫1302诉前调1号", "13800138000", Decimal("12345.60"), 0.8072, date(2024, 5, 6), 1.5)
MARK = Watermark(
    title="案件列表", who="演示管理员", when=datetime(2024, 5, 6, 7, 8, 9), conditions="状态：未结；标的额 > 1000"
)


def test_the_top_row_says_what_who_when_and_under_which_conditions(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.xlsx", COLUMNS, [ROW], watermark=MARK)
    top = by_openpyxl(tmp_path / "a.xlsx")[0][0]
    for part in ("案件列表", "演示管理员", "2024-05-06 07:08:09", "状态：未结；标的额 > 1000"):
        assert part in top


def test_heading_and_watermark_stay_in_view_and_every_heading_has_a_filter(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.xlsx", COLUMNS, [ROW] * 3, watermark=MARK)
    sheet = worksheet(tmp_path / "a.xlsx")
    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref == "A2:F5"
    assert [cell.value for cell in sheet[2]] == [column.title for column in COLUMNS]
    assert all(cell.font.bold for cell in sheet[2])
    assert sheet.print_title_rows == "$1:$2"


def test_without_a_watermark_the_heading_is_the_first_row(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.xlsx", COLUMNS, [ROW])
    sheet = worksheet(tmp_path / "a.xlsx")
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet["A1"].value) == ("A2", "A1:F2", "案号")


def test_numbers_dates_and_codes_wear_their_formats(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.xlsx", COLUMNS, [ROW])
    cells = worksheet(tmp_path / "a.xlsx")[2]
    assert [cell.number_format for cell in cells] == ["General", "@", "#,##0.00", "0.00%", "yyyy\\-mm\\-dd", "0.000"]
    assert [cell.value for cell in cells] == [*ROW[:2], 12345.6, 0.8072, datetime(2024, 5, 6), 1.5]


def test_columns_have_the_width_asked_for_or_one_their_heading_fits_in(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.xlsx", COLUMNS, [ROW])
    sheet = worksheet(tmp_path / "a.xlsx")
    widths = {letter: sheet.column_dimensions[letter].width for letter in "ABCDEF"}
    assert widths["A"] == 28
    assert widths["D"] >= 2 * len("调解成功率")


def test_every_defined_column_is_explained_on_a_sheet_of_its_own(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.xlsx", COLUMNS, [ROW], watermark=MARK)
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["数据", "口径说明"]
    rows = [[cell.value for cell in row] for row in book["口径说明"].iter_rows()]
    assert ["调解成功率", "期内结案中调解成功的比例", "调解成功数", "结案数"] in rows
    assert ["标的额", "申请人主张的金额，单位元", None, None] in rows
    assert ["导出人", "演示管理员", None, None] in rows
    assert ["行数", "1", None, None] in rows


def test_a_sheet_with_nothing_to_explain_stands_alone(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.xlsx", [Column(key="a", title="甲")], [("一",)])
    assert load_workbook(tmp_path / "a.xlsx").sheetnames == ["数据"]


def test_no_rows_at_all_make_a_sheet_with_its_heading(tmp_path: Path) -> None:
    assert write_rows(tmp_path / "a.xlsx", COLUMNS, [], watermark=MARK).rows == 0
    assert by_openpyxl(tmp_path / "a.xlsx")[1] == [column.title for column in COLUMNS]
    assert len(by_calamine(tmp_path / "a.xlsx")) == 2


def test_a_row_of_nothing_keeps_its_place(tmp_path: Path) -> None:
    columns = [Column(key="a", title="甲"), Column(key="b", title="乙", kind=Kind.DATE)]
    write_rows(tmp_path / "a.xlsx", columns, [("一", None), (None, None), ("三", None)])
    assert [row[0] for row in by_openpyxl(tmp_path / "a.xlsx")] == ["甲", "一", None, "三"]


def test_rows_may_be_mappings(tmp_path: Path) -> None:
    columns = [Column(key="b", title="乙"), Column(key="a", title="甲")]
    write_rows(tmp_path / "a.xlsx", columns, [{"a": "一", "b": "二", "c": "三"}])
    assert by_openpyxl(tmp_path / "a.xlsx")[1] == ["二", "一"]


@pytest.mark.parametrize("rows", [[("一",)], [("一", "二", "三")], [("一", "二"), ("三",)]])
def test_rows_of_another_length_than_the_columns_are_refused(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    columns = [Column(key="a", title="甲"), Column(key="b", title="乙")]
    with pytest.raises(ValueError):
        write_rows(tmp_path / "a.xlsx", columns, rows)
    assert list(tmp_path.iterdir()) == []


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    columns = [Column(key="a", title="序号", kind=Kind.INTEGER)]
    with path.open("wb") as file:
        book = XlsxStream(file, columns, watermark=MARK, sheet_name="案件", most_rows=12)
        for start in range(0, 25, 5):
            book.write_block([[b"%d" % number for number in range(start, start + 5)]])
        book.close()
    assert (book.rows, book.sheets) == (25, 3)
    assert load_workbook(path).sheetnames == ["案件", "案件 2", "案件 3", "口径说明"]
    numbers = []
    for at in range(3):
        rows = by_openpyxl(path, at)
        assert rows[1] == ["序号"]
        assert worksheet(path, at).auto_filter.ref == f"A2:A{len(rows)}"
        numbers += [row[0] for row in rows[2:]]
    assert numbers == list(range(25))


def test_a_sheet_that_grows_past_what_a_zip_entry_holds_goes_on_in_the_next(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        book = XlsxStream(file, [Column(key="a", title="文")], most_bytes=5_000)
        for _ in range(4):
            book.write_block([[b"x" * 1000] * 3])
        book.close()
    assert book.sheets > 1
    assert sum(len(by_openpyxl(path, at)) - 1 for at in range(book.sheets)) == 12


def test_a_million_rows_and_more_keep_the_limit_of_excel() -> None:
    file = io.BytesIO()
    book = XlsxStream(file, [Column(key="a", title="序", kind=Kind.INTEGER)])
    block = [[b"1"] * 65_536]
    for _ in range(17):
        book.write_block(block)
    book.close()
    assert book.sheets == 2
    with zipfile.ZipFile(file) as archive, archive.open("xl/worksheets/sheet1.xml") as sheet:
        last = b""
        while piece := sheet.read(1 << 20):
            last = last[-2000:] + piece
    assert b'<row r="1048576">' in last
    assert b'<row r="1048577">' not in last


def test_a_zip_with_entries_beyond_four_gibibytes_has_a_wide_directory() -> None:
    file = io.BytesIO()
    archive = ZipStream(file, zip64_from=20)
    for name in ("one", "two", "three"):
        archive.add(name, name.encode() * 10_000)
    archive.close()
    with zipfile.ZipFile(file) as read:
        assert b"PK\6\6" in file.getvalue()
        assert read.testzip() is None
        assert [read.read(name) for name in read.namelist()] == [b"one" * 10_000, b"two" * 10_000, b"three" * 10_000]


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_rows(tmp_path / name, COLUMNS, [ROW] * 1200, watermark=MARK)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_an_error_of_the_disk_reaches_the_writer() -> None:
    class Full(io.BytesIO):
        def write(self, data: bytes) -> int:
            if self.tell() > 10_000:
                raise OSError(28, "No space left on device")
            return super().write(data)

    with pytest.raises(OSError, match="No space"):
        book = XlsxStream(Full(), [Column(key="a", title="文")])
        for number in range(2_000):
            book.write_block([[b"%d" % (number * at * 7919) for at in range(500)]])
        book.close()


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("案件", "案件"),
        ("2024/05:[未结]*?\\", "2024_05__未结____"),
        ("'引号'", "引号"),
        ("", "数据"),
        ("长" * 40, "长" * 31),
    ],
)
def test_a_sheet_name_is_one_that_excel_takes(wanted: str, name: str) -> None:
    assert safe_sheet_name(wanted) == name


def test_columns_are_lettered_as_excel_letters_them() -> None:
    assert [column_letters(at) for at in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": {"a": "甲"}, "transform": str},
        {"labels": {"a": "甲"}, "kind": Kind.DATE},
        {"binary": True},
    ],
)
def test_a_column_that_contradicts_itself_is_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="column a"):
        Column(key="a", title="甲", **wrong)
