"""Words that stand for a value: yes and no, sexes, results. A table of spellings that a person can add to."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mediation_admin.imports.reading.cells import Cell, shown, squeeze
from mediation_admin.imports.reading.values.outcome import EMPTY, PLACEHOLDERS, Faulty, Outcome, Parsed, not_content
from mediation_admin.imports.reading.values.texts import split_words

_PUNCTUATION = re.compile(r"[\s,，、;；。.:：()（）\[\]【】“”\"'!！]+")


def spelt(words: str) -> tuple[str, ...]:
    """Spellings written in one text with spaces between them; none holds a space itself."""
    return tuple(words.split())


class WordTable:
    """Spellings of the values of one field.

    ``spellings`` gives each value with the words that mean it, the one to show people first; ``patterns`` are regular
    expressions tried in order on the squeezed text when no word fits; ``nothing`` are words that mean an empty cell.
    Calling the table parses a cell; an unknown word is faulty, with the known ones named and ``word`` set.
    """

    def __init__(
        self,
        title: str,
        spellings: Mapping[Any, Iterable[str]],
        *,
        patterns: Iterable[tuple[str, Any]] = (),
        nothing: Iterable[str] = (),
    ) -> None:
        self.title = title
        self.spellings = {value: tuple(words) for value, words in spellings.items()}
        self._by_word = {self.fold(word): value for value, words in self.spellings.items() for word in words}
        self._patterns = tuple((re.compile(pattern), value) for pattern, value in patterns)
        self._nothing = frozenset(self.fold(word) for word in nothing)
        self._read: dict[str, Outcome] = {}

    @staticmethod
    def fold(word: str) -> str:
        """The form in which words are compared: half-width, lower case, no spaces and punctuation."""
        return _PUNCTUATION.sub("", squeeze(word)).lower() or squeeze(word).lower()

    def extended(self, remembered: Mapping[str, Any]) -> "WordTable":
        """A table that knows a person's own words too; theirs win."""
        table = WordTable.__new__(WordTable)
        table.title, table.spellings = self.title, self.spellings
        table._by_word = self._by_word | {self.fold(word): value for word, value in remembered.items()}
        table._patterns, table._nothing, table._read = self._patterns, self._nothing, {}
        return table

    def find(self, word: str) -> Any | None:
        """The value of a word; None if nobody knows it."""
        folded = self.fold(word)
        if folded in self._by_word:
            return self._by_word[folded]
        for pattern, value in self._patterns:
            if pattern.search(folded):
                return value
        return None

    def knows(self, word: str) -> bool:
        """Whether this very word stands in the table."""
        return self.fold(word) in self._by_word

    def known(self) -> str:
        """The words to show people: the first of each value."""
        return "、".join(words[0] for words in self.spellings.values() if words)

    def __call__(self, cell: Cell, unit: str | None = None) -> Outcome:
        if cell.__class__ is str:
            if (outcome := self._read.get(cell)) is not None:
                return outcome
            outcome = self._parse(cell)
            if len(self._read) < 5_000:
                self._read[cell] = outcome
            return outcome
        return self._parse(cell)

    def _parse(self, cell: Cell) -> Outcome:
        answer = not_content(cell)
        if answer is not None:
            return answer
        text = cell if cell.__class__ is str else shown(cell)
        folded = self.fold(text)
        # A known word wins over a placeholder: “无” may be an answer.
        if folded not in self._by_word and (folded in self._nothing or squeeze(text) in PLACEHOLDERS):
            return EMPTY
        value = self.find(text)
        if value is None:
            return Faulty(
                f"不认识“{shown(text)}”这个{self.title}，认识的有：{self.known()}。请改成其中之一，或在“列对应”里说明它的意思",
                folded,
            )
        return Parsed(value)


class WordList:
    """Several words of a table in one cell (身份类别：人大代表、律师), read into a list without repeats."""

    def __init__(self, table: WordTable) -> None:
        self.table = table

    @property
    def title(self) -> str:
        return self.table.title

    @property
    def spellings(self) -> dict[Any, tuple[str, ...]]:
        return self.table.spellings

    def extended(self, remembered: Mapping[str, Any]) -> "WordList":
        """The same over a table that knows a person's own words too."""
        return WordList(self.table.extended(remembered))

    def __call__(self, cell: Cell, unit: str | None = None) -> Outcome:
        pieces = split_words(cell, at_spaces=True) if cell.__class__ is str else []
        if len(pieces) < 2 or self.table.knows(cell):
            whole = self.table(cell)
            return Parsed([whole.value], whole.warning) if whole.__class__ is Parsed else whole
        values: list[Any] = []
        for word in pieces:
            outcome = self.table(word)
            if outcome.__class__ is Faulty:
                return outcome
            if outcome.__class__ is Parsed and outcome.value not in values:
                values.append(outcome.value)
        return Parsed(values) if values else EMPTY


YES_NO = WordTable(
    "是或否",
    {
        True: ("是", "有", "√", "✓", "✔", "☑", "对", "已", "y", "yes", "true", "1", "t", "o"),
        False: ("否", "无", "×", "✗", "✘", "☐", "□", "x", "不是", "没有", "未", "n", "no", "false", "0", "f"),
    },
)
