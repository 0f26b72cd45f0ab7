"""Which column is which field: proposed from headings and content, corrected by a person, remembered for next time."""

import hashlib
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import Any

from mediation_admin.imports.reading.catalogue import Catalogue, Field
from mediation_admin.imports.reading.cells import Cell
from mediation_admin.imports.reading.headings import Heading, exact_variants, fold_heading, variants
from mediation_admin.imports.reading.tables import Table
from mediation_admin.imports.reading.values.outcome import Faulty, Parsed

NOT_IMPORTED = "不导入"
_SAMPLE = 60
_SURE = 0.75
_ENOUGH = 0.45
_GLUE = ("的", "之", "方", "人", "信息", "基本", ":", "：", "-", "_", "/", "(", ")")


@dataclass(frozen=True, slots=True)
class Choice:
    """What one column is taken for; ``field`` None means it is not imported. ``why`` is shown beside it."""

    column: int
    field: str | None
    confidence: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A choice for every column, and what a person should know before going on (whole sentences)."""

    choices: tuple[Choice, ...]
    problems: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether every required field has its column."""
        return not self.missing

    def columns(self) -> dict[int, str]:
        """column → field, of the columns that are imported."""
        return {choice.column: choice.field for choice in self.choices if choice.field}

    def column_of(self, field: str) -> int | None:
        """The column of a field; None if it has none."""
        return next((choice.column for choice in self.choices if choice.field == field), None)


def mapping_signature(table: Table) -> str:
    """What a layout is remembered by: equal for the same headings in the same order, whatever rows they stand in."""
    keys = "\n".join(heading.key for heading in table.columns if heading.path)
    return hashlib.sha256(keys.encode()).hexdigest()[:32]


def propose_mapping(table: Table, catalogue: Catalogue) -> Mapping:
    """The likeliest field of each column: one field per column, one column per field, the surest pairs first."""
    contents = _contents(table)
    groups = _groups(table, catalogue)
    scored: list[tuple[float, int, Field, str]] = []
    for heading in table.columns:
        for field in catalogue.fields:
            points, why = _score(heading, field, groups[heading.index], catalogue)
            points, why = _with_content(points, why, field, heading, contents[heading.index], table)
            if points >= _ENOUGH:
                scored.append((points, heading.index, field, why))
    scored.sort(key=lambda one: (-one[0], one[1]))
    chosen: dict[int, Choice] = {}
    taken: dict[str, int] = {}
    doubles: dict[str, list[int]] = {}
    for points, column, field, why in scored:
        if column in chosen:
            continue
        if field.name in taken:
            if points >= _SURE and column not in doubles.get(field.name, ()):
                doubles.setdefault(field.name, []).append(column)
            continue
        chosen[column] = Choice(column, field.name, round(min(points, 1.0), 2), why)
        taken[field.name] = column
    choices = tuple(
        chosen.get(heading.index, Choice(heading.index, None, 0.0, NOT_IMPORTED)) for heading in table.columns
    )
    left = {name: [column for column in columns if column not in chosen] for name, columns in doubles.items()}
    return _judged(table, catalogue, choices, {name: columns for name, columns in left.items() if columns})


def apply_choices(table: Table, catalogue: Catalogue, columns: AnyMapping[int, str]) -> Mapping:
    """The mapping a person decided: column → field. Fields that no longer exist are left out; two columns for one field are named."""
    doubles: dict[str, list[int]] = {}
    taken: set[str] = set()
    choices = []
    for heading in table.columns:
        field = columns.get(heading.index)
        if field is not None and field in catalogue:
            if field in taken:
                doubles.setdefault(field, []).append(heading.index)
            else:
                taken.add(field)
                choices.append(Choice(heading.index, field, 1.0, "人工指定"))
                continue
        choices.append(Choice(heading.index, None, 1.0, NOT_IMPORTED))
    return _judged(table, catalogue, tuple(choices), doubles)


def remember(table: Table, mapping: Mapping) -> dict[str, Any]:
    """The mapping as plain JSON, by headings and not by column letters, so that it survives a moved column."""
    seen: dict[str, int] = {}
    columns = []
    for choice in mapping.choices:
        key = table.heading(choice.column).key
        occurrence = seen[key] = seen.get(key, 0) + 1
        columns.append([key, occurrence, choice.field])
    return {"signature": mapping_signature(table), "columns": columns}


