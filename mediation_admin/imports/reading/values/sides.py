"""Both sides of a dispute in one cell: 「张三诉李四」, 「申请人：张三；被申请人：李四」."""

import re
from collections.abc import Iterable
from itertools import zip_longest

from mediation_admin.imports.reading.cells import Cell, shown
from mediation_admin.imports.reading.values.names import looks_natural, looks_organisation
from mediation_admin.imports.reading.values.outcome import Empty, Faulty, Outcome, Parsed, Parser, parser
from mediation_admin.imports.reading.values.people import people
from mediation_admin.imports.reading.values.texts import clean

SIDES = ("applicant", "respondent", "third")
_ORDINAL = r"(?:[一二三四五六七八九十\d]{1,2})?(?:[(（][^()（）]{1,8}[)）])?"
_LABELS = {
    "applicant": r"(?<!被)(?:申请人|申请方|原告|甲方|上诉人)",
    "respondent": r"(?:被申请人|被申请方|被告人?|乙方|被上诉人)",
    "third": r"第三人",
}
_ANY_LABEL = re.compile("|".join(f"(?P<{side}>{words}){_ORDINAL}\\s*[:：]" for side, words in _LABELS.items()))
_AGAINST = re.compile(r"\s*(?:与被(?:告|申请人)|诉被(?:告|申请人)|诉|(?<![原被])告|VS\.?|vs\.?|V\.S\.|→|——|--|—)\s*")
_WITH = re.compile(r"\s*(?:与|和|跟|同|-|/|／)\s*")
_HOW = "请写成“张三诉李四”，或分成申请人、被申请人两列"


def _people(text: str) -> Outcome:
    return people(text.strip(" ;；,，。\n"))


def _without_cause(text: str, causes: tuple[str, ...]) -> tuple[str, str]:
    """(what stands before the cause of action at the end, the cause); no cause if none of the known ones is there."""
    text = re.sub(r"(?:一案|案件|案)$", "", text.strip(" 。"))
    last = re.split("[、，,；;和]", text)[-1]
    for cause in causes:
        for ending in (cause, cause.removesuffix("纠纷")):
            if len(ending) < 2 or not text.endswith(ending) or len(text) - len(ending) < 2:
                continue
            if ending != cause and len(last) <= 3 and looks_natural(last):
                continue  # 王继承 is a person
            return re.sub(r"(?:关于|之间的?|因|的|[,，]|\s)+$", "", text[: -len(ending)]), cause
    return text, ""


def _labelled(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    matches = list(_ANY_LABEL.finditer(text))
    for match, following in zip_longest(matches, matches[1:]):
        side = match.lastgroup or ""
        body = text[match.end() : following.start() if following else len(text)].strip(" ;；,，、。\n")
        found[side] = f"{found[side]}；{body}" if side in found else body
    return found


def both_sides(causes: Iterable[str] = (), names: tuple[str, str, str, str] = (*SIDES, "cause")) -> Parser:
    """A parser that answers ``{"applicant": […], "respondent": […], "third": […], "cause": "…"}``; the sides of ``Named``.

    ``names`` are other keys for the four (the fields they are spread to). ``causes`` are the causes of action that may
    stand at the end (张三诉李四民间借贷纠纷一案).
    """
    endings = tuple(sorted(set(causes), key=len, reverse=True))

    @parser
    def sides(cell: Cell, unit: str | None) -> Outcome:
        text = clean(shown(cell) if cell.__class__ is not str else cell)
        quoted = shown(text)
        warnings: list[str] = []
        parts = _labelled(text)
        if not parts:
            parts = _split(text, endings, warnings)
        value = {}
        for side in SIDES:
            outcome = _people(parts.get(side, ""))
            if outcome.__class__ is Faulty:
                return outcome
            value[side] = outcome.value if outcome.__class__ is Parsed else []
            if outcome.__class__ is Parsed and outcome.warning:
                warnings.append(outcome.warning)
        if not any(value.values()):
            return Empty() if len(text) < 2 else Faulty(f"“{quoted}”里分不出申请人和被申请人。{_HOW}")
        if not value["applicant"] or not value["respondent"]:
            return Faulty(f"“{quoted}”里只看到一方。{_HOW}")
        spread = dict(zip(names, (*(value[side] for side in SIDES), parts.get("cause", "")), strict=True))
        return Parsed(spread, "；".join(warnings) or None)

    return sides


def _split(text: str, causes: tuple[str, ...], warnings: list[str]) -> dict[str, str]:
    pieces = _AGAINST.split(text, maxsplit=1)
    if len(pieces) == 1:
        for match in _WITH.finditer(text):
            left, right = text[: match.start()], _without_cause(text[match.end() :], causes)[0]
            if all(
                looks_natural(one) or looks_organisation(one)
                for one in (re.split("[、，,]", left)[0], re.split("[、，,]", right)[-1])
            ):
                pieces = [left, text[match.end() :]]
                break
    if len(pieces) == 1:
        return {}
    left, right = pieces
    right, cause = _without_cause(right, causes)
    if right.endswith("纠纷"):
        warnings.append(f"“{shown(text)}”末尾的案由没有分出来，请核对被申请人的姓名")
    third = ""
    if match := re.search(r"[,，、;；\s]*(?:及|以及)?第三人\s*[:：]?", right):
        right, third = right[: match.start()], right[match.end() :]
    return {
        "applicant": re.sub(r"^(原告|申请人)", "", left.strip()),
        "respondent": re.sub(r"^(被告|被申请人)", "", right.strip()),
        "third": third,
        "cause": cause,
    }
