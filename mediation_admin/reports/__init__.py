"""Statistics: each report is a definition that the screen, the drill-down, the workbook and the tests all walk."""