def recall(remembered: AnyMapping[str, Any], table: Table, catalogue: Catalogue) -> Mapping:
    """A remembered mapping on this table. Columns the memory does not know get what ``propose_mapping`` says, if it is still free."""
    known = {(key, occurrence): field for key, occurrence, field in remembered["columns"]}
    proposed = {choice.column: choice for choice in propose_mapping(table, catalogue).choices}
    seen: dict[str, int] = {}
    choices: list[Choice] = []
    taken: set[str] = set()
    unknown: list[int] = []
    for heading in table.columns:
        occurrence = seen[heading.key] = seen.get(heading.key, 0) + 1
        place = (heading.key, occurrence)
        if heading.path and place in known:
            field = known[place]
            field = field if field in catalogue and field not in taken else None
            taken.update([field] if field else [])
            choices.append(Choice(heading.index, field, 1.0, "与上次相同"))
        else:
            unknown.append(len(choices))
            choices.append(Choice(heading.index, None, 0.0, NOT_IMPORTED))
    for at in unknown:
        choice = proposed[choices[at].column]
        if choice.field and choice.field not in taken:
            taken.add(choice.field)
            choices[at] = choice
    return _judged(table, catalogue, tuple(choices), {})


def _judged(table: Table, catalogue: Catalogue, choices: tuple[Choice, ...], doubles: dict[str, list[int]]) -> Mapping:
    mapped = {choice.field for choice in choices if choice.field}
    missing = [
        field
        for field in catalogue.required()
        if field.name not in mapped and not mapped.intersection(field.satisfied_by)
    ]
    problems = []
    there = "、".join(f"“{heading.text}”" for heading in table.named[:30])
    for field in missing:
        problems.append(
            f"表里缺少“{field.label}”这一列；现在有的列是：{there}。请在下面指定哪一列是它，或在表里补上后重新上传。"
        )
    for name, columns in doubles.items():
        used = next((choice.column for choice in choices if choice.field == name), None)
        named = "、".join(
            f"{table.heading(column).letter} 列“{table.heading(column).text}”"
            for column in ([used] if used is not None else []) + columns
        )
        kept = f"现在用的是 {table.heading(used).letter} 列" if used is not None else "一列也没有用"
        problems.append(
            f"有 {len(columns) + (used is not None)} 列都像“{catalogue.field(name).label}”：{named}。{kept}，其余不导入；如不对请改。"
        )
    for choice in choices:
        if choice.field and choice.why.startswith("!"):
            heading = table.heading(choice.column)
            label = catalogue.field(choice.field).label
            problems.append(f"{heading.letter} 列“{heading.text}”按列名是“{label}”，但里面的内容大多不像，请核对。")
    choices = tuple(Choice(one.column, one.field, one.confidence, one.why.lstrip("!")) for one in choices)
    return Mapping(choices, tuple(problems), tuple(field.name for field in missing))


def _contents(table: Table) -> list[list[Cell]]:
    contents: list[list[Cell]] = [[] for _ in table.columns]
    for row in table.sample(_SAMPLE):
        for column, cell in enumerate(row.cells[: len(contents)]):
            if cell is not None and column not in row.filled:
                contents[column].append(cell)
    return contents


@dataclass(frozen=True, slots=True)
class _Place:
    """The group a column belongs to, how that is known, and what is left of its heading."""

    group: str | None
    sure: bool
    rest: str | None  # None: the heading does not contain the group's word


def _groups(table: Table, catalogue: Catalogue) -> list[_Place]:
    places: list[_Place] = []
    for heading in table.columns:
        place = _own_group(heading, catalogue)
        if place.group is None and places and heading.path and len(heading.path) == 1:
            before = places[-1].group
            # 申请人 | 联系电话 | 被申请人 | 联系电话: the phone is that of the one to its left
            if before is not None and _grouped_leaf(heading, before, catalogue):
                place = _Place(before, False, None)
        places.append(place)
    return places


def _own_group(heading: Heading, catalogue: Catalogue) -> _Place:
    for part in heading.path[:-1]:
        if group := catalogue.group_named(part):
            return _Place(group, True, None)
    if not heading.path:
        return _Place(None, False, None)
    leaf = heading.leaf
    for variant in variants(leaf):
        at_start = catalogue.group_at_start(variant)
        if at_start:
            return _Place(at_start[0], True, _unglued(at_start[1]))
    for part in heading.path[:-1]:
        at_start = catalogue.group_at_start(fold_heading(part))
        if at_start and len(at_start[1]) <= 4:
            return _Place(at_start[0], True, None)
    return _Place(None, False, None)


