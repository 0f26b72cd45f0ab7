"""The pre-flight of an xlsx: the zip's directory, then each sheet's XML skimmed for what the parser would not tell.

The parser (calamine) aborts the whole process on a far-out cell, gives error values as empty cells and says nothing of
formulas; so sizes are judged from the zip's directory before anything is unpacked, and the coordinates of error cells
and of formulas without a stored value are collected here by skimming the XML as text.
"""

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from mediation_admin.imports.reading.cells import column_index, column_letter
from mediation_admin.imports.reading.limits import Limits
from mediation_admin.imports.reading.refused import FileRefused

_CHUNK = 1 << 20
_LONGEST_ROW = 64 << 20
_MEGABYTE = 1 << 20


@dataclass(slots=True)
class FoundFormula:
    """A formula without a stored value. A shared one is written relative to ``base`` (row, column), both from 0."""

    text: str
    base: tuple[int, int] | None = None


@dataclass(slots=True)
class SheetFacts:
    """What skimming found. Coordinates are (row, column) from 0."""

    name: str
    last_row: int = 0
    last_column: int = 0
    rows_with_values: int = 0
    hidden_rows: int = 0
    formulas: dict[tuple[int, int], FoundFormula] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    stored_formulas: int = 0


def inspect(path: Path, limits: Limits) -> dict[str, SheetFacts]:
    """Judge the archive and skim its sheets; sheet name → facts. Raises FileRefused."""
    try:
        with zipfile.ZipFile(path) as archive:
            _judge_directory(archive, path.stat().st_size, limits)
            _refuse_entities(archive)
            return {name: _skim(archive, part, name, limits) for name, part in _sheet_parts(archive)}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,
        UnicodeDecodeError,
        ValueError,
    ) as error:
        raise FileRefused("broken") from error
    except RuntimeError as error:  # what zipfile raises for entries that need a password
        raise FileRefused("encrypted") from error


