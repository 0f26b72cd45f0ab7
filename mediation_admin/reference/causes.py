"""Which cause of action a ledger means: exact names, known aliases, the same words written otherwise, suggestions.

Pure and quick: the dictionaries are built once, a text seen before costs one look-up, so 100,000 rows are no matter.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from mediation_admin.reference.enums import AliasKind, MatchedBy

MOST_CANDIDATES = 6
_REMEMBERED = 50_000
_PREFIX = re.compile(r"^(?:案由[:：]?)?\s*(?:[（(]?[0-9]+(?:\.[0-9]+)*[)）]?[、.．:：\s]*)?")
_NOT_WORDS = re.compile(r"[\W_]+")
_ENDINGS = re.compile(r"(?:一案|案件|之诉|纠纷|争议|诉讼|案)+$")
_BRACKETED = re.compile(r"[（(【\[〔][^）)】\]〕]*[）)】\]〕]")
_SEPARATORS = re.compile(r"[、，,;；/／|\n+＋及和与]+")
# Ledgers mean the working level, not a chapter heading of the same name: 不当得利纠纷 is 148, not A04.11.
_PREFERENCE = {3: 0, 4: 1, 2: 2, 1: 3}


class Cause(NamedTuple):
    """One cause of the regulation."""

    code: str
    name: str
    level: int
    parent_code: str | None
    dispute_type_code: str


class Alias(NamedTuple):
    """Another name of a cause."""

    alias: str
    cause_code: str
    kind: AliasKind


@dataclass(frozen=True, slots=True)
class CauseMatch:
    """What a text was taken for. ``code`` is None when a person has to choose among ``candidates``."""

    code: str | None
    name: str
    how: MatchedBy
    candidates: tuple[Cause, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether the match may be kept without asking."""
        return self.how in (MatchedBy.EXACT, MatchedBy.ALIAS, MatchedBy.NORMALISED)


def normalise(text: str) -> str:
    """The words that tell causes apart: no numbering, blanks, punctuation, width, and no 纠纷 at the end."""
    plain = unicodedata.normalize("NFKC", text).strip()
    words = _NOT_WORDS.sub("", _PREFIX.sub("", plain, count=1))
    return _ENDINGS.sub("", words)


