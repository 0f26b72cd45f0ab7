"""What a subject hopes to find in a workbook: its fields, the groups they belong to, and the words headings use."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from mediation_admin.imports.reading.headings import fold_heading, variants
from mediation_admin.imports.reading.values.outcome import Parser


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that speak of one person or thing, such as 申请人: found in the heading above, or before the word."""

    name: str
    label: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field a column can be mapped to.

    ``synonyms`` are whole headings; inside a ``group`` they are what stands below or behind the group's word
    (姓名, 联系电话). ``main``: the group's word alone means this field. ``telling``: content proves or disproves the
    column. ``spreads``: the parser answers a dict of these other fields. ``satisfied_by``: fields whose column does in
    place of this required one. ``example`` fills templates and messages.
    """

    name: str
    label: str
    synonyms: tuple[str, ...]
    parser: Parser
    required: bool = False
    group: str | None = None
    main: bool = False
    telling: bool = False
    unmistakable: bool = False
    spreads: tuple[str, ...] = ()
    satisfied_by: tuple[str, ...] = ()
    example: str = ""
    help: str = ""


@dataclass(slots=True)
class Catalogue:
    """The fields and groups of one subject, with the lookups that mapping needs."""

    fields: tuple[Field, ...]
    groups: tuple[Group, ...] = ()
    _by_name: dict[str, Field] = field(init=False)
    _group_words: list[tuple[str, str]] = field(init=False)
    _field_words: dict[str, dict[str, float]] = field(init=False)

    def __post_init__(self) -> None:
        self._by_name = {one.name: one for one in self.fields}
        if len(self._by_name) != len(self.fields):
            raise ValueError("a field name is used twice")
        known = {group.name for group in self.groups}
        for one in self.fields:
            if one.group is not None and one.group not in known:
                raise ValueError(f"{one.name}: unknown group {one.group}")
            for other in (*one.spreads, *one.satisfied_by):
                if other not in self._by_name:
                    raise ValueError(f"{one.name}: unknown field {other}")
        words = [(fold_heading(word), group.name) for group in self.groups for word in (group.label, *group.synonyms)]
        self._group_words = sorted(set(words), key=lambda pair: -len(pair[0]))
        self._field_words = {}
        for one in self.fields:
            known_words = self._field_words[one.name] = {}
            # the earlier a synonym stands, the surer it is
            for at, word in enumerate((one.label, *one.synonyms)):
                known_words.setdefault(fold_heading(word), 1.0 - min(at, 40) * 0.001)

    def field(self, name: str) -> Field:
        """The field of this name; KeyError if there is none."""
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def words_of(self, name: str) -> dict[str, float]:
        """The folded synonyms of a field with their weight, close to 1."""
        return self._field_words[name]

    def group_at_start(self, folded: str) -> tuple[str, str] | None:
        """(group, what follows its word) of a folded heading that begins with a group's word."""
        for word, group in self._group_words:
            if folded.startswith(word):
                return group, folded[len(word) :]
        return None

    def group_named(self, text: str) -> str | None:
        """The group whose word this heading is, in any of its spellings."""
        for variant in variants(text):
            for word, group in self._group_words:
                if variant == word:
                    return group
        return None

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every folded word that may stand in a heading: for finding the heading rows."""
        words = {word for known in self._field_words.values() for word in known}
        group_words = [word for word, _ in self._group_words]
        words.update(group_words)
        for one in self.fields:
            if one.group:
                of_group = [word for word, group in self._group_words if group == one.group]
                words.update(f"{first}{second}" for first in of_group for second in self._field_words[one.name])
        return frozenset(words - {""})

    def required(self) -> Iterable[Field]:
        """The fields without which a file cannot be imported."""
        return (one for one in self.fields if one.required)
