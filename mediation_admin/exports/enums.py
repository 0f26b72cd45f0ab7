"""The words of exporting."""

from mediation_admin.core.enums import LabelledEnum


class ExportFormat(LabelledEnum):
    """The kinds of file that are made."""

    XLSX = "xlsx", "Excel 工作簿（xlsx）"
    CSV = "csv", "CSV 文本（UTF-8）"
