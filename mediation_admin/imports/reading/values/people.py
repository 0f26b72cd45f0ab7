"""Who stands in a cell: one or many people and companies, with the brackets, numbers and phones written after them."""

import re
from functools import lru_cache
from typing import NamedTuple

from mediation_admin.imports.reading.cells import Cell, shown
from mediation_admin.imports.reading.values.names import (
    BRANCH_ENDS,
    HANZI,
    LATIN,
    PERSON,
    kind_of,
    looks_natural,
    looks_organisation,
)
from mediation_admin.imports.reading.values.outcome import EMPTY, PLACEHOLDERS, Faulty, Outcome, Parsed, parser
from mediation_admin.imports.reading.values.texts import clean


class Named(NamedTuple):
    """One party as a cell names it. ``kind`` is a guess from the name: natural, legal or unincorporated."""

    name: str
    kind: str
    alias: str | None = None
    represented_by: str | None = None
    phone: str | None = None
    id_number: str | None = None
    remark: str | None = None


_STRONG = "、,;\n\t/|"
_ENUMERATION = re.compile(
    rf"\s*[①-⑳]\s*|(?:^|(?<=[\s、,;]))\s*(?:[(（]?\d{{1,2}}[)）.．、:：]|[(（][一二三四五六七八九十]{{1,2}}[)）])\s*(?=[{HANZI}A-Za-z])"
)
_SIDE = r"(?:第[一二三四五]?|反诉|一审|原审|上诉)?"
_LABEL = re.compile(
    rf"^{_SIDE}(?:被申请人|申请人|被申请方|申请方|原告|被告|当事人|甲方|乙方|丙方|第三人|权利人|义务人|上诉人|被上诉人|姓名|名称|单位名称)(?:[一二三四五六七八九十\d]{{1,2}})?(?:[(（][^()（）]*[)）])?\s*[:：]\s*"
)
_PHONE = re.compile(
    r"(?<!\d)(?:(?:联系)?(?:电话|手机|方式|号码)[:：]?)*\s*(1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}-\d{7,8})(?!\d)"
)
_ID = re.compile(
    r"(?:(?:公民)?(?:居民)?身份证?号?码?|证件号码?|统一社会信用代码|信用代码)?[:：]?\s*(?<![0-9A-Z])([1-9]\d{16}[\dXx]|9[0-9A-HJ-NP-RTUW-Y]{17})(?![0-9A-Z])"
)
_OTHERS = re.compile(
    r"等\s*(?:(\d{1,4}|[一二三四五六七八九十百]{1,4})\s*[人户名位家](?:[(（].*?[)）])?|(?:人|多人))?\s*$"
)
_ALIAS = re.compile(r"^(?:曾用名|别名|又名|化名|绰号|原名|曾用|乳名|现名|更名为)[:：为]?\s*(.+)$")
_HEAD = re.compile(
    r"^(?:法定代表人|法人代表|法人|负责人|经营者|业主|代表人|执行事务合伙人|投资人|主任|村主任|院长|校长)[:：为]?\s*(.+)$"
)
_PART_OF_NAME = re.compile(r"(合伙|独资|集团|股份|有限|连锁|控股|中国|上海|北京|深圳|香港|河南|国际|亚洲)")
_ROLE = re.compile(
    r"^(?:系|系列)?(?:反诉|一审|原审)?(?:原告|被告|第三人|申请人|被申请人|已故|死者|男|女|未成年|自然人|法人|个体|保证人|担保人|借款人|债务人|债权人|车主|司机|驾驶员|业主|租户|户主).*$"
)
_AND = "和及与暨"
_PLACE_END = tuple("省市县区镇乡村州旗")
_PLACED = re.compile(r"中国|.{2,8}?[省市县区州旗镇乡]")


def _cut(text: str) -> list[str]:
    """Cut at strong separators outside brackets."""
    pieces, piece, depth = [], [], 0
    for char in text:
        if char in "（(":
            depth += 1
        elif char in "）)" and depth:
            depth -= 1
        if char in _STRONG and not depth:
            pieces.append("".join(piece))
            piece = []
        else:
            piece.append(char)
    pieces.append("".join(piece))
    return pieces


def _at_spaces(text: str) -> list[str]:
    """Cut a piece at spaces where both sides are names by themselves; 「康 晓」 and split company names are joined again."""
    tokens = re.split(r" +(?![^（(]*[)）])", text.strip())
    if len(tokens) == 1:
        return tokens
    units: list[str] = []
    held = ""
    for token in tokens:
        if held:
            if LATIN.fullmatch(held.split(" ")[-1]) and LATIN.fullmatch(token):
                held = f"{held} {token}"
                continue
            held += token
        else:
            held = token
        if LATIN.fullmatch(token):
            continue
        if units and token == held and (token.endswith(BRANCH_ENDS) and looks_organisation(units[-1])):
            units[-1] += token
            held = ""
        elif (len(held) >= 2 and PERSON.fullmatch(held)) or looks_organisation(held) or held[-1] in "）)":
            if held[0] in "（(" and units:
                units[-1] += held
            else:
                units.append(held)
            held = ""
    if held:
        if len(held) == 1 and units:
            units[-1] += held
        else:
            units.append(held)
    return units


def _at_ands(text: str) -> list[str]:
    """Cut at 和, 及, 与 only where what stands on each side is surely a whole name.

    A company may hold these characters itself (南阳市和平商贸, 李明和兴商贸): a company on the right of a person must
    begin with a place.
    """
    for at in [at for at, char in enumerate(text) if char in _AND and 2 <= at < len(text) - 2]:
        left, rest = text[:at], _at_ands(text[at + 1 :].removeprefix("其"))
        if looks_organisation(left):
            if all(looks_natural(one) or looks_organisation(one) for one in rest):
                return [left, *rest]
        elif (
            looks_natural(left)
            and not left.endswith(_PLACE_END)
            and all(looks_natural(one) or (_PLACED.match(one) and looks_organisation(one)) for one in rest)
        ):
            return [left, *rest]
    return [text]


