"""Courts with their codes, derived from the divisions by the rule of the 2016 case-number regulation.

The code is the province's character plus digits 3–4 (intermediate) or 3–6 (basic) of the division code. What the rule
does not yield stands in ``sources/special-courts.csv``; what was compared with a publication in ``court-checks.csv``.
A division that was renumbered since 2016 leaves its court's old code with an end date; one that was merged away leaves
it open, because such a court often keeps working under the old code: a person has to check.
"""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from divisions import Division

CODES_SINCE = "2016-01-01"
PROVINCE_CHARACTER = {
    "11": "京", "12": "津", "13": "冀", "14": "晋", "15": "内", "21": "辽", "22": "吉", "23": "黑",
    "31": "沪", "32": "苏", "33": "浙", "34": "皖", "35": "闽", "36": "赣", "37": "鲁", "41": "豫",
    "42": "鄂", "43": "湘", "44": "粤", "45": "桂", "46": "琼", "50": "渝", "51": "川", "52": "黔",
    "53": "云", "54": "藏", "61": "陕", "62": "甘", "63": "青", "64": "宁", "65": "新",
}  # fmt: skip
MUNICIPALITIES = {"11", "12", "31", "50"}
# 三亚 and 三沙 districts have no court each; 儋州 is a basic court under 海南二中院; 兵团 cities have corps courts.
WITHOUT_COURT = re.compile(r"4602\d[1-9]|4603\d[1-9]|460400|659\d{3}")
NOT_DISTRICTS = {"神农架林区", "六枝特区"}  # of county rank, named alone
_PEOPLES = "朝鲜|土家|苗|侗|布依|彝|藏|羌|白|傣|景颇|傈僳|哈尼|壮|回|蒙古|哈萨克|柯尔克孜"


class Court(NamedTuple):
    """One line of courts.csv."""

    code: str
    name: str
    short_name: str
    level: str
    kind: str
    parent_code: str
    division_code: str
    province: str
    valid_from: str
    valid_to: str
    source: str
    verified: str


def derive(divisions: list[Division], sources: Path) -> list[Court]:
    """Every court: the rule's, the special ones, and those whose division is gone but whose code is still met."""
    names = {d.code: d.name for d in sorted(divisions, key=lambda d: d.valid_to or "9999")}
    areas = {row["division_code"]: row["court_code"] for row in _rows(sources / "court-areas.csv")}
    found: dict[str, Court] = {}
    for row in _rows(sources / "special-courts.csv"):
        # The corps stands under 新疆's division code and in no other province.
        found[row["code"]] = Court(
            **row, province=names.get(row["division_code"][:2] + "0000", ""), source="手工整理", verified="false"
        )
    present = [d for d in divisions if not d.valid_to]
    for division in present:
        court = _court_of(division, names, areas)
        if court and court.code not in found:
            found[court.code] = court
    for division in _gone_since(divisions, {d.code for d in present}):
        court = _court_of(division, names, areas)
        if court and court.code not in found:
            found[court.code] = _left_behind(court, division, divisions)
    return _checked(_with_parents(found), sources / "court-checks.csv")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _court_of(division: Division, names: dict[str, str], areas: dict[str, str]) -> Court | None:
    code = division.code
    character = PROVINCE_CHARACTER.get(code[:2])
    if character is None or WITHOUT_COURT.fullmatch(code):
        return None
    province = names[code[:2] + "0000"]
    if division.level == "province":
        court, name, short, level = character, f"{province}高级人民法院", f"{_plain(province)}高院", "high"
        parent = "最高法"
    elif division.level == "prefecture":
        court, name, short = (
            character + code[2:4],
            f"{province}{division.name}中级人民法院",
            f"{_plain(division.name)}中院",
        )
        level, parent = "intermediate", areas.get(code, character)
        if code == "654000":  # the branch of the high court, above the courts of 塔城 and 阿勒泰
            name, short = f"{province}高级人民法院{division.name}分院", "伊犁州分院"
    else:
        court, level = character + code[2:6], "basic"
        name, short = f"{_with_city(division, names)}人民法院", f"{division.name}法院"
        parent = areas.get(code, character + code[2:4])
    since = max(CODES_SINCE, division.valid_from)
    return Court(court, name, short, level, "ordinary", parent, code, province, since, "", "按区划代码推定", "false")


def _with_city(division: Division, names: dict[str, str]) -> str:
    """Districts are named with their city, counties and county-level cities alone."""
    if not division.name.endswith("区") or division.name in NOT_DISTRICTS:
        return division.name
    if division.code[:2] in MUNICIPALITIES:
        return names[division.code[:2] + "0000"] + division.name
    city = names.get(division.parent_code, "")
    return city + division.name if city.endswith("市") else division.name


def _plain(area: str) -> str:
    """A short form people say: 南阳, 河南, 内蒙古, 延边州, 兴安盟."""
    area = re.sub(rf"(?<=..)((?:{_PEOPLES})族?)+自治州$", "州", area)
    return re.sub(r"(壮族|回族|维吾尔)?自治区$|省$|市$", "", area)


def _gone_since(divisions: list[Division], present: set[str]) -> list[Division]:
    """The last life of every code that went out of use since court codes exist, newest name first."""
    gone = [d for d in divisions if d.valid_to >= CODES_SINCE and d.code not in present]
    return sorted(gone, key=lambda d: d.valid_to, reverse=True)


def _left_behind(court: Court, division: Division, divisions: list[Division]) -> Court:
    successors = [
        d for d in divisions if d.code == division.successor_code and d.valid_from[:4] <= division.valid_to[:4]
    ]
    name = successors[-1].name if successors else ""
    taken_over = Counter(d.successor_code for d in divisions if d.valid_to >= CODES_SINCE)
    alone = taken_over[division.successor_code] == 1 and bool(successors)
    is_new = bool(successors) and successors[-1].valid_from[:4] == division.valid_to[:4]
    if name.startswith(_stem(division.name)) or (alone and is_new):
        return court._replace(
            valid_to=division.valid_to, source=f"按原区划代码推定，区划已改为{name}{division.successor_code}"
        )
    into = f"并入{name}" if name else "撤销"
    return court._replace(source=f"按原区划代码推定，区划已{into}，法院是否保留待核实")


def _stem(name: str) -> str:
    """The name without the word for its rank: 哈密地区 → 哈密. Names of two characters stay whole."""
    return re.sub(r"(?<=..)(自治县|自治州|地区|盟|县|市|区|旗)$", "", name)


def _with_parents(found: dict[str, Court]) -> list[Court]:
    """Courts whose parent is not in the list stand under their high court."""
    return [
        court if not court.parent_code or court.parent_code in found else court._replace(parent_code=court.code[0])
        for court in (found[code] for code in sorted(found, key=_order))
    ]


def _order(code: str) -> tuple[int, str]:
    characters = ["最", *PROVINCE_CHARACTER.values(), "兵", "军"]
    return characters.index(code[0]), code


def _checked(courts: list[Court], checks: Path) -> list[Court]:
    published = {row["code"]: row["name"] for row in _rows(checks)}
    by_code = {court.code: court for court in courts}
    for code, name in published.items():
        if by_code[code].name != name:
            raise ValueError(f"{code} came out as {by_code[code].name}, published is {name}")
    return [
        court._replace(verified="true", source="与公开文书核对")
        if court.code in published or (court.level == "high" and court.kind == "ordinary")
        else court
        for court in courts
    ]
