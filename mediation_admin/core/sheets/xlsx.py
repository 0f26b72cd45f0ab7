"""A workbook written as a stream: rows go to the file as they come, so a million of them need no more memory than ten."""

import re
from collections.abc import Sequence
from typing import BinaryIO

from mediation_admin.core.sheets import styles
from mediation_admin.core.sheets.archive import ZipStream
from mediation_admin.core.sheets.cells import TextCells, cells_of
from mediation_admin.core.sheets.columns import Column, Watermark, column_letters
from mediation_admin.core.sheets.styles import StyleBook
from mediation_admin.core.sheets.texts import clean_text, looks_like_formula, xml_attribute, xml_text

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
_WIDEST_PRINT = 200.0  # characters that stay readable when a landscape A4 page is shrunk to hold them
_MOST_SHEET_BYTES = 0xF000_0000  # a zip entry holds 4 GiB; a sheet that would grow past it goes on in the next

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class XlsxStream:
    """One workbook: the watermark row, the heading row, the rows in as many sheets as they need, and 口径说明.

    ``write_block`` takes columns of values in wire form (see ``wire``); ``close`` finishes the workbook but leaves the
    file open. Heading and watermark stay in view, every heading has a filter, and both repeat on each printed page.
    """

    def __init__(
        self,
        file: BinaryIO,
        columns: Sequence[Column],
        *,
        watermark: Watermark | None = None,
        sheet_name: str = "数据",
        most_rows: int = MOST_ROWS,
        most_bytes: int = _MOST_SHEET_BYTES,
    ) -> None:
        if not 0 < len(columns) <= MOST_COLUMNS:
            raise ValueError(f"a sheet has 1 to {MOST_COLUMNS} columns")
        self._zip = ZipStream(file)
        self._columns = list(columns)
        self._watermark = watermark
        self._sheet_name = safe_sheet_name(sheet_name)
        self._styles = StyleBook()
        self._cells = [cells_of(column, at, self._styles.of(column)) for at, column in enumerate(self._columns)]
        self._heading_row = 1 if watermark is None else 2
        self._most_rows, self._most_bytes = most_rows, most_bytes
        if most_rows <= self._heading_row:
            raise ValueError("a sheet needs room for rows under its heading")
        self._fits_a_page = sum(column.shown_width for column in self._columns) <= _WIDEST_PRINT
        self._names: list[str] = []
        self._last_rows: list[int] = []
        self._row = self._sheet_bytes = 0  # of the sheet being written
        self.rows = 0
        self._begin_sheet()

    @property
    def sheets(self) -> int:
        """How many sheets the rows have taken so far."""
        return len(self._names)

    def write_block(self, block: Sequence[list[bytes]]) -> None:
        """Add rows, given column by column; goes on in a new sheet where this one is full."""
        count = len(block[0])
        start = 0
        while start < count:
            room = self._most_rows - self._row
            if room <= 0 or self._sheet_bytes >= self._most_bytes:
                self._end_sheet()
                self._begin_sheet()
                continue
            taken = min(room, count - start)
            part = block if taken == count else [values[start : start + taken] for values in block]
            self._write(_rows_xml(self._cells, part, self._row + 1))
            self._row += taken
            self.rows += taken
            start += taken

    def close(self) -> None:
        """Finish the last sheet and write the parts that bind the workbook together."""
        self._end_sheet()
        definitions = _definition_rows(self._columns, self._watermark, self.rows)
        names = list(self._names)
        if definitions:
            names.append(_free_name("口径说明", names))
            self._zip.add(f"xl/worksheets/sheet{len(names)}.xml", _definitions_xml(definitions))
        self._zip.add("xl/styles.xml", self._styles.xml())
        self._zip.add("xl/workbook.xml", self._workbook_xml(names))
        self._zip.add("xl/_rels/workbook.xml.rels", _workbook_relations(len(names)))
        self._zip.add("_rels/.rels", _package_relations())
        self._zip.add("[Content_Types].xml", _content_types(len(names)))
        self._zip.close()

    def abandon(self) -> None:
        """Stop without finishing; the file is of no use afterwards."""
        self._zip.abandon()

    def _write(self, data: bytes) -> None:
        self._sheet_bytes += len(data)
        self._zip.write(data)

    def _begin_sheet(self) -> None:
        number = len(self._names) + 1
        self._names.append(self._sheet_name if number == 1 else f"{self._sheet_name[:26]} {number}")
        self._zip.begin(f"xl/worksheets/sheet{number}.xml")
        self._sheet_bytes = 0
        head = self._heading_row
        widths = "".join(
            f'<col min="{at}" max="{at}" width="{column.shown_width}" customWidth="1"/>'
            for at, column in enumerate(self._columns, 1)
        )
        selected = ' tabSelected="1"' if number == 1 else ""
        xml = (
            f'{_XML}<worksheet {_MAIN}><sheetPr><pageSetUpPr fitToPage="{int(self._fits_a_page)}"/></sheetPr>'
            f'<sheetViews><sheetView workbookViewId="0"{selected}>'
            f'<pane ySplit="{head}" topLeftCell="A{head + 1}" activePane="bottomLeft" state="frozen"/>'
            f'<selection pane="bottomLeft" activeCell="A{head + 1}" sqref="A{head + 1}"/></sheetView></sheetViews>'
            f'<sheetFormatPr defaultRowHeight="18" customHeight="1"/><cols>{widths}</cols><sheetData>'
        )
        if self._watermark is not None:
            mark = _text_cell(0, 1, str(self._watermark), styles.WATERMARK)
            xml += f'<row r="1" ht="21" customHeight="1">{mark}</row>'
        headings = "".join(
            _text_cell(at, head, column.title, styles.HEADING) for at, column in enumerate(self._columns)
        )
        self._write(f'{xml}<row r="{head}" ht="24" customHeight="1">{headings}</row>'.encode())
        self._row = head

    def _end_sheet(self) -> None:
        last = column_letters(len(self._columns) - 1)
        head = self._heading_row
        # Codes are texts made of digits on purpose: no green corner on each of them.
        unmarked = f"A{head + 1}:{last}{max(self._row, head + 1)}"
        self._write(
            (
                f'</sheetData><autoFilter ref="A{head}:{last}{self._row}"/>'
                '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
                '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
                "<headerFooter><oddFooter>&amp;C第 &amp;P 页，共 &amp;N 页</oddFooter></headerFooter>"
                f'<ignoredErrors><ignoredError sqref="{unmarked}" numberStoredAsText="1"/></ignoredErrors></worksheet>'
            ).encode()
        )
        self._zip.end()
        self._last_rows.append(self._row)

    def _workbook_xml(self, names: list[str]) -> bytes:
        sheets = "".join(
            f'<sheet name="{xml_attribute(name)}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1)
        )
        last, head = column_letters(len(self._columns) - 1), self._heading_row
        filters, titles = [], []
        for at, row in enumerate(self._last_rows):
            quoted = xml_text("'" + names[at].replace("'", "''") + "'")
            filters.append(
                f'<definedName name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">'
                f"{quoted}!$A${head}:${last}${row}</definedName>"
            )
            titles.append(
                f'<definedName name="_xlnm.Print_Titles" localSheetId="{at}">{quoted}!$1:${head}</definedName>'
            )
        return (
            f'{_XML}<workbook {_MAIN} xmlns:r="{_RELATIONS}"><bookViews><workbookView/></bookViews>'
            f"<sheets>{sheets}</sheets><definedNames>{''.join(filters + titles)}</definedNames></workbook>"
        ).encode()


