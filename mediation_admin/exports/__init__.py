"""The download centre: ask for a workbook, leave, collect it later."""