def _judge_directory(archive: zipfile.ZipFile, size: int, limits: Limits) -> None:
    entries = archive.infolist()
    names = {entry.filename.replace("\\", "/").lstrip("/") for entry in entries}
    if not any(name.startswith("xl/") for name in names) or "xl/workbook.bin" in names:
        if "xl/workbook.bin" in names:
            raise FileRefused("other_spreadsheet", what="二进制工作簿（xlsb）")
        if "content.xml" in names:
            raise FileRefused("other_spreadsheet", what="OpenDocument 文件（ods）")
        what = (
            "Word 文档"
            if "word/document.xml" in names
            else "PowerPoint 文件"
            if "ppt/presentation.xml" in names
            else "压缩包（请先解压）"
        )
        raise FileRefused("wrong_type", what=what)
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused("encrypted")
    if len(entries) > limits.entries:
        raise FileRefused("bomb", detail=f"里面有 {len(entries)} 个部件")
    # Entries that share bytes unpack to far more than the file holds.
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise FileRefused("bomb", detail="部件互相重叠")
        end = entry.header_offset + entry.compress_size
    for entry in entries:
        megabytes = entry.file_size / _MEGABYTE
        if megabytes > limits.ratio_from_megabytes and entry.file_size > limits.ratio * max(entry.compress_size, 1):
            raise FileRefused(
                "bomb", detail=f"一个部件从 {entry.compress_size / _MEGABYTE:.1f} MB 胀到 {megabytes:.0f} MB"
            )
    # Pictures are never unpacked.
    unpacked = sum(entry.file_size for entry in entries if not entry.filename.startswith("xl/media/"))
    if unpacked > limits.unpacked_megabytes * _MEGABYTE:
        raise FileRefused("unpacked", megabytes=unpacked // _MEGABYTE, limit=limits.unpacked_megabytes)


def _refuse_entities(archive: zipfile.ZipFile) -> None:
    for entry in archive.infolist():
        if not entry.filename.endswith((".xml", ".rels", ".vml")):
            continue
        with archive.open(entry) as part:
            head = part.read(8_192)
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise FileRefused("entities")
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise FileRefused("broken")


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf"(?:^|\s){name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag)
    return html.unescape(match[1] if match[1] is not None else match[2]) if match else ""


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """(sheet name, part) in the workbook's order."""
    names = {entry.filename for entry in archive.infolist()}
    root = archive.read("_rels/.rels").decode("utf-8") if "_rels/.rels" in names else ""
    workbook = "xl/workbook.xml"
    for tag in re.findall(r"<(?:\w+:)?Relationship\b([^>]*)>", root):
        if _attribute(tag, "Type").endswith("/officeDocument"):
            workbook = _attribute(tag, "Target").lstrip("/")
    folder = PurePosixPath(workbook).parent
    rels = archive.read(str(folder / "_rels" / (PurePosixPath(workbook).name + ".rels"))).decode("utf-8")
    targets = {
        _attribute(tag, "Id"): _attribute(tag, "Target")
        for tag in re.findall(r"<(?:\w+:)?Relationship\b([^>]*)>", rels)
    }
    parts = []
    for tag in re.findall(r"<(?:\w+:)?sheet\b([^>]*)>", archive.read(workbook).decode("utf-8")):
        target = targets.get(_attribute(tag, r"\w+:id"), "")
        part = target.lstrip("/") if target.startswith("/") else str(folder / target)
        if target and part in names:
            parts.append((_attribute(tag, "name"), part))
    return parts


class _Skimmer:
    """Reads one sheet's rows as bytes; the patterns depend on the namespace prefix some programs write."""

    def __init__(self, prefix: bytes) -> None:
        p = re.escape(prefix)
        self.row_end = b"</" + prefix + b"row>"
        self.value_marks = (b"<" + prefix + b"v", b"<" + prefix + b"is")
        self.formula_mark = b"<" + prefix + b"f"
        self.last_cell = b"<" + prefix + b"c "
        self.row_number = re.compile(rb"<" + p + rb"row\b[^>]*?\sr=[\"'](\d+)[\"'][^>]*>")
        self.reference = re.compile(rb"\sr=[\"']([A-Z]{1,4})(\d+)[\"']")
        self.cell = re.compile(rb"<" + p + rb"c\b([^>]*?)(?<!/)>(.*?)</" + p + rb"c>", re.S)
        self.formula = re.compile(rb"<" + p + rb"f\b([^>]*?)(?:/>|>(.*?)</" + p + rb"f>)", re.S)
        self.value = re.compile(rb"<" + p + rb"v\b[^>]*>(.*?)</" + p + rb"v>", re.S)
        self.has_value = re.compile(rb"<" + p + rb"v\b[^>]*>[^<]|<" + p + rb"is\b")
        self.error_mark = re.compile(rb"\st=[\"']e[\"']")


def _rows(part: zipfile.ZipExtFile, skim: _Skimmer, start: bytes) -> Iterator[bytes]:
    rest = start
    while True:
        *rows, rest = rest.split(skim.row_end)
        yield from rows
        if len(rest) > _LONGEST_ROW:
            raise FileRefused("bomb", detail="有一行特别长")
        chunk = part.read(_CHUNK)
        if not chunk:
            return
        rest += chunk


def _skim(archive: zipfile.ZipFile, part_name: str, name: str, limits: Limits) -> SheetFacts:
    facts = SheetFacts(name)
    with archive.open(part_name) as part:
        start = part.read(_CHUNK)
        root = re.search(rb"<((?:\w+:)?)worksheet\b", start)
        if not root:  # a chart sheet or a dialogue
            return facts
        skim = _Skimmer(root[1])
        shared: dict[bytes, tuple[str, tuple[int, int]]] = {}
        number = 0
        for row in _rows(part, skim, start):
            number = _one_row(row, number, skim, facts, shared, limits)
        while part.read(_CHUNK):  # to the end, so that the checksum is compared
            pass
    rows, columns = facts.last_row + 1, facts.last_column + 1
    if facts.rows_with_values > limits.data_rows + limits.spare_rows:
        raise FileRefused("too_many_rows", sheet=name, found=facts.rows_with_values, limit=limits.data_rows)
    if rows * columns > limits.cells:
        raise FileRefused("too_many_cells", sheet=name, rows=rows, columns=columns)
    return facts


def _one_row(row: bytes, previous: int, skim: _Skimmer, facts: SheetFacts, shared: dict, limits: Limits) -> int:
    tags = list(skim.row_number.finditer(row))  # empty rows (<row r="5"/>) may stand before this one
    match = tags[-1] if tags else None
    number = int(match[1]) if match else previous + 1
    valued = skim.value_marks[0] in row or skim.value_marks[1] in row
    if not valued and skim.formula_mark not in row:
        return number
    if not skim.has_value.search(row) and skim.formula_mark not in row:
        return number
    if match and b'hidden="1"' in match[0]:
        facts.hidden_rows += 1
    facts.rows_with_values += 1
    facts.last_row = max(facts.last_row, number - 1)
    column = _last_column(row, skim, limits)
    facts.last_column = max(facts.last_column, column)
    if number > limits.last_row or column >= limits.columns:
        cell = f"{column_letter(column)}{number}"
        raise FileRefused("far_cell", sheet=facts.name, cell=cell, rows=limits.last_row, columns=limits.columns)
    if skim.formula_mark in row or skim.error_mark.search(row):
        _formulas_and_errors(row, number, skim, facts, shared)
    return number


def _last_column(row: bytes, skim: _Skimmer, limits: Limits) -> int:
    last = skim.reference.search(row, row.rfind(skim.last_cell))
    column = column_index(last[1].decode()) if last else 0
    if column < limits.columns:
        return column
    # Styled cells without a value may reach far out; only values count.
    column = 0
    for cell in skim.cell.finditer(row):
        reference = skim.reference.search(b" " + cell[1])
        if reference and skim.has_value.search(cell[2]):
            column = max(column, column_index(reference[1].decode()))
    return column


def _formulas_and_errors(row: bytes, number: int, skim: _Skimmer, facts: SheetFacts, shared: dict) -> None:
    for cell in skim.cell.finditer(row):
        attributes, inside = b" " + cell[1], cell[2]
        reference = skim.reference.search(attributes)
        if not reference:
            continue
        at = (number - 1, column_index(reference[1].decode()))
        if skim.error_mark.search(attributes):
            value = skim.value.search(inside)
            facts.errors[at] = value[1].decode("utf-8", "replace") if value else "#N/A"
        formula = skim.formula.search(inside)
        if not formula:
            continue
        facts.stored_formulas += 1
        text = html.unescape((formula[2] or b"").decode("utf-8", "replace"))
        group = re.search(rb"\ssi=[\"'](\d+)[\"']", formula[1])
        base = None
        if group and b"shared" in formula[1]:
            if text:
                shared[group[1]] = (text, at)
            text, base = shared.get(group[1], (text, at))
        value = skim.value.search(inside)
        stored = (value and value[1] != b"") or b't="str"' in attributes or b"t='str'" in attributes
        if not stored and at not in facts.errors:
            if b"array" in formula[1] or b"dataTable" in formula[1]:
                text = "{" + text + "}"
            facts.formulas[at] = FoundFormula(text, base if base != at else None)