def _rows_xml(cells: Sequence[TextCells], block: Sequence[list[bytes]], first_row: int) -> bytes:
    """The XML of a block of rows.

    A block is one flat list that is joined once: for each row the same sequence of constant pieces, row numbers and
    values. Constants are laid down by repeating one row; numbers and values then drop into every n-th place.
    """
    count = len(block[0])
    numbers = [b"%d" % number for number in range(first_row, first_row + count)]
    pieces: list[bytes] = [b'<row r="', b"", b'">']
    drops: list[tuple[int, list[bytes]]] = [(1, numbers)]
    for column, values in zip(cells, block, strict=True):
        plain = column.plain(values)
        if all(plain):
            pieces[-1] += column.before_number
            drops.append((len(pieces), numbers))
            drops.append((len(pieces) + 2, plain))
            pieces += (b"", column.after_number, b"", column.after_value)
        else:
            drops.append((len(pieces), column.whole(values, plain, numbers)))
            pieces += (b"", b"")
    pieces[-1] += b"</row>"
    width = len(pieces)
    row = pieces * count
    for at, values in drops:
        row[at::width] = values
    return b"".join(row)


def safe_sheet_name(name: str) -> str:
    """A name Excel allows for a sheet: at most 31 characters, none of []:*?/\\, no apostrophe at either end."""
    return re.sub(r"[\[\]:*?/\\]", "_", clean_text(name)).strip("' \n\t")[:31].rstrip("' ") or "数据"


