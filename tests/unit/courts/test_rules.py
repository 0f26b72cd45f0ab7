"""An administrator's list of courts: good rows are read, faulty ones answered in words."""

from datetime import date

import pytest

from mediation_admin.core.errors import RuleBroken
from mediation_admin.courts.enums import CourtKind, CourtLevel
from mediation_admin.courts.names import court_pinyin
from mediation_admin.courts.rules import judge_courts, level_of, parent_of, read_csv

KNOWN = {"豫": "河南省高级人民法院", "豫13": "河南省南阳市中级人民法院"}
LIST = "代字,全称,类别,上级法院代字,生效日期\n豫1391,南阳高新技术产业开发区人民法院,开发区法院,豫13,2020年1月1日\n"


@pytest.mark.parametrize("content", [LIST.encode(), LIST.encode("utf-8-sig"), LIST.encode("gb18030")])
def test_a_list_is_read_whatever_program_saved_it(content: bytes) -> None:
    found = judge_courts(read_csv(content), KNOWN)
    assert found.faults == []
    (row,) = found.rows
    assert (row.number, row.code, row.parent_code) == (2, "豫1391", "豫13")
    assert (row.level, row.kind) == (CourtLevel.BASIC, CourtKind.DEVELOPMENT_ZONE)
    assert row.short_name == "南阳高新技术产业开发区法院"
    assert row.valid_from == date(2020, 1, 1)


def test_level_and_parent_follow_from_the_code_where_the_list_is_silent() -> None:
    found = judge_courts([{"code": "豫1399", "name": "某某人民法院"}], KNOWN)
    assert (found.rows[0].level, found.rows[0].parent_code) == (CourtLevel.BASIC, "豫13")
    assert judge_courts([{"code": "豫8801", "name": "某某人民法院"}], KNOWN).rows[0].parent_code == "豫"
    assert (level_of("豫13"), parent_of("豫13")) == (CourtLevel.INTERMEDIATE, "豫")
    assert (level_of("豫"), parent_of("豫")) == (CourtLevel.HIGH, "最高法")
    assert (level_of("最高法"), parent_of("最高法")) == (CourtLevel.SUPREME, None)


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"code": "", "name": "某某人民法院"}, "code", "代字为空，请填写。"),
        ({"code": "豫1391", "name": ""}, "name", "全称为空，请填写。"),
        ({"code": "河南1391", "name": "某某人民法院"}, "code", "应为省份简称加两位或四位数字"),
        ({"code": "豫1391", "name": "某某检察院"}, "name", "应以“法院”结尾"),
        ({"code": "豫1391", "name": "某某人民法院", "level": "区级"}, "level", "请填：最高人民法院、高级人民法院"),
        ({"code": "豫1391", "name": "某某人民法院", "kind": "特别"}, "kind", "类别“特别”不认识"),
        ({"code": "豫1391", "name": "某某人民法院", "parent_code": "豫1391"}, "parent_code", "上级法院不能是本院"),
        (
            {"code": "豫1391", "name": "某某人民法院", "parent_code": "豫99"},
            "parent_code",
            "没有代字为 豫99 的上级法院",
        ),
        ({"code": "豫1391", "name": "某某人民法院", "division_code": "4113"}, "division_code", "应为六位数字"),
        (
            {"code": "豫1391", "name": "某某人民法院", "valid_from": "2020-13-01"},
            "valid_from",
            "请写成 2025-01-01 的样子",
        ),
        (
            {"code": "豫1391", "name": "某某人民法院", "valid_from": "2020-01-01", "valid_to": "2019-01-01"},
            "valid_to",
            "失效日期早于生效日期",
        ),
    ],
)
def test_a_faulty_row_is_not_read_and_says_what_to_do(values: dict[str, str], field: str, message: str) -> None:
    found = judge_courts([values], KNOWN)
    assert found.rows == []
    assert [fault.field for fault in found.faults] == [field]
    assert message in found.faults[0].message
    assert found.faults[0].number == 2


def test_a_code_given_twice_is_told_with_the_row_of_the_first() -> None:
    row = {"code": "豫1391", "name": "某某人民法院"}
    found = judge_courts([row, {"code": "", "name": ""}, row], KNOWN)
    assert [row.number for row in found.rows] == [2]
    assert [(fault.number, fault.message) for fault in found.faults] == [
        (4, "代字 豫1391 与第 2 行重复，请只保留一行。")
    ]


def test_a_parent_further_down_in_the_same_list_counts() -> None:
    found = judge_courts(
        [
            {"code": "豫8801", "name": "某某区人民法院", "parent_code": "豫88"},
            {"code": "豫88", "name": "某某市中级人民法院"},
        ],
        KNOWN,
    )
    assert found.faults == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "文件是空的"),
        ("法院\n某某法院\n".encode(), "表头里没有“代字”“全称”"),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xff", "不是文本文件"),
        (b"code,name\n\x00", "不是文本文件"),
        (("代字,全称\n" + "豫13,某某法院\n" * 10_001).encode(), "一次最多导入 10000 行"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(content: bytes, message: str) -> None:
    with pytest.raises(RuleBroken, match=message):
        read_csv(content)


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("宛城区法院", "wanchengqufayuan", "wcqfy"),
        ("厦门市翔安区人民法院", "xiamenshixianganqurenminfayuan", "xmsxaqrmfy"),
        ("重庆五中院", "chongqingwuzhongyuan", "cqwzy"),
    ],
)
def test_courts_have_pinyin(name: str, full: str, initials: str) -> None:
    assert court_pinyin(name) == (full, initials)
