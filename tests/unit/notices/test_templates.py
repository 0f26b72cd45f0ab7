"""The words of messages, and the rules they keep."""

from datetime import UTC, datetime, timedelta

import pytest

from mediation_admin.accounts import rules as account_rules
from mediation_admin.core.errors import RuleBroken
from mediation_admin.notices import rules, templates
from mediation_admin.notices.rules import Limit
from mediation_admin.notices.templates import WORDINGS, Template

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VALUES = {
    "court": "南阳市宛城区人民法院",
    "name": "张三",
    "link": "https://tiaojie.example/sign-in/link/abc_DEF-123",
    "code": "481273",
    "what": "密码",
    "when": "3月2日 17:00",
    "tail": "0001",
    "role": "法官",
    "matter": "导出未脱敏数据",
    "result": "已通过",
    "check": "ABCD2345",
}


def text_of(template: Template) -> str:
    given = {name: VALUES[name] for name in templates.variables(template)}
    return templates.text(template, "宛城区法院", given, "https://tiaojie.example/verify")


def test_every_template_has_its_words():
    assert set(WORDINGS) == set(Template)


@pytest.mark.parametrize("template", Template)
def test_every_text_begins_with_the_sign_names_the_court_and_ends_with_how_to_verify_it(template):
    text = text_of(template)
    assert text.startswith("【宛城区法院】南阳市宛城区人民法院")
    assert text.endswith("核验码 ABCD2345，可在 https://tiaojie.example/verify 核实本短信真伪。")
    assert "{" not in text


@pytest.mark.parametrize("template", Template)
def test_an_outline_shows_nothing_that_lets_somebody_in(template):
    given = {name: VALUES[name] for name in templates.variables(template)}
    outline = templates.outline(template, "宛城区法院", given, "https://tiaojie.example/verify")
    assert "481273" not in outline
    assert "abc_DEF-123" not in outline
    assert ("******" in outline) == bool(WORDINGS[template].secret)


@pytest.mark.parametrize("template", Template)
def test_a_code_or_link_is_always_marked_secret(template):
    made = WORDINGS[template]
    assert {"code", "link"} & set(made.facts) == made.secret


def test_links_last_as_long_as_the_accounts_say():
    assert WORDINGS[Template.INVITATION].lasts == account_rules.INVITATION_LASTS
    assert WORDINGS[Template.RESET_LINK].lasts == account_rules.RESET_LASTS
    assert "请在2天内打开" in text_of(Template.INVITATION)
    assert "1小时内有效" in text_of(Template.RESET_LINK)
    assert "10分钟内有效" in text_of(Template.RESET_CODE)


def test_a_vendor_gets_the_token_of_a_link_and_keeps_the_rest_in_its_template():
    given = templates.vendor_values(Template.INVITATION, VALUES)
    assert list(given) == ["court", "name", "link", "check"]
    assert given["link"] == "abc_DEF-123"
    words = templates.registered(Template.INVITATION, "https://tiaojie.example", lambda number, name: f"{{{number}}}")
    assert words.startswith("{1}邀请{2}使用")
    assert "https://tiaojie.example/sign-in/link/{3} " in words
    assert words.endswith("核验码 {4}，可在 https://tiaojie.example/verify 核实本短信真伪。")


# -- what may stand in a text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("张三", "张三"),
        ("张三\n【某某银行】转账", "张三某某银行转账"),
        ("打开 https://evil.example/x", "打开 evil.example/x"),
        ("hthttps:tp://a", "a"),
        ("www.evil.example", "evil.example"),
        ("  两  个空格 ", "两 个空格"),
        ("长" * 40, "长" * 29 + "…"),
    ],
)
def test_a_name_cannot_forge_a_sign_a_line_or_a_link(given, kept):
    assert rules.clean("name", given) == kept


@pytest.mark.parametrize("code", ["123", "123456789", "12 34", "abcd", ""])
def test_a_code_is_digits(code):
    with pytest.raises(ValueError, match="code"):
        rules.clean("code", code)


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example/",
        "javascript:alert(1)",
        "https://a.example/sign-in/link/x?next=//b",
        "https://a.example/other/x",
    ],
)
def test_a_link_leads_to_the_page_of_one_time_links_and_nowhere_else(link):
    with pytest.raises(ValueError, match="link"):
        rules.clean("link", link)


@pytest.mark.parametrize("phone", ["", "1380000000", "23800000000", "138000000011", "1380000000a"])
def test_only_mobile_numbers_get_messages(phone):
    with pytest.raises(RuleBroken, match="11 位手机号"):
        rules.check_phone(phone)


# -- limits and repeats ---------------------------------------------------------------------------------------------


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@pytest.mark.parametrize(
    ("moments", "wait"),
    [
        ([], None),
        ([ago(seconds=61)], None),
        ([ago(seconds=20)], timedelta(seconds=40)),
        ([ago(hours=1), ago(hours=2), ago(hours=30)], None),
        ([ago(hours=1), ago(hours=2), ago(hours=23)], timedelta(hours=1)),
        ([ago(seconds=10), ago(hours=2), ago(hours=23)], timedelta(hours=1)),
    ],
)
def test_the_longest_wait_counts(moments, wait):
    limits = (Limit(1, timedelta(minutes=1)), Limit(3, timedelta(hours=24)))
    assert rules.limit_reached(moments, limits, NOW) == wait


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(seconds=40), "请 40 秒后再试"),
        (timedelta(minutes=5), "请 6 分钟后再试"),
        (timedelta(hours=3, minutes=5), "请 3 小时 6 分钟后再试"),
    ],
)
def test_a_refusal_says_when_it_goes_on(wait, words):
    assert words in rules.refuse_more(wait).message


def test_tries_are_repeated_at_growing_distances_and_end():
    distances = [rules.next_try(tries, NOW) for tries in range(1, 7)]
    assert distances[-1] is None
    assert distances[:-1] == sorted(set(distances[:-1]))
    assert rules.next_question(6, NOW) is None
    assert rules.next_question(0, NOW) > NOW


def test_a_check_code_is_read_as_people_type_it():
    assert rules.normalise_check_code(" ａbcd-2345 ") == "ABCD2345"
