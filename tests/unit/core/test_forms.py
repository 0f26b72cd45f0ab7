"""Fields that forgive how people type, and say in Chinese what to do when they cannot."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField, IntegerField, StringField

from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.forms import (
    DateField,
    EnumField,
    IdNumberField,
    Length,
    LookupField,
    MoneyField,
    Optional,
    PhoneField,
    Required,
    RowForm,
    birth_date_of,
    id_number_is_valid,
    is_female,
    parse_date,
    parse_money,
)


@pytest.mark.parametrize(
    "text",
    ["2022-06-30", "2022/6/30", "2022.06.30", "20220630", "2022年6月30日", "２０２２－０６－３０", " 2022-6-30 "],
)
def test_dates_are_read_as_people_write_them(text):
    assert parse_date(text) == date(2022, 6, 30)


@pytest.mark.parametrize("text", ["2022-02-30", "30.6.2022", "昨天", "2022-13-01", "", "202206"])
def test_what_is_no_date_is_not_guessed(text):
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("12000", "12000.00"),
        ("12,000.5", "12000.50"),
        ("1.2万", "12000.00"),
        ("3万元", "30000.00"),
        ("¥ 8", "8.00"),
        ("１２０００元", "12000.00"),
        ("0.00005万", "0.50"),
    ],
)
def test_sums_are_read_as_people_write_them(text, yuan):
    assert parse_money(text) == Decimal(yuan)


@pytest.mark.parametrize("text", ["一万", "12..5", "1.234", "abc", "1e5", "NaN"])
def test_what_is_no_sum_is_not_guessed(text):
    assert parse_money(text) is None


@given(st.integers(min_value=0, max_value=10**12))
def test_any_whole_sum_reads_back_what_was_written(cents):
    yuan = Decimal(cents) / 100
    assert parse_money(f"{yuan:,.2f}") == yuan


def number_with_check_digit(seventeen):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return seventeen + "10X98765432"[sum(int(d) * w for d, w in zip(seventeen, weights, strict=True)) % 11]


WOMAN = number_with_check_digit("41130219900307002")


def test_an_id_number_gives_birth_date_and_sex():
    assert id_number_is_valid(WOMAN)
    assert birth_date_of(WOMAN) == date(1990, 3, 7)
    assert is_female(WOMAN) is True


@given(st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_in_an_id_number_is_noticed(place, shift):
    digits = list(WOMAN)
    old = digits[place]
    digits[place] = str((int(old) if old.isdigit() else 0) + shift)[-1]
    assert "".join(digits) == WOMAN or not id_number_is_valid("".join(digits))


class Kind(LabelledEnum):
    PERSON = "person", "自然人"
    BODY = "body", "法人"


class Row(RowForm):
    name = StringField("姓名", [Required("请填写姓名"), Length(max=5)])
    phone = PhoneField("手机号", [Optional()])
    id_number = IdNumberField("身份证号", [Optional()])
    money = MoneyField("标的额", [Optional()])
    day = DateField("日期", [Optional()])
    kind = EnumField("类型", [Required("请选择类型")], enum=Kind)
    years = IntegerField("年限", [Optional()])
    cause = LookupField("案由", [Optional()], endpoint="/lookup", describe=lambda value: "借贷" if value == 3 else None)


class Rows(RowForm):
    people = FieldList(FormField(Row), label="申请人", min_entries=1)


GOOD = {"name": "张三", "kind": "person"}


def filled(**values):
    form = Row(MultiDict({**GOOD, **values}))
    form.validate()
    return form


def test_a_phone_is_kept_as_eleven_digits_however_it_was_typed():
    assert filled(phone="+86 138-0000-8000").phone.data == "13800008000"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"phone": "1380000"}, "请输入 11 位手机号"),
        ({"id_number": "41130"}, "居民身份证号应为 18 位，现在是 5 位"),
        ({"id_number": WOMAN[:17] + ("0" if WOMAN[17] != "0" else "1")}, "身份证号的校验位不对，请核对"),
        ({"money": "很多"}, "请填写金额（元），如 12000 或 1.2万"),
        ({"day": "昨天"}, "请填写日期，如 2022-06-30"),
        ({"kind": ""}, "请选择类型"),
        ({"kind": "robot"}, "请选择类型"),
        ({"name": "一二三四五六"}, "最多填写 5 个字"),
        ({"years": "三"}, "请填写整数"),
        ({"cause": "4"}, "请从列表中选择一项"),
    ],
)
def test_a_refusal_says_in_chinese_what_to_do(values, message):
    form = filled(**values)
    assert [said for _, _, said in form.all_errors()] == [message]


@pytest.mark.parametrize("field", ["phone", "id_number", "money"])
def test_what_was_typed_stays_in_the_field_when_it_cannot_be_read(field):
    assert "不对的" in str(filled(**{field: "不对的"})[field])


def test_errors_of_a_repeating_part_say_which_row_and_link_to_its_field():
    form = Rows(
        MultiDict({"people-0-name": "张三", "people-0-kind": "person", "people-1-name": "", "people-1-kind": "body"})
    )
    form.validate()
    assert form.all_errors() == [("people-1-name", "申请人 2 · 姓名", "请填写姓名")]


def test_a_broken_rule_stands_beside_its_field_and_others_on_top():
    form = filled()
    form.refuse(RuleBroken("已有同名的人", field="name", repair="/people/3/"))
    form.refuse(RuleBroken("本院已停用"))
    assert form.all_errors() == [("", "", "本院已停用"), ("name", "姓名", "已有同名的人")]
    assert form.repairs == [("已有同名的人", "/people/3/")]
