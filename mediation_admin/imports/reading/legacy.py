"""The pre-flight of an .xls: error cells and formulas without a value, found in its BIFF8 records.

The parser gives both as empty cells. Only what is needed of the OLE container is read: the chain of sectors that holds
the Workbook stream. Formulas of .xls are not recomputed: Excel and WPS always store their values.
"""

import struct
from pathlib import Path

from mediation_admin.imports.reading.archive import FoundFormula, SheetFacts

_END = 0xFFFFFFFE
_BOF, _EOF, _SHEET, _FORMULA, _BOOLERR, _STRING, _SHARED = 0x0809, 0x000A, 0x0085, 0x0006, 0x0205, 0x0207, 0x04BC
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def _stream(data: bytes) -> bytes:
    """The bytes of the Workbook stream; empty if the container is not as it should be (the parser will then say so)."""
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    (first_directory,) = struct.unpack_from("<I", data, 48)
    cutoff, first_small, _, first_difat, difat_count = struct.unpack_from("<IIIII", data, 56)
    size = 1 << shift

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    fat_sectors = list(struct.unpack_from("<109I", data, 76))
    following = first_difat
    for _ in range(min(difat_count, 1_000)):
        table = struct.unpack(f"<{size // 4}I", sector(following))
        fat_sectors += table[:-1]
        following = table[-1]
    fat: list[int] = []
    for number in fat_sectors:
        if number < _END:
            block = sector(number)
            fat += struct.unpack(f"<{len(block) // 4}I", block)

    def chain(number: int) -> bytes:
        out, steps = [], 0
        while number < len(fat) and steps <= len(fat):
            out.append(sector(number))
            number = fat[number]
            steps += 1
        return b"".join(out)

    directory = chain(first_directory)
    root_start = 0
    for at in range(0, len(directory) - 127, 128):
        entry = directory[at : at + 128]
        (length,) = struct.unpack_from("<H", entry, 64)
        name = entry[: max(length - 2, 0)].decode("utf-16-le", "replace")
        start, stream_size = struct.unpack_from("<II", entry, 116)
        if entry[66] == 5:
            root_start = start
        if name in ("Workbook", "Book"):
            if stream_size >= cutoff:
                return chain(start)[:stream_size]
            small, block = chain(root_start), 1 << small_shift
            small_fat = chain(first_small)
            out, number = [], start
            while number * 4 + 4 <= len(small_fat) and len(out) <= len(small_fat):
                out.append(small[number * block : (number + 1) * block])
                (number,) = struct.unpack_from("<I", small_fat, number * 4)
            return b"".join(out)[:stream_size]
    return b""


def skim_xls(path: Path) -> dict[str, SheetFacts]:
    """Sheet name → facts: errors, and formulas that have no stored value."""
    try:
        return _skim(_stream(path.read_bytes()))
    except (struct.error, IndexError, ValueError):
        return {}  # the parser judges broken files


def _skim(stream: bytes) -> dict[str, SheetFacts]:
    starts: dict[int, SheetFacts] = {}
    facts: SheetFacts | None = None
    at, depth = 0, 0
    waiting: tuple[int, int] | None = None
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + size]
        if kind == _SHEET:
            (start,) = struct.unpack_from("<I", body)
            characters, wide = body[6], body[7] & 1
            name = body[8 : 8 + characters * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1")
            starts[start] = SheetFacts(name)
        elif kind == _BOF:
            depth += 1
            facts = starts.get(at, facts if depth > 1 else None)
        elif kind == _EOF:
            depth -= 1
        elif kind == _BOOLERR and facts and body[7]:
            facts.errors[struct.unpack_from("<HH", body)] = _ERRORS.get(body[6], "#N/A")
        elif kind == _FORMULA and facts:
            cell = struct.unpack_from("<HH", body)
            result = body[6:14]
            if result[6:8] == b"\xff\xff":
                if result[0] == 0:
                    waiting = cell  # a text follows in a STRING record, or none ever came
                elif result[0] == 2:
                    facts.errors[cell] = _ERRORS.get(result[2], "#N/A")
        elif kind == _STRING:
            waiting = None
        if waiting and facts and kind not in (_FORMULA, _SHARED, 0x0221, 0x0236):
            facts.formulas[waiting] = FoundFormula("")
            waiting = None
        at += 4 + size
    return {one.name: one for one in starts.values()}
