"""Judging the rows of an administrator's court list before anything is written."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from mediation_admin.core.errors import RuleBroken
from mediation_admin.courts.enums import CourtKind, CourtLevel
from mediation_admin.reference.case_numbers import COURT_CODE

MOST_ROWS = 10_000
# Chinese heading → field; the English ones are those of the shipped file, so that it can be sent back corrected.
HEADINGS = {
    "代字": "code", "法院代字": "code", "全称": "name", "法院名称": "name", "简称": "short_name", "级别": "level",
    "审级": "level", "类别": "kind", "上级法院代字": "parent_code", "上级代字": "parent_code",
    "区划代码": "division_code", "省份": "province", "生效日期": "valid_from", "失效日期": "valid_to",
}  # fmt: skip
FIELDS = (
    "code",
    "name",
    "short_name",
    "level",
    "kind",
    "parent_code",
    "division_code",
    "province",
    "valid_from",
    "valid_to",
)
_REQUIRED = {"code": "代字", "name": "全称"}
_CODE = re.compile(COURT_CODE)
_LEVEL_BY_LENGTH = {1: CourtLevel.HIGH, 3: CourtLevel.INTERMEDIATE, 5: CourtLevel.BASIC}


@dataclass(frozen=True, slots=True)
class CourtRow:
    """A row that may be written."""

    number: int
    code: str
    name: str
    short_name: str
    level: CourtLevel
    kind: CourtKind
    parent_code: str | None
    division_code: str | None
    province: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, in words that say what to do. ``number`` counts as a spreadsheet does, heading = 1."""

    number: int
    field: str
    message: str


@dataclass(slots=True)
class CourtList:
    """A list read: what may be written, and what may not with its reasons."""

    rows: list[CourtRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_csv(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file in UTF-8 or GB18030, by field name. RuleBroken when it has no usable heading."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise RuleBroken("文件不是文本文件，请另存为 CSV（UTF-8 或 GBK）后再上传。", field="file") from None
    if "\0" in text:
        raise RuleBroken("文件不是文本文件，请另存为 CSV（UTF-8 或 GBK）后再上传。", field="file")
    try:
        lines = list(csv.reader(io.StringIO(text)))
    except csv.Error:
        raise RuleBroken("文件格式不完整，请用表格软件重新另存为 CSV 后再上传。", field="file") from None
    if not lines:
        raise RuleBroken("文件是空的，请上传带表头的法院清单。", field="file")
    fields = [HEADINGS.get(heading.strip().strip("*＊"), heading.strip()) for heading in lines[0]]
    missing = [label for name, label in _REQUIRED.items() if name not in fields]
    if missing:
        raise RuleBroken(f"表头里没有“{'”“'.join(missing)}”，请补上这几列后再上传。", field="file")
    if len(lines) - 1 > MOST_ROWS:
        raise RuleBroken(f"一次最多导入 {MOST_ROWS} 行，请分成几个文件。", field="file")
    return [dict(zip(fields, line, strict=False)) for line in lines[1:]]


def judge_courts(rows: Sequence[Mapping[str, str]], known_codes: Mapping[str, str]) -> CourtList:
    """Sort rows into good and faulty. ``known_codes``: the courts there already, code → name; parents may be in either."""
    found = CourtList()
    mentioned = {(row.get("code") or "").strip() for row in rows} | known_codes.keys()
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        values = {name: (row.get(name) or "").strip() for name in FIELDS}
        if not any(values.values()):
            continue
        faults = list(_faults(number, values, mentioned, seen))
        seen.setdefault(values["code"], number)
        if faults:
            found.faults.extend(faults)
        else:
            found.rows.append(_row(number, values, mentioned))
    return found


def _faults(number: int, values: Mapping[str, str], mentioned: set[str], seen: Mapping[str, int]) -> list[Fault]:
    faults = [Fault(number, name, f"{label}为空，请填写。") for name, label in _REQUIRED.items() if not values[name]]
    code, parent = values["code"], values["parent_code"]
    if code and not _CODE.fullmatch(code):
        faults.append(Fault(number, "code", f"代字“{code}”不对，应为省份简称加两位或四位数字，例如 豫1302。"))
    elif code in seen:
        faults.append(Fault(number, "code", f"代字 {code} 与第 {seen[code]} 行重复，请只保留一行。"))
    if values["name"] and not values["name"].endswith(("法院", "分院")):
        faults.append(Fault(number, "name", f"“{values['name']}”不像法院全称，应以“法院”结尾。"))
    for name, label, words in (("level", "级别", CourtLevel), ("kind", "类别", CourtKind)):
        if values[name] and words.from_label(values[name]) is None:
            choices = "、".join(member.label for member in words)
            faults.append(Fault(number, name, f"{label}“{values[name]}”不认识，请填：{choices}。"))
    if parent and parent == code:
        faults.append(Fault(number, "parent_code", "上级法院不能是本院，请改为上级法院的代字。"))
    elif parent and parent not in mentioned:
        faults.append(Fault(number, "parent_code", f"没有代字为 {parent} 的上级法院，请先导入它或改正代字。"))
    if values["division_code"] and not re.fullmatch(r"[0-9]{6}", values["division_code"]):
        faults.append(Fault(number, "division_code", f"区划代码“{values['division_code']}”应为六位数字。"))
    faults.extend(_date_faults(number, values))
    return faults


def _date_faults(number: int, values: Mapping[str, str]) -> list[Fault]:
    faults = [
        Fault(number, name, f"日期“{values[name]}”看不懂，请写成 2025-01-01 的样子。")
        for name in ("valid_from", "valid_to")
        if values[name] and _date(values[name]) is None
    ]
    since, until = _date(values["valid_from"]), _date(values["valid_to"])
    if since and until and until < since:
        faults.append(Fault(number, "valid_to", "失效日期早于生效日期，请核对。"))
    return faults


def _date(text: str) -> date | None:
    found = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _row(number: int, values: Mapping[str, str], mentioned: set[str]) -> CourtRow:
    code = values["code"]
    return CourtRow(
        number=number,
        code=code,
        name=values["name"],
        short_name=values["short_name"] or values["name"].replace("人民法院", "法院"),
        level=CourtLevel.from_label(values["level"]) or level_of(code),
        kind=CourtKind.from_label(values["kind"]) or CourtKind.ORDINARY,
        parent_code=values["parent_code"] or next((above for above in _above(code) if above in mentioned), None),
        division_code=values["division_code"] or None,
        province=values["province"],
        valid_from=_date(values["valid_from"]),
        valid_to=_date(values["valid_to"]),
    )


def level_of(code: str) -> CourtLevel:
    """The level that the length of a code stands for."""
    return CourtLevel.SUPREME if code == "最高法" else _LEVEL_BY_LENGTH[len(code)]


def _above(code: str) -> Iterator[str]:
    """The codes above, nearest first: a court without an intermediate court stands under its high court."""
    while parent := parent_of(code):
        yield parent
        code = parent


def parent_of(code: str) -> str | None:
    """The code of the court above, as the rule has it; None above everything."""
    if code == "最高法":
        return None
    return {1: "最高法", 3: code[:1], 5: code[:3]}[len(code)]
