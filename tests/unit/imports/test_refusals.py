"""Files that must not be read, or cannot be: each is refused with a sentence that says what to do, and nothing is left behind."""

import struct
import zipfile
from pathlib import Path

import pytest
import xlwt

from mediation_admin.imports.reading import FileRefused, Limits, find_table, open_workbook_safely
from mediation_admin.imports.reading.refused import SENTENCES
from tests.unit.imports.builders import HEADS, cases, patched, styled_cell_far_out, text, xlsx

SHEET = "xl/worksheets/sheet1.xml"


def refusal(path: Path, **limits: int) -> FileRefused:
    spool = path.parent / "spool"
    spool.mkdir(exist_ok=True)
    with pytest.raises(FileRefused) as refused:
        open_workbook_safely(path, limits=Limits(**limits), spool_in=spool).close()
    assert not list(spool.iterdir()), "the rows in transit must be cleared away"
    assert refused.value.message.endswith("。")
    return refused.value


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture
def good(tmp_path):
    return xlsx(tmp_path / "good.xlsx", [HEADS, *cases()])


def ole_with(stream: str) -> bytes:
    """The beginning of an OLE container whose directory names one stream."""
    name = stream.encode("utf-16-le") + b"\0\0"
    entry = (
        name.ljust(64, b"\0")
        + struct.pack("<H", len(name))
        + b"\x02\x01"
        + b"\xff" * 12
        + b"\0" * 36
        + struct.pack("<II", 0, 0)
        + b"\0" * 4
    )
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + entry.ljust(512, b"\0")


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("a.xlsx", b"", "empty", "空文件"),
        ("a.csv", b" \n\n", "nothing_in_it", "没有任何内容"),
        ("a.xlsx", b"%PDF-1.7 ...", "wrong_type", "PDF"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n", "wrong_type", "图片"),
        ("a.xlsx", b"Rar!\x1a\x07\x00", "wrong_type", "先解压"),
        (
            "a.xls",
            b"<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td>1</td></tr></table></html>",
            "html",
            "另存为",
        ),
        ("a.xls", b"\xef\xbb\xbf\r\n<table border=1><tr><td>1</td></tr></table>", "html", "另存为"),
        ("a.xls", b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook/>", "xml_2003", "另存为"),
        ("a.xls", ole_with("EncryptedPackage"), "encrypted", "取消密码"),
        ("a.xls", ole_with("WordDocument"), "wrong_type", "Word"),
        ("a.xls", ole_with("Workbook"), "broken", "损坏"),
        ("a.xls", ole_with("Something"), "broken", "损坏"),
        ("a.xlsx", b"PK\x03\x04 and then nothing", "broken", "损坏"),
        ("a.csv", bytes(range(256)) * 20, "encoding", "编码"),
    ],
)
def test_what_is_no_workbook_is_told_by_its_content(tmp_path, name, content, code, said):
    refused = refusal(written(tmp_path / name, content))
    assert refused.code == code
    assert said in refused.message


def test_a_missing_file_is_refused(tmp_path):
    assert refusal(tmp_path / "none.xlsx").code == "missing"


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("word/document.xml", "Word"),
        ("ppt/presentation.xml", "PowerPoint"),
        ("readme.txt", "压缩包"),
        ("content.xml", "ods"),
        ("xl/workbook.bin", "xlsb"),
    ],
)
def test_other_zips_are_told_apart(tmp_path, member, said):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")
    assert said in refusal(path).message


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_file_cut_off_on_its_way_is_broken(tmp_path, good, keep):
    content = good.read_bytes()
    assert refusal(written(tmp_path / "cut.xlsx", content[: int(len(content) * keep)])).code == "broken"


