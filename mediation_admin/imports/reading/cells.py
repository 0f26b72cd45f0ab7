"""What a cell can hold, how rows travel from the reading process, and how columns are named."""

import json
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple


class CellError(NamedTuple):
    """An error value such as #N/A that Excel shows in the cell."""

    text: str


class Uncomputed(NamedTuple):
    """A formula that has no stored value and that we do not compute; ``why`` is a Chinese half-sentence."""

    formula: str
    why: str


Cell = None | str | int | float | bool | date | datetime | time | CellError | Uncomputed
"""Numbers without a fraction are int whatever the file says; a date without a time of day is a date."""


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A → 0, XFD → 16383."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


_SPACE = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """Full-width to half-width, every space and line break out: the form in which words are compared."""
    if text.isascii():
        return "".join(text.split())
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


def shown(cell: Cell) -> str:
    """The cell as a message quotes it; long texts are cut."""
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        return cell.text
    if isinstance(cell, Uncomputed):
        return cell.formula
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        text = repr(cell)
    elif isinstance(cell, datetime):
        text = cell.isoformat(" ", "seconds")
    else:
        text = str(cell)
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:38] + "……"


def tidy(value: Any) -> Cell:
    """A parser's value in the forms the rest of the package counts on; '' becomes None."""
    kind = value.__class__
    if kind is str:
        return value if value and not value.isspace() else None
    if kind is float:
        if value.is_integer() and abs(value) < 1e18:
            return int(value)
        return value if value == value and abs(value) != float("inf") else CellError("#NUM!")
    if kind is datetime:
        return value.date() if value.time() == time(0) else value
    if kind is timedelta:
        return value.total_seconds() / 86400
    return value


def _tagged(value: object) -> list[str]:
    if isinstance(value, datetime):
        return ["t", value.isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    if isinstance(value, time):
        return ["c", value.isoformat()]
    raise TypeError(type(value))


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_tagged)


def encode_row(number: int, cells: list[Cell]) -> str:
    """One line of the spool: the sheet's row number, then the cells. Dates and errors are tagged lists."""
    out: list[object] = [number]
    for cell in cells:
        if cell.__class__ is CellError:
            out.append(["e", cell[0]])
        elif cell.__class__ is Uncomputed:
            out.append(["f", cell[0], cell[1]])
        else:
            out.append(cell)
    return _encoder.encode(out)


def decode_row(line: str) -> tuple[int, list[Cell]]:
    """The reverse of ``encode_row``."""
    number, *cells = json.loads(line)
    for at, cell in enumerate(cells):
        if cell.__class__ is list:
            tag = cell[0]
            if tag == "d":
                cells[at] = date.fromisoformat(cell[1])
            elif tag == "t":
                cells[at] = datetime.fromisoformat(cell[1])
            elif tag == "c":
                cells[at] = time.fromisoformat(cell[1])
            elif tag == "e":
                cells[at] = CellError(cell[1])
            else:
                cells[at] = Uncomputed(cell[1], cell[2])
    return number, cells
