"""The workbook import engine: template, columns, pre-check, confirm, result, undo, for any subject that plugs in."""