class CauseBook:
    """All causes of the edition in force with their aliases, ready to be asked."""

    def __init__(self, causes: Iterable[Cause], aliases: Iterable[Alias] = ()) -> None:
        self._causes = {cause.code: cause for cause in causes}
        self._exact: dict[str, Cause] = {}
        self._normal: dict[str, Cause] = {}
        for cause in sorted(self._causes.values(), key=lambda c: _PREFERENCE[c.level]):
            self._exact.setdefault(cause.name, cause)
            self._normal.setdefault(normalise(cause.name), cause)
        self._aliases: dict[str, Cause] = {}
        for alias in aliases:
            self._aliases[alias.alias] = self._causes[alias.cause_code]
            self._aliases.setdefault(normalise(alias.alias), self._causes[alias.cause_code])
        self._without_contract = _unique_without(self._normal, "合同")
        self._keys = {**self._aliases, **self._normal}
        self._pairs = {key: _pairs(key) for key in self._normal}
        self._remembered: dict[str, CauseMatch] = {}

    def __contains__(self, code: str) -> bool:
        return code in self._causes

    def __len__(self) -> int:
        return len(self._causes)

    def cause(self, code: str) -> Cause:
        """The cause of a code; KeyError if there is none."""
        return self._causes[code]

    def all(self) -> tuple[Cause, ...]:
        """Every cause, in the order of the regulation."""
        return tuple(self._causes.values())

    def path(self, code: str) -> tuple[Cause, ...]:
        """The cause with its ancestors, the part first."""
        found: list[Cause] = []
        step: str | None = code
        while step:
            found.append(self._causes[step])
            step = self._causes[step].parent_code
        return tuple(reversed(found))

    def dispute_type_of(self, code: str) -> str:
        """The code of the dispute type that follows from a cause; ``other`` for a code not known here."""
        cause = self._causes.get(code)
        return cause.dispute_type_code if cause else "other"

    def resolve(self, text: str | None) -> CauseMatch:
        """What a ledger's cell means."""
        if text is None:
            return CauseMatch(None, "", MatchedBy.EMPTY)
        known = self._remembered.get(text)
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[text] = self._resolve(text)
        return known

    def search(self, text: str, limit: int = 20) -> list[Cause]:
        """Causes for a type-ahead: by number, then by words at the start, then anywhere."""
        typed = text.strip()
        if not typed:
            return []
        if typed in self._causes:
            return [self._causes[typed]]
        words = normalise(typed) or typed
        found = [cause for cause in self._causes.values() if words in cause.name or cause.code.startswith(typed)]
        alias = self._aliases.get(words)
        found.sort(key=lambda c: (c is not alias, not c.name.startswith(words), _PREFERENCE[c.level], len(c.name)))
        if alias is not None and alias not in found:
            found.insert(0, alias)
        return found[:limit]

    def _resolve(self, text: str) -> CauseMatch:
        if not text.strip():
            return CauseMatch(None, "", MatchedBy.EMPTY)
        return (
            self._resolve_whole(text)
            or self._resolve_whole(_BRACKETED.sub("", text))
            or self._resolve_several(text)
            or self._resolve_part(text)
            or self._suggest(text)
        )

    def _resolve_whole(self, text: str) -> CauseMatch | None:
        plain = text.strip()
        if cause := self._exact.get(plain) or self._causes.get(plain):
            return CauseMatch(cause.code, cause.name, MatchedBy.EXACT)
        if cause := self._aliases.get(plain):
            return CauseMatch(cause.code, cause.name, MatchedBy.ALIAS)
        words = normalise(plain)
        if not words:
            return None
        if cause := self._normal.get(words):
            return CauseMatch(cause.code, cause.name, MatchedBy.NORMALISED)
        if cause := self._aliases.get(words):
            return CauseMatch(cause.code, cause.name, MatchedBy.ALIAS)
        if cause := self._without_contract.get(words.replace("合同", "")):
            return CauseMatch(cause.code, cause.name, MatchedBy.NORMALISED)
        return None

    def _resolve_several(self, text: str) -> CauseMatch | None:
        parts = [part for part in _SEPARATORS.split(_BRACKETED.sub("", text)) if part.strip()]
        if len(parts) < 2:
            return None
        found: dict[str, CauseMatch] = {}
        for part in parts:
            match = self._resolve_whole(part)
            if match is None or match.code is None:
                return None
            found.setdefault(match.code, match)
        if len(found) == 1:
            return next(iter(found.values()))
        return CauseMatch(None, "", MatchedBy.SEVERAL, tuple(self._causes[code] for code in found))

    def _resolve_part(self, text: str) -> CauseMatch | None:
        words = normalise(text)
        if len(words) < 2:
            return None
        holding = {cause.code: cause for key, cause in self._normal.items() if words in key}
        if len(holding) == 1:
            cause = next(iter(holding.values()))
            return CauseMatch(cause.code, cause.name, MatchedBy.PART, (cause,))
        # A sentence around a cause (甲诉乙民间借贷): the longest name inside it, if no other is as long.
        inside = sorted((key for key in self._keys if len(key) > 2 and key in words), key=len, reverse=True)
        if inside and not holding:
            longest = {self._keys[key] for key in inside if len(key) == len(inside[0])}
            if len(longest) == 1:
                cause = longest.pop()
                return CauseMatch(cause.code, cause.name, MatchedBy.PART, (cause,))
        return None

    def _suggest(self, text: str) -> CauseMatch:
        wanted = _pairs(normalise(text))
        scored = []
        for key, pairs in self._pairs.items():
            common = sum((wanted & pairs).values())
            if common:
                cause = self._normal[key]
                score = 2 * common / (sum(wanted.values()) + sum(pairs.values()))
                scored.append((-score, _PREFERENCE[cause.level], len(cause.name), cause.code))
        candidates = tuple(self._causes[code] for *_, code in sorted(scored)[:MOST_CANDIDATES])
        return CauseMatch(None, "", MatchedBy.SUGGESTED if candidates else MatchedBy.UNKNOWN, candidates)


def _pairs(words: str) -> Counter[str]:
    return Counter(words[i : i + 2] for i in range(len(words) - 1)) or Counter([words] if words else [])


def _unique_without(names: dict[str, Cause], word: str) -> dict[str, Cause]:
    """Names said without ``word``, where that still means one cause: 房屋租赁 for 房屋租赁合同."""
    shortened: dict[str, list[Cause]] = {}
    for key, cause in names.items():
        if key.replace(word, ""):
            shortened.setdefault(key.replace(word, ""), []).append(cause)
    return {key: causes[0] for key, causes in shortened.items() if len(causes) == 1}
