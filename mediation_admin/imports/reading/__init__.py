"""Reading foreign workbooks: from a file of unknown layout to typed, judged rows. Knows no database and no subject.

with open_workbook_safely(path) as workbook:
    table = find_table(workbook, CATALOGUE.vocabulary)
    mapping = propose_mapping(table, CATALOGUE)
    for row in judge_rows(table, mapping, CATALOGUE): ...
"""

from mediation_admin.imports.reading.catalogue import Catalogue, Field, Group
from mediation_admin.imports.reading.cells import Cell, CellError, Uncomputed, column_index, column_letter, shown
from mediation_admin.imports.reading.formats import FileKind
from mediation_admin.imports.reading.headings import Heading
from mediation_admin.imports.reading.judging import JudgedRow, Remark, judge_rows
from mediation_admin.imports.reading.limits import DEFAULT_LIMITS, Limits
from mediation_admin.imports.reading.mapping import (
    NOT_IMPORTED,
    Choice,
    Mapping,
    apply_choices,
    mapping_signature,
    propose_mapping,
    recall,
    remember,
    sentences,
)
from mediation_admin.imports.reading.refused import FileRefused
from mediation_admin.imports.reading.tables import DataRow, OtherSheet, SkippedRow, Table, find_table
from mediation_admin.imports.reading.values.outcome import EMPTY, Empty, Faulty, Outcome, Parsed, Parser, gist, parser
from mediation_admin.imports.reading.workbook import Merge, Sheet, Workbook, open_workbook_safely

__all__ = [
    "DEFAULT_LIMITS",
    "EMPTY",
    "NOT_IMPORTED",
    "Catalogue",
    "Cell",
    "CellError",
    "Choice",
    "DataRow",
    "Empty",
    "Faulty",
    "Field",
    "FileKind",
    "FileRefused",
    "Group",
    "Heading",
    "JudgedRow",
    "Limits",
    "Mapping",
    "Merge",
    "OtherSheet",
    "Outcome",
    "Parsed",
    "Parser",
    "Remark",
    "Sheet",
    "SkippedRow",
    "Table",
    "Uncomputed",
    "Workbook",
    "apply_choices",
    "column_index",
    "column_letter",
    "find_table",
    "gist",
    "judge_rows",
    "mapping_signature",
    "open_workbook_safely",
    "parser",
    "propose_mapping",
    "recall",
    "remember",
    "sentences",
    "shown",
]
