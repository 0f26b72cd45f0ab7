"""CSV files as Chinese offices make them: UTF-8, UTF-16 or GB18030; comma, tab or semicolon; everything is text."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mediation_admin.imports.reading.cells import Cell
from mediation_admin.imports.reading.limits import Limits
from mediation_admin.imports.reading.refused import FileRefused

_DELIMITERS = ",\t;|"
_CHUNK = 1 << 20
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_AS_FORMULA = re.compile(r'="((?:[^"]|"")*)"')


def encoding_of(path: Path) -> str:
    """The encoding, found by trying: a file that is not valid in any of the three is refused."""
    with path.open("rb") as file:
        head = file.read(4_096)
    if head.startswith(b"\xef\xbb\xbf"):
        candidates: tuple[str, ...] = ("utf-8-sig",)
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ("utf-16",)
    elif head[1::2].count(0) > len(head) // 8:
        candidates = ("utf-16-le",)
    elif head[::2].count(0) > len(head) // 8:
        candidates = ("utf-16-be",)
    else:
        candidates = ("utf-8", "gb18030")
    for encoding in candidates:
        if _reads(path, encoding):
            return encoding
    raise FileRefused("encoding")


def _reads(path: Path, encoding: str) -> bool:
    seen = control = 0
    try:
        with path.open(encoding=encoding, newline="") as file:
            while text := file.read(_CHUNK):
                seen += len(text)
                control += len(_CONTROL.findall(text))
    except (UnicodeDecodeError, UnicodeError):
        return False
    # Binary rubbish is often valid GB18030; text has no control characters.
    return control <= max(8, seen // 1_000)


def delimiter_of(sample: str) -> str:
    """The separator that cuts the first lines most evenly."""
    if match := re.match(r"sep=(.)\r?\n", sample):
        return match[1]
    bare = re.sub(r'"(?:[^"]|"")*"', '""', sample)
    lines = [line for line in bare.splitlines() if line.strip()][:60]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        counts = Counter(line.count(delimiter) for line in lines)
        counts.pop(0, None)
        if counts:
            count, times = counts.most_common(1)[0]
            score = times / len(lines) * (1 + min(count, 40) / 10)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _cell(text: str) -> Cell:
    """``="138…"``, a leading apostrophe or a tab are tricks that keep long numbers from Excel: take them off."""
    if not text:
        return None
    if text[0] == "=" and (match := _AS_FORMULA.fullmatch(text)):
        text = match[1].replace('""', '"')
    text = text.strip("\t\x00 \r")
    if text[:1] in ("'", "‘") and text[1:2].isdigit():
        text = text[1:]
    return text if text and not text.isspace() else None


def rows_of(path: Path, limits: Limits) -> Iterator[tuple[int, list[Cell]]]:
    """(line number of the record as Excel would show it, cells) of every line that is not blank."""
    encoding = encoding_of(path)
    csv.field_size_limit(limits.text_characters)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(65_536)
        delimiter = delimiter_of(sample)
        file.seek(0)
        if sample.startswith("sep="):
            file.readline()
        reader = csv.reader(file, delimiter=delimiter)
        number = kept = 0
        try:
            for record in reader:
                number += 1
                if not any(record):
                    continue
                cells = [_cell(text) for text in record]
                while cells and cells[-1] is None:
                    cells.pop()
                if not cells:
                    continue
                kept += 1
                if kept > limits.data_rows + limits.spare_rows:
                    raise FileRefused(
                        "too_many_rows", sheet="CSV", found=f"超过 {limits.data_rows}", limit=limits.data_rows
                    )
                if len(cells) > limits.columns:
                    raise FileRefused(
                        "far_cell",
                        sheet="CSV",
                        cell=f"第 {number} 行第 {len(cells)} 列",
                        rows=limits.last_row,
                        columns=limits.columns,
                    )
                yield number, cells
        except csv.Error as error:
            raise FileRefused("csv_quotes", line=reader.line_num) from error
