"""The committed data files: what the law and the sources say must be in them, and they can be rebuilt."""

import re
import runpy
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mediation_admin.reference import files
from mediation_admin.reference.case_numbers import COURT_CODE

BUILDER = Path(__file__).parents[3] / "scripts" / "build_reference"
COURTS = {row["code"]: row for row in files.rows("courts.csv")}
DIVISIONS = files.rows("divisions.csv")


@pytest.fixture(scope="module")
def builder() -> dict[str, Any]:
    """What scripts/build_reference defines."""
    sys.path.insert(0, str(BUILDER))
    try:
        return runpy.run_path(str(BUILDER / "__main__.py"), run_name="build_reference")
    finally:
        sys.path.remove(str(BUILDER))


@pytest.mark.parametrize("name", ["courts.csv", "causes.csv", "calendar.csv"])
def test_a_rebuild_gives_the_committed_file(builder: dict[str, Any], name: str) -> None:
    assert name in builder["OFFLINE"]
    assert builder["OFFLINE"][name](files.FOLDER) == (files.FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "name", "parent"),
    [
        ("豫1302", "南阳市宛城区人民法院", "豫13"),
        ("闽0213", "厦门市翔安区人民法院", "闽02"),
        ("浙0106", "杭州市西湖区人民法院", "浙01"),
        ("川0104", "成都市锦江区人民法院", "川01"),
        ("京0101", "北京市东城区人民法院", "京02"),
        ("粤0604", "佛山市禅城区人民法院", "粤06"),
        ("粤07", "广东省江门市中级人民法院", "粤"),
        ("粤0703", "江门市蓬江区人民法院", "粤07"),
        ("粤0704", "江门市江海区人民法院", "粤07"),
        ("粤0705", "江门市新会区人民法院", "粤07"),
        ("粤0781", "台山市人民法院", "粤07"),
        ("粤0783", "开平市人民法院", "粤07"),
        ("粤0784", "鹤山市人民法院", "粤07"),
        ("粤0785", "恩平市人民法院", "粤07"),
        ("豫", "河南省高级人民法院", "最高法"),
        ("最高法", "最高人民法院", ""),
    ],
)
def test_published_courts_come_out_exactly_and_are_verified(code: str, name: str, parent: str) -> None:
    court = COURTS[code]
    assert (court["name"], court["parent_code"], court["verified"]) == (name, parent, "true")


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("甘0102", "兰州市城关区人民法院", "ordinary"),
        ("新01", "新疆维吾尔自治区乌鲁木齐市中级人民法院", "ordinary"),
        ("吉24", "吉林省延边朝鲜族自治州中级人民法院", "ordinary"),
        ("浙0122", "桐庐县人民法院", "ordinary"),
        ("内2224", "突泉县人民法院", "ordinary"),
        ("黔0203", "六枝特区人民法院", "ordinary"),
        ("黑0751", "伊春市金林区人民法院", "ordinary"),
        ("渝0229", "城口县人民法院", "ordinary"),
        ("豫9001", "济源市人民法院", "ordinary"),
        ("鄂9004", "仙桃市人民法院", "ordinary"),
        ("粤1971", "东莞市第一人民法院", "ordinary"),
        ("京0491", "北京互联网法院", "internet"),
        ("浙0192", "杭州互联网法院", "internet"),
        ("粤0192", "广州互联网法院", "internet"),
        ("粤0391", "深圳前海合作区人民法院", "development_zone"),
        ("粤71", "广州铁路运输中级法院", "railway"),
        ("闽72", "厦门海事法院", "maritime"),
        ("沪73", "上海知识产权法院", "ip"),
        ("沪74", "上海金融法院", "finance"),
        ("京04", "北京市第四中级人民法院", "ordinary"),
        ("渝05", "重庆市第五中级人民法院", "ordinary"),
        ("兵", "新疆维吾尔自治区高级人民法院生产建设兵团分院", "corps"),
        ("军", "中国人民解放军军事法院", "military"),
    ],
)
def test_derived_and_special_courts_are_there_but_unverified(code: str, name: str, kind: str) -> None:
    court = COURTS[code]
    assert (court["name"], court["kind"], court["verified"]) == (name, kind, "false")


