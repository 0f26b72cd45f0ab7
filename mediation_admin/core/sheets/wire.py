"""The one form every value has on its way into a sheet: PostgreSQL's text form, as UTF-8 bytes, empty for nothing.

COPY delivers it; values from Python are put into it here, so that there is one set of cell rules and not two.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from mediation_admin.core.clock import local
from mediation_admin.core.sheets.columns import Column


def _text(value: str) -> bytes:
    return value.encode("utf-8", "ignore")  # "ignore" drops lone surrogates, which are no text


def _decimal(value: Decimal) -> bytes:
    # Plain notation keeps every digit; an absurd exponent would make an absurdly long text of it.
    return (f"{value:f}" if value.is_finite() and abs(value.adjusted()) < 400 else str(value)).encode()


def _datetime(value: datetime) -> bytes:
    if value.tzinfo is not None:
        value = local(value).replace(tzinfo=None)
    return value.isoformat(" ").encode()


_FORMS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda value: b"",
    str: _text,
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"%d" % value,
    float: lambda value: repr(value).encode(),
    Decimal: _decimal,
    date: lambda value: value.isoformat().encode(),
    datetime: _datetime,
    time: lambda value: value.isoformat().encode(),
}


def wire(value: Any) -> bytes:
    """One Python value in wire form. Aware moments become Shanghai wall-clock time; bytes are refused."""
    form = _FORMS.get(type(value))
    if form is not None:
        return form(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError("bytes are not shown in sheets; give the column a transform")
    for known in (str, bool, int, float, Decimal, datetime, date):
        if isinstance(value, known):
            return _FORMS[known](value)
    return _text(str(value))


def wire_all(column: Column, values: Sequence[Any]) -> list[bytes]:
    """A column of Python values in wire form, its ``transform`` applied to those that are present."""
    if column.transform is not None:
        transform = column.transform
        values = [None if value is None else transform(value) for value in values]
    return [wire(value) for value in values]


_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPED = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def _unescape(found: re.Match[bytes]) -> bytes:
    return _ESCAPED.get(found[1], found[1])


def from_copy(column: Column, fields: list[bytes], escaped: bool) -> list[bytes]:
    """A column of COPY text fields in wire form. ``escaped`` says that backslashes may stand in them."""
    if column.binary:
        # bytea arrives as \\x and hexadecimal digits, its backslash doubled
        return wire_all(column, [bytes.fromhex(field[3:].decode()) or None for field in fields])
    if escaped and b"\\" in b"\0".join(fields):
        fields = [_ESCAPE.sub(_unescape, field) if b"\\" in field else field for field in fields]
    if column.transform is not None:
        return wire_all(column, [field.decode() if field else None for field in fields])
    return fields
