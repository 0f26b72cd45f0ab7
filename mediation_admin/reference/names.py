"""Short official lists as ledgers write them: 工商联 for 中华全国工商业联合会, 物业费 for 物业服务."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

_NOT_WORDS = re.compile(r"[\W_]+")


class Named(NamedTuple):
    """An entry of a list with every name it goes by, the official one first."""

    code: str
    names: tuple[str, ...]


class NameBook:
    """Finds the entry that a text means; blanks, punctuation and width do not matter."""

    def __init__(self, entries: Iterable[Named]) -> None:
        self.names: dict[str, str] = {}
        self._codes: dict[str, str] = {}
        for entry in entries:
            self.names[entry.code] = entry.names[0]
            for name in (entry.code, *entry.names):
                self._codes.setdefault(_plain(name), entry.code)

    def resolve(self, text: str | None) -> str | None:
        """The code that ``text`` means, None if no entry has that name."""
        return self._codes.get(_plain(text)) if text else None


def _plain(text: str) -> str:
    return _NOT_WORDS.sub("", unicodedata.normalize("NFKC", text)).lower()
