"""Historic cases brought in by form and by workbook."""
