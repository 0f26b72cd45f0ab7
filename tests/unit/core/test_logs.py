"""The log: one event, one line, nothing personal and no credential in it."""

import logging

import pytest

from mediation_admin.core.logs import LineFormatter


def _written(message, *arguments, error=None):
    info = (type(error), error, error.__traceback__) if error else None
    return LineFormatter().format(logging.LogRecord("x", logging.INFO, "f.py", 1, message, arguments, info))


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x1b[2K", "\u2028", "\x85"])
def test_s37_a_name_with_a_line_break_cannot_forge_a_line(end):
    line = _written("signed in: %s", f"张三{end}2026-01-01 00:00:00 INFO x all cases deleted")
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    assert "张三" in line


def test_s37_the_words_of_an_error_begin_no_line_either():
    try:
        raise ValueError("坏值\n2026-01-01 00:00:00 INFO x all cases deleted 13900001234")
    except ValueError as error:
        lines = _written("failed", error=error).splitlines()
    assert lines[0].endswith("failed")
    assert all(line.startswith("    ") for line in lines[1:])
    assert "13900001234" not in "".join(lines)


@pytest.mark.parametrize(
    ("message", "kept", "gone"),
    [
        ("sms to 13900001234", "139****1234", "13900001234"),
        ("paper 110101199003077491", "110101********7491", "110101199003077491"),
        ("{'password': 'geheim-1'}", "password", "geheim-1"),
        ("token=abcdef0123", "token", "abcdef0123"),
        ("Authorization: Bearer.abc", "Authorization", "Bearer.abc"),
    ],
)
def test_s37_numbers_and_credentials_are_not_written_down(message, kept, gone):
    line = _written("%s", message)
    assert kept in line
    assert gone not in line
