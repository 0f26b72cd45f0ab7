"""The workbook to download and fill in, made from a subject's catalogue."""

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from mediation_admin.imports.reading import Catalogue

_HEADING = PatternFill("solid", fgColor="DCE6F4")
_REQUIRED = PatternFill("solid", fgColor="FBE3D6")
_EXAMPLE = Font(color="808080", italic=True)
_TEXT = "@"
# Rows below the headings that are text, so that long numbers survive being typed.
_PREPARED_ROWS = 500


def template_workbook(catalogue: Catalogue, title: str, notes: Sequence[str]) -> bytes:
    """An empty workbook: headings with stars and explanations, one example row (skipped when imported), and a second
    sheet that says how to fill it in."""
    book = Workbook()
    sheet = book.active
    sheet.title = title[:31]
    for column, one in enumerate(catalogue.fields, 1):
        heading = sheet.cell(1, column, one.label + ("*" if one.required else ""))
        heading.font = Font(bold=True)
        heading.fill = _REQUIRED if one.required else _HEADING
        heading.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        if one.help:
            heading.comment = Comment(one.help, "调解平台")
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = max(12, 2 * len(one.label) + 4, 2 * len(one.example) + 2)
        for row in range(2, _PREPARED_ROWS + 2):
            sheet.cell(row, column).number_format = _TEXT
    sheet.row_dimensions[1].height = 24
    sheet.freeze_panes = "A2"
    guide = book.create_sheet("填写说明")
    guide.column_dimensions["A"].width = 22
    guide.column_dimensions["B"].width = 10
    guide.column_dimensions["C"].width = 30
    guide.column_dimensions["D"].width = 60
    for note in notes:
        guide.append([note])
    guide.append([])
    guide.append(["列名", "必填", "填写示例", "说明"])
    for cell in guide[guide.max_row]:
        cell.font, cell.fill = Font(bold=True), _HEADING
    for one in catalogue.fields:
        guide.append([one.label, "必填" if one.required else "", one.example, one.help])
        guide.cell(guide.max_row, 3).font = _EXAMPLE
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()
