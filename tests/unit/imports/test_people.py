"""Who stands in a cell: names are told apart, company names are never cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.imports.reading import Empty, Faulty, Parsed
from mediation_admin.imports.reading.values.people import people
from mediation_admin.imports.reading.values.sides import both_sides

COMPANY = "南阳市建娟商贸有限公司"


def names(cell):
    return [one.name for one in people(cell).value]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("彭娟", ["彭娟"]),
        ("彭娟\n谢远浩", ["彭娟", "谢远浩"]),
        ("郭艳子 罗涛晨", ["郭艳子", "罗涛晨"]),
        ("袁晨浩、石红艳", ["袁晨浩", "石红艳"]),
        ("姚佳丽，赖志", ["姚佳丽", "赖志"]),
        ("姚佳丽,赖志", ["姚佳丽", "赖志"]),
        ("姚佳丽；赖志", ["姚佳丽", "赖志"]),
        ("程强 孔婷飞", ["程强", "孔婷飞"]),
        ("康 晓", ["康晓"]),
        ("康　晓", ["康晓"]),
        ("王 小明", ["王小明"]),
        ("张 三 李 四", ["张三", "李四"]),
        ("彭娟和谢远浩", ["彭娟", "谢远浩"]),
        ("彭娟与谢远浩", ["彭娟", "谢远浩"]),
        ("彭娟及谢远浩", ["彭娟", "谢远浩"]),
        ("王和平", ["王和平"]),
        ("王和平和李四", ["王和平", "李四"]),
        ("李和", ["李和"]),
        (COMPANY, [COMPANY]),
        (f"{COMPANY}、李四", [COMPANY, "李四"]),
        (f"{COMPANY} 张三", [COMPANY, "张三"]),
        ("南阳市建娟商贸 有限公司", [COMPANY]),
        ("南阳市和平商贸有限公司", ["南阳市和平商贸有限公司"]),
        ("南阳市和平商贸有限公司和张三", ["南阳市和平商贸有限公司", "张三"]),
        (f"张三及{COMPANY}", ["张三", COMPANY]),
        ("李明和兴商贸有限公司", ["李明和兴商贸有限公司"]),
        ("河南与时俱进商贸有限公司", ["河南与时俱进商贸有限公司"]),
        ("中国（上海）贸易有限公司", ["中国（上海）贸易有限公司"]),
        ("中国(上海)贸易有限公司", ["中国（上海）贸易有限公司"]),
        ("某某投资中心（有限合伙）", ["某某投资中心（有限合伙）"]),
        ("某某银行股份有限公司 南阳分行", ["某某银行股份有限公司南阳分行"]),
        ("1.张三 2.李四", ["张三", "李四"]),
        ("1、张三；2、李四", ["张三", "李四"]),
        ("①张三②李四", ["张三", "李四"]),
        ("原告：张三", ["张三"]),
        ("申请人（原告）：张三、李四", ["张三", "李四"]),
        ("John Smith", ["John Smith"]),
        ("阿卜杜拉·买买提", ["阿卜杜拉·买买提"]),
        ("欧阳锋、上官婉儿", ["欧阳锋", "上官婉儿"]),
        ("张三、、李四、", ["张三", "李四"]),
        ("张三等", ["张三"]),
        ("张三等3人", ["张三"]),
        ("张三、李四等五人", ["张三", "李四"]),
    ],
)
def test_everyone_in_the_cell(cell, expected):
    assert names(cell) == expected


def test_others_that_are_only_counted_are_pointed_out():
    assert "共 3 人" in people("张三等3人").warning


def test_former_names_representatives_phones_and_papers_in_brackets():
    one, other = people("张三（曾用名李四，13900000001），南阳某某有限公司（法定代表人：王五）").value
    assert (one.name, one.alias, one.phone, one.kind) == ("张三", "李四", "13900000001", "natural")
    assert (other.name, other.represented_by, other.kind) == ("南阳某某有限公司", "王五", "legal")
    assert people("张三 身份证号：411302198308099485").value[0].id_number == "411302198308099485"
    assert people("张三\n13900000001\n李四\n13900000002").value[1].phone == "13900000002"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("张三", "natural"),
        ("欧阳锋华", "natural"),
        ("阿卜杜拉·买买提", "natural"),
        (COMPANY, "legal"),
        ("某某村民委员会", "legal"),
        ("某某区人民医院", "legal"),
        ("南阳市卧龙区老王饭店", "unincorporated"),
        ("某某银行某某支行", "unincorporated"),
        ("某某投资中心（有限合伙）", "unincorporated"),
        ("宛城区张三建材经营部", "unincorporated"),
    ],
)
def test_people_and_organisations_are_told_apart(name, kind):
    assert people(name).value[0].kind == kind


@pytest.mark.parametrize("cell", ["12345", 12345, "张", 1.5, True])
def test_what_is_no_name_is_faulty(cell):
    assert isinstance(people(cell), Faulty)


@pytest.mark.parametrize("cell", [None, "", "无", "/", "、"])
def test_nobody_is_empty(cell):
    assert isinstance(people(cell), Empty)


NAME = st.sampled_from(
    ["彭娟", "谢远浩", "郭艳子", "罗涛晨", "欧阳锋", COMPANY, "某某村民委员会", "河南与时俱进商贸有限公司"]
)


@given(
    st.lists(NAME, min_size=1, max_size=5, unique=True), st.sampled_from(["、", "，", "；", "\n", ",", " 、", "； "])
)
def test_a_list_reads_back_whatever_parts_it(given_names, separator):
    assert names(separator.join(given_names)) == given_names


@given(st.text(max_size=40))
def test_no_text_makes_the_parser_fail(cell):
    assert isinstance(people(cell), Parsed | Faulty | Empty)
    assert isinstance(both_sides()(cell), Parsed | Faulty | Empty)


SIDES = both_sides(["民间借贷纠纷", "离婚纠纷"])


@pytest.mark.parametrize(
    ("cell", "applicants", "respondents"),
    [
        ("张三诉李四", ["张三"], ["李四"]),
        ("张三诉李四、王五民间借贷纠纷一案", ["张三"], ["李四", "王五"]),
        ("张三、赵六诉李四离婚纠纷", ["张三", "赵六"], ["李四"]),
        ("申请人：张三；被申请人：李四", ["张三"], ["李四"]),
        ("申请人：张三，赵六\n被申请人：李四", ["张三", "赵六"], ["李四"]),
        ("原告：张三 被告：李四", ["张三"], ["李四"]),
        ("原告张三与被告李四", ["张三"], ["李四"]),
        ("张三与李四离婚纠纷", ["张三"], ["李四"]),
        (f"{COMPANY}诉李四", [COMPANY], ["李四"]),
        ("张三 VS 李四", ["张三"], ["李四"]),
        ("张三-李四", ["张三"], ["李四"]),
        ("甲方：张三；乙方：李四", ["张三"], ["李四"]),
    ],
)
def test_both_sides_of_a_dispute(cell, applicants, respondents):
    value = SIDES(cell).value
    assert [one.name for one in value["applicant"]] == applicants
    assert [one.name for one in value["respondent"]] == respondents


def test_the_cause_at_the_end_is_told_and_a_name_like_a_cause_is_not_cut():
    assert SIDES("张三诉李四、王五民间借贷纠纷一案").value["cause"] == "民间借贷纠纷"
    assert SIDES("张三诉李四离婚").value["cause"] == "离婚纠纷"
    value = both_sides(["继承纠纷"])("张三诉王继承").value
    assert [one.name for one in value["respondent"]] == ["王继承"]
    assert value["cause"] == ""


def test_a_third_party_is_found():
    value = SIDES("申请人：张三；被申请人：李四；第三人：王五").value
    assert [one.name for one in value["third"]] == ["王五"]


@pytest.mark.parametrize("cell", ["张三", "申请人：张三", "某某纠纷"])
def test_one_side_alone_is_faulty(cell):
    assert isinstance(SIDES(cell), Faulty)


def test_a_cause_that_could_not_be_cut_off_is_pointed_out():
    assert "案由" in SIDES("张三诉李四海上救助纠纷").warning