def _free_name(wanted: str, taken: list[str]) -> str:
    return wanted if wanted not in taken else f"{wanted} ({len(taken)})"


def _text_cell(at: int, row: int, text: str, style: int) -> str:
    text = clean_text(text)
    kept = styles.TEXT_KEPT if looks_like_formula(text) else style
    return (
        f'<c r="{column_letters(at)}{row}" s="{kept}" t="inlineStr"><is>'
        f'<t xml:space="preserve">{xml_text(text)}</t></is></c>'
    )


def _definition_rows(columns: list[Column], watermark: Watermark | None, rows: int) -> list[tuple[int, list[str]]]:
    """(style, texts) of each row of 口径说明; none at all where nothing needs explaining."""
    explained = [column for column in columns if column.definition or column.numerator or column.denominator]
    lines: list[tuple[int, list[str]]] = []
    if watermark is not None:
        lines += [
            (styles.HEADING, ["本表", watermark.title]),
            (styles.WRAPPED, ["导出人", watermark.who]),
            (styles.WRAPPED, ["导出时间", f"{watermark.when:%Y-%m-%d %H:%M:%S}"]),
            (styles.WRAPPED, ["条件", watermark.conditions or "全部"]),
            (styles.WRAPPED, ["行数", str(rows)]),
            (styles.WRAPPED, []),
        ]
    if explained:
        lines.append((styles.HEADING, ["列名", "口径说明", "分子", "分母"]))
        lines += [
            (styles.WRAPPED, [column.title, column.definition, column.numerator, column.denominator])
            for column in explained
        ]
    return lines


def _definitions_xml(lines: list[tuple[int, list[str]]]) -> bytes:
    rows = "".join(
        f'<row r="{number}">'
        + "".join(_text_cell(at, number, text, style) for at, text in enumerate(texts) if text)
        + "</row>"
        for number, (style, texts) in enumerate(lines, 1)
    )
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate((20, 70, 40, 40), 1)
    )
    return (
        f'{_XML}<worksheet {_MAIN}><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData>{rows}</sheetData></worksheet>'
    ).encode()


def _workbook_relations(sheets: int) -> bytes:
    sheet = "".join(
        f'<Relationship Id="rId{at}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, sheets + 1)
    )
    return (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{sheet}'
        f'<Relationship Id="rId{sheets + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    ).encode()


def _package_relations() -> bytes:
    return (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ).encode()


def _content_types(sheets: int) -> bytes:
    sheet = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for at in range(1, sheets + 1)
    )
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{sheet}'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    ).encode()