@pytest.mark.parametrize("code", ["渝0105", "渝0112"])
def test_the_court_of_a_merged_district_keeps_its_code_and_waits_for_a_check(code: str) -> None:
    court = COURTS[code]
    assert court["valid_to"] == ""
    assert court["verified"] == "false"
    assert "待核实" in court["source"]


def test_a_renumbered_courts_old_code_is_still_known_with_its_end() -> None:
    assert (COURTS["川0132"]["name"], COURTS["川0132"]["valid_to"]) == ("新津县人民法院", "2020-12-31")
    assert (COURTS["川0118"]["name"], COURTS["川0118"]["valid_to"]) == ("成都市新津区人民法院", "")


def test_there_are_enough_courts_every_code_is_well_formed_and_every_parent_exists() -> None:
    rows = files.rows("courts.csv")
    assert len(rows) == len(COURTS) >= 3200
    assert Counter(row["level"] for row in rows)["high"] == 33
    assert all(re.fullmatch(COURT_CODE, code) for code in COURTS)
    assert [row["code"] for row in rows if not row["parent_code"]] == ["最高法"]
    assert all(row["parent_code"] in COURTS for row in rows if row["parent_code"])


def test_no_two_courts_in_force_share_a_name() -> None:
    names = Counter(row["name"] for row in COURTS.values() if not row["valid_to"])
    assert [name for name, count in names.items() if count > 1] == []


def test_a_code_names_one_present_division_and_old_codes_are_kept() -> None:
    present = Counter(row["code"] for row in DIVISIONS if not row["valid_to"])
    assert set(present.values()) == {1}
    assert len(present) == 3214
    spans = {(row["code"], row["name"]): row for row in DIVISIONS}
    assert spans["110103", "崇文区"]["valid_to"] == "2010-12-31"
    assert spans["500105", "江北区"]["successor_code"] == "500157"
    assert spans["330103", "下城区"]["verified"] == "false"
    assert {"500157", "653132", "659013", "540481", "659012", "653228", "653229", "330113"} <= present.keys()


def test_every_division_has_a_parent_and_no_life_ends_before_it_begins() -> None:
    codes = {row["code"] for row in DIVISIONS}
    assert all(row["parent_code"] in codes for row in DIVISIONS if row["level"] != "province")
    assert all(row["valid_to"] == "" or row["valid_from"] <= row["valid_to"] for row in DIVISIONS)


def test_towns_lie_in_present_counties() -> None:
    present = {row["code"] for row in DIVISIONS if not row["valid_to"]}
    towns = files.rows("towns.csv")
    assert len(towns) == 38_749
    assert {row["code"][:6] for row in towns} <= present
    assert all(re.fullmatch(r"[0-9]{9}", row["code"]) for row in towns)


def test_every_cause_has_a_dispute_type_of_the_list() -> None:
    types = {row["code"] for row in files.rows("dispute_types.csv")}
    causes = files.rows("causes.csv")
    assert len(causes) == 1055
    assert len(types) == 29
    assert {row["dispute_type_code"] for row in causes} <= types


def test_aliases_lead_to_causes_and_never_shadow_a_cause_of_the_edition() -> None:
    causes = {row["code"]: row["name"] for row in files.rows("causes.csv")}
    aliases = files.rows("cause_aliases.csv")
    assert len({row["alias"] for row in aliases}) == len(aliases)
    assert {row["cause_code"] for row in aliases} <= causes.keys()
    assert not {row["alias"] for row in aliases} & set(causes.values())


def test_the_twenty_signatories_and_the_seeds_bodies_are_there() -> None:
    bodies = {row["code"]: row for row in files.rows("ministries.csv")}
    assert len(bodies) == 21
    assert bodies["cbirc"]["successor_code"] == "nfra"
    assert bodies["cbirc"]["valid_to"] < bodies["nfra"]["valid_from"] == "2023-05-18"


def test_pre_filing_numbers_end_with_2024() -> None:
    types = {row["code"]: row for row in files.rows("case_number_types.csv")}
    assert types["诉前调"]["valid_to"] == "2024-12-31"
    assert types["诉前调确"]["valid_from"] == "2022-01-01"
    assert {"民初", "民特", "诉前特", "诉前调书", "调确", "财保", "执"} <= types.keys()