def _brackets(text: str) -> tuple[str, list[str]]:
    """The name without the notes in brackets behind it, and those notes. Brackets that belong to a company name stay."""
    notes: list[str] = []
    while (match := re.search(r"\s*（([^（）]*)）$", text)) and match.start() > 0:
        inside = match[1].strip()
        stem = text[: match.start()]
        if (
            _PART_OF_NAME.search(inside)
            and not _HEAD.match(inside)
            and not _ALIAS.match(inside)
            and not looks_natural(stem)
        ):
            break
        notes.insert(0, inside)
        text = stem.strip()
    return text, notes


def _named(piece: str, warnings: list[str]) -> Named | None:
    phone = id_number = alias = represented_by = None
    if any(char.isdigit() for char in piece):
        if match := _ID.search(piece):
            id_number = match[1].upper()
            piece = piece[: match.start()] + piece[match.end() :]
        if match := _PHONE.search(piece):
            phone = re.sub(r"(?<=\d)[- ](?=\d)", "", match[1]) if match[1].startswith("1") else match[1]
            piece = piece[: match.start()] + piece[match.end() :]
    name, notes = _brackets(re.sub(r"（\s*[，,、;；:：]*\s*）", "", piece).strip(" :：,，。.;；-—"))
    remarks: list[str] = []
    for note in notes:
        for part in re.split(r"[,，;；、]", note):
            part = part.strip()
            if match := _ALIAS.match(part):
                alias = match[1].strip()
            elif match := _HEAD.match(part):
                represented_by = match[1].strip()
            elif part and part not in PLACEHOLDERS:
                remarks.append(part)
    name = re.sub(rf"(?<=[{HANZI}])\s+(?=[{HANZI}])", "", " ".join(name.split())).strip("*＊“”\"' ")
    if not name or name in PLACEHOLDERS:
        return None
    if any(not _ROLE.match(remark) for remark in remarks):
        warnings.append(f"“{shown(piece)}”括号里的说明记在备注里")
    return Named(name, kind_of(name), alias, represented_by, phone, id_number, "；".join(remarks) or None)


_ONE_PERSON = re.compile(rf"[{HANZI}]{{2,3}}")
_ONE_COMPANY = re.compile(rf"[{HANZI}]{{4,40}}有限(?:责任)?公司")


@lru_cache(maxsize=16_384)
def _everyone(original: str) -> Outcome:
    text = (
        clean(original)
        .replace("，", ",")
        .replace("；", ";")
        .replace("(", "（")
        .replace(")", "）")
        .replace("\\", "/")
        .replace("|", "/")
    )
    warnings: list[str] = []
    if (match := _OTHERS.search(text)) and (match[1] or len(text) > 4 or looks_natural(text[: match.start()])):
        count = f"（共 {match[1]} 人）" if match[1] else ""
        warnings.append(f"“{shown(original)}”没有写全所有人{count}，只导入写明姓名的")
        text = text[: match.start()]
    people: list[Named] = []
    for line in _ENUMERATION.sub("\n", text).split("\n"):
        for piece in _cut(line):
            piece = _LABEL.sub("", piece.strip())
            if not piece or piece in PLACEHOLDERS:
                continue
            for unit in _at_spaces(piece):
                for one in _at_ands(unit):
                    named = _named(one, warnings)
                    if named is None:
                        # a piece that holds only numbers belongs to the name before it
                        people = _numbers_after(people, one)
                    elif re.fullmatch(r"[\d\s+-]+", named.name) or len(named.name) > 100:
                        return Faulty(f"“{shown(original)}”里的“{shown(named.name)}”不像姓名或名称，请核对")
                    elif all(named.name != other.name for other in people):
                        people.append(named)
                    else:
                        warnings.append(f"“{named.name}”写了两遍，只导入一次")
    if not people:
        return EMPTY
    for one in people:
        if len(one.name) == 1:
            return Faulty(f"“{shown(original)}”里的“{one.name}”只有一个字，请写全姓名")
    return Parsed(tuple(people), "；".join(dict.fromkeys(warnings)) or None)


def _numbers_after(people: list[Named], piece: str) -> list[Named]:
    if not people:
        return people
    last = people[-1]
    phone, number = _PHONE.search(piece), _ID.search(piece)
    return [
        *people[:-1],
        last._replace(
            phone=last.phone or (re.sub(r"[- ]", "", phone[1]) if phone else None),
            id_number=last.id_number or (number[1].upper() if number else None),
        ),
    ]


@parser
def people(cell: Cell, unit: str | None) -> Outcome:
    """Everyone the cell names, as a list of ``Named``. Company names are never cut; 「等3人」 is a warning."""
    if cell.__class__ is not str:
        return Faulty(f"“{shown(cell)}”不像姓名或名称，请核对")
    if _ONE_PERSON.fullmatch(cell) and cell[-1] != "等" and cell not in PLACEHOLDERS:
        return Parsed([Named(cell, "natural")])
    if _ONE_COMPANY.fullmatch(cell) and "公司" not in cell[:-2] and not any(char in cell for char in "和及与暨"):
        return Parsed([Named(cell, "legal")])
    outcome = _everyone(cell)
    return Parsed(list(outcome.value), outcome.warning) if outcome.__class__ is Parsed else outcome