def _unglued(rest: str) -> str:
    changed = True
    while changed:
        changed = False
        for glue in _GLUE:
            if rest.startswith(glue) and len(rest) > len(glue):
                rest, changed = rest[len(glue) :], True
            if rest in (glue, "情况"):
                return ""
    return rest.rstrip(")")


def _grouped_leaf(heading: Heading, group: str, catalogue: Catalogue) -> bool:
    words = variants(heading.leaf)
    for field in catalogue.fields:
        known = catalogue.words_of(field.name)
        if field.group is None and any(word in known for word in words):
            return False
    return any(
        field.group == group and any(word in catalogue.words_of(field.name) for word in words)
        for field in catalogue.fields
    )


def _score(heading: Heading, field: Field, place: _Place, catalogue: Catalogue) -> tuple[float, str]:
    if not heading.path:
        return 0.0, ""
    known = catalogue.words_of(field.name)
    exact, leaf = exact_variants(heading.leaf), variants(heading.leaf)
    whole = fold_heading("".join(heading.path))
    for word in (whole, *exact):
        if word in known and (field.group is None or field.group == place.group):
            return known[word] - (0.0 if field.group is None or place.sure else 0.12), "列名相同"
    if field.group is not None:
        return _score_in_group(heading, field, place, known)
    for word in leaf[len(exact) :]:
        if word in known:
            return known[word] - 0.1, "列名相近"
    if place.group is not None and place.rest != "":
        return 0.0, ""
    return _contained(exact[0], known)


def _score_in_group(heading: Heading, field: Field, place: _Place, known: dict[str, float]) -> tuple[float, str]:
    if field.group != place.group:
        return 0.0, ""
    if place.rest is not None:
        if place.rest == "":
            return (0.93, "列名相同") if field.main else (0.0, "")
        text = place.rest
    else:
        text = heading.leaf
    exact = (text, *exact_variants(text))
    sureness = 0.96 if place.sure else 0.85
    for word in (*exact, *variants(text)):
        if word in known:
            near = 0.0 if word in exact else 0.1
            why = "列名与上级表头相同" if len(heading.path) > 1 else "列名相同" if place.sure else "按左边一列判断"
            return (known[word] - near) * sureness, why
    words = exact[1:] or exact
    points, why = _contained(words[0], known)
    return points * sureness, why


def _contained(word: str, known: dict[str, float]) -> tuple[float, str]:
    """A known word inside a longer heading: the more of it, the surer."""
    best = 0.0
    for other in known:
        if len(other) >= 2 and other in word:
            best = max(best, 0.35 + 0.5 * len(other) / len(word))
        elif len(word) >= 2 and word in other and len(word) * 3 >= len(other) * 2:
            best = max(best, 0.25 + 0.45 * len(word) / len(other))
    return (best, "列名相近") if best else (0.0, "")


def _with_content(
    points: float, why: str, field: Field, heading: Heading, cells: list[Cell], table: Table
) -> tuple[float, str]:
    if not field.telling or not cells or (not points and not field.unmistakable):
        return points, why
    unit = heading.unit or table.unit
    fits = misfits = 0
    for cell in cells:
        outcome = field.parser(cell, unit)
        fits += outcome.__class__ is Parsed
        misfits += outcome.__class__ is Faulty
    if not fits + misfits:
        return points, why
    share = fits / (fits + misfits)
    if not points:
        return (0.5, "按内容判断") if field.unmistakable and share >= 0.9 and fits >= 3 else (0.0, "")
    if share < 0.3:
        return max(points * 0.65, points - 0.3) if points >= _SURE else points * 0.5, "!" + why
    return points * (0.88 + 0.12 * share) + (0.02 if share > 0.9 else 0), why


def sentences(mapping: Mapping, table: Table, catalogue: Catalogue) -> Iterator[str]:
    """The mapping column by column in words, for the command line and for logs: A 列“序号”：不导入."""
    for choice in mapping.choices:
        heading = table.heading(choice.column)
        meant = catalogue.field(choice.field).label if choice.field else NOT_IMPORTED
        yield f"{heading.letter} 列“{heading.text}”：{meant}"