def test_a_damaged_byte_inside_is_noticed_by_the_checksum(tmp_path, good):
    with zipfile.ZipFile(good) as archive:
        entry = archive.getinfo(SHEET)
    content = bytearray(good.read_bytes())
    content[entry.header_offset + 30 + len(SHEET) + entry.compress_size // 2] ^= 0xFF
    assert refusal(written(tmp_path / "bad.xlsx", bytes(content))).code == "broken"


def test_s28_a_zip_bomb_is_known_by_its_directory_and_never_unpacked(tmp_path, good):
    bomb = patched(good, tmp_path / "bomb.xlsx", {SHEET: b"<worksheet><sheetData>" + b" " * 40_000_000})
    refused = refusal(bomb)
    assert refused.code == "bomb"
    assert "胀到" in refused.message


def test_too_much_unpacked_is_refused_before_reading(tmp_path, good):
    large = patched(good, tmp_path / "large.xlsx", {"xl/sharedStrings.xml": b"<sst/>" + b" " * 3_000_000})
    assert refusal(large, unpacked_megabytes=2).code == "unpacked"


def test_entries_that_share_their_bytes_are_refused(tmp_path, good):
    content = good.read_bytes()
    start = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", start + 4)
    # every entry points at the first one's bytes
    overlapping = content[: second + 42] + content[start + 42 : start + 46] + content[second + 46 :]
    assert refusal(written(tmp_path / "overlap.xlsx", overlapping)).code in ("bomb", "broken")


def test_many_entries_are_refused(tmp_path, good):
    many = patched(good, tmp_path / "many.xlsx", {f"xl/media/{n}.png": b"x" for n in range(30)})
    assert refusal(many, entries=20).code == "bomb"


def test_entity_definitions_are_refused(tmp_path, good):
    laughs = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
    assert refusal(patched(good, tmp_path / "laughs.xlsx", {"xl/sharedStrings.xml": laughs})).code == "entities"


def test_an_entry_that_needs_a_password_is_refused(tmp_path, good):
    content = bytearray(good.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(mark)
        content[at + offset] |= 1
    assert refusal(written(tmp_path / "locked.xlsx", bytes(content))).code == "encrypted"


def test_a_cell_far_out_is_named(tmp_path, good):
    far = patched(
        good,
        tmp_path / "far.xlsx",
        {
            SHEET: lambda xml: xml.replace(
                b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            )
        },
    )
    refused = refusal(far)
    assert refused.code == "far_cell"
    assert "XFD1048576" in refused.message


def test_a_coloured_but_empty_cell_far_out_does_no_harm(tmp_path):
    with open_workbook_safely(styled_cell_far_out(tmp_path / "a.xlsx", [HEADS, *cases()])) as workbook:
        assert len(list(find_table(workbook).rows())) == 6


def test_a_rectangle_too_large_is_refused_by_the_reader_itself(tmp_path, good):
    """The skimmer is fooled by spaces in the reference's attribute; the second wall holds."""
    odd = b"<row r = '200001' ><c r = 'XFA200001' ><v>1</v></c></row></sheetData>"
    far = patched(good, tmp_path / "far.xlsx", {SHEET: lambda xml: xml.replace(b"</sheetData>", odd)})
    assert refusal(far).code in ("far_cell", "too_many_cells", "memory", "died", "broken")


def test_more_rows_than_promised_are_refused_with_the_number(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [HEADS, *cases(40)])
    refused = refusal(path, data_rows=20, spare_rows=5)
    assert refused.code == "too_many_rows"
    assert "41 行" in refused.message
    assert "最多 20 行" in refused.message
    assert refusal(text(tmp_path / "a.csv", [HEADS, *cases(40)]), data_rows=20, spare_rows=5).code == "too_many_rows"


def test_the_promised_number_is_counted_in_records(tmp_path):
    limits = Limits(data_rows=5, spare_rows=50)
    with (
        open_workbook_safely(xlsx(tmp_path / "a.xlsx", [["台账"], HEADS, *cases(6)]), limits=limits) as workbook,
        pytest.raises(FileRefused) as refused,
    ):
        list(find_table(workbook, limits=limits).rows())
    assert refused.value.code == "too_many_rows"


def test_one_enormous_cell_ends_in_a_sentence(tmp_path, good):
    cell = (
        b'<row r="99"><c r="A99" t="inlineStr"><is><t>' + b"0123456789" * 3_000_000 + b"</t></is></c></row></sheetData>"
    )
    path = patched(good, tmp_path / "cell.xlsx", {SHEET: lambda xml: xml.replace(b"</sheetData>", cell)})
    assert refusal(path, memory_megabytes=120, ratio_from_megabytes=100).code == "memory"


def test_reading_stops_when_its_time_is_up(tmp_path, good):
    refused = refusal(good, wall_seconds=0)
    assert refused.code == "timeout"


def test_a_csv_with_an_open_quote_is_refused_with_its_line(tmp_path):
    path = written(tmp_path / "a.csv", ('案由,备注\n离婚纠纷,"' + "没有收尾的引号\n" * 40_000).encode())
    refused = refusal(path)
    assert refused.code == "csv_quotes"
    assert "引号" in refused.message


def test_only_hidden_or_empty_sheets(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [], sheet="空表", more={"藏着": [HEADS, *cases()]}, hidden=("藏着",))
    refused = refusal(path)
    assert refused.code == "no_sheet"
    assert "“藏着”是隐藏的" in refused.message


def test_an_empty_workbook(tmp_path):
    assert refusal(xlsx(tmp_path / "a.xlsx", [])).code == "nothing_in_it"


def test_a_large_file_is_refused_by_its_size(tmp_path, good):
    assert refusal(good, file_megabytes=0).code == "too_large"


def test_an_xls_that_is_cut_off(tmp_path):
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, "x" * 5_000)
    book.save(str(tmp_path / "whole.xls"))
    content = (tmp_path / "whole.xls").read_bytes()
    assert refusal(written(tmp_path / "cut.xls", content[:1_500])).code == "broken"


def test_the_reading_process_sees_no_environment(tmp_path, good, monkeypatch):
    """Keys and passwords of the application stay in the application."""
    seen = {}
    import subprocess

    run = subprocess.run

    def spy(command, **how):
        seen.update(how["env"])
        return run(command, **how)

    monkeypatch.setenv("ENCRYPTION_KEY", "secret")
    monkeypatch.setattr("mediation_admin.imports.reading.workbook.subprocess.run", spy)
    open_workbook_safely(good).close()
    assert "ENCRYPTION_KEY" not in seen


def test_every_sentence_can_be_said():
    facts = dict.fromkeys(
        (
            "megabytes",
            "limit",
            "what",
            "detail",
            "sheet",
            "cell",
            "rows",
            "columns",
            "found",
            "line",
            "seconds",
            "example",
        ),
        "1",
    )
    for code in SENTENCES:
        assert FileRefused(code, **facts).message.endswith("。")
