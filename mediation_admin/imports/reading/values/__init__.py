"""Parsers of single cells: pure functions ``parse(cell, unit=None)`` → Parsed, Faulty or Empty."""
