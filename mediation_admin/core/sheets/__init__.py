"""The one place that writes sheets: workbooks of any length as a stream, and CSV, from Python rows or from a query."""

from mediation_admin.core.sheets.columns import Column, Kind, Watermark
from mediation_admin.core.sheets.copying import CompiledSelect, compile_select
from mediation_admin.core.sheets.files import sweep_unfinished, whole_file
from mediation_admin.core.sheets.texts import clean_text, looks_like_formula
from mediation_admin.core.sheets.writing import (
    WritingCancelled,
    Written,
    copy_query,
    copy_select,
    write_csv,
    write_rows,
)
from mediation_admin.core.sheets.xlsx import XlsxStream, safe_sheet_name

__all__ = [
    "Column",
    "CompiledSelect",
    "Kind",
    "Watermark",
    "WritingCancelled",
    "Written",
    "XlsxStream",
    "clean_text",
    "compile_select",
    "copy_query",
    "copy_select",
    "looks_like_formula",
    "safe_sheet_name",
    "sweep_unfinished",
    "whole_file",
    "write_csv",
    "write_rows",
]
