"""Words that mean a value: results in all their spellings, yes and no, lists, names and case numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.backfill.result_words import MEANINGS, RESULT_WORDS, LedgerResult
from mediation_admin.imports.reading import Empty, Faulty, Parsed, gist
from mediation_admin.imports.reading.values.texts import case_number, free_text, label, person_name, whole_number, words
from mediation_admin.imports.reading.values.words import YES_NO, WordTable
from mediation_admin.rosters.columns import IDENTITY_WORDS


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("成功", "agreement"),
        ("调解成功", "agreement"),
        ("达成调解协议", "agreement"),
        ("调成", "agreement"),
        ("√", "agreement"),
        ("是", "agreement"),
        (True, "agreement"),
        ("已达成调解协议", "agreement"),
        ("调解成功，已履行", "agreement"),
        ("和解撤诉", "settled_withdrawn"),
        ("自行和解撤回", "settled_withdrawn"),
        ("撤回", "settled_withdrawn"),
        ("撤诉", "settled_withdrawn"),
        ("双方和解后撤诉", "settled_withdrawn"),
        ("不成", "failed"),
        ("调解不成", "failed"),
        ("失败", "failed"),
        ("终止", "failed"),
        ("未达成", "failed"),
        ("未调解成功", "failed"),
        ("否", "failed"),
        ("×", "failed"),
        ("未能达成一致意见", "failed"),
        ("转立案", "failed"),
        ("联系不上被告", "unreachable"),
        ("被告电话无法联系，终止", "unreachable"),
        ("被告不同意调解", "refused"),
        ("原告明确拒绝调解", "refused"),
        ("撤回调解请求", "refused"),
        ("分歧较大，调解失败", "deadlock"),
        ("双方争议较大", "deadlock"),
        ("期限届满未达成协议", "expired"),
        ("超期未达成", "expired"),
        ("拒绝签字", "refuse_sign"),
        ("达成协议后反悔", "refuse_sign"),
        ("未结", "open"),
        ("调解中", "open"),
        ("在调", "open"),
        ("正在 调解", "open"),
        ("未调解", "open"),
        ("（调解中）", "open"),
        ("不予受理", "procedural"),
    ],
)
def test_words_for_results(said, meant):
    assert RESULT_WORDS(said) == Parsed(LedgerResult(meant))


@pytest.mark.parametrize("cell", [None, "", "/", "空白", "-"])
def test_no_result_is_empty(cell):
    assert isinstance(RESULT_WORDS(cell), Empty)


def test_an_unknown_word_names_the_known_ones_and_can_be_explained():
    outcome = RESULT_WORDS("已归档")
    assert isinstance(outcome, Faulty)
    assert outcome.word == "已归档"
    assert "调解成功、和解撤诉、调解不成" in outcome.message
    taught = RESULT_WORDS.extended({"已归档": "agreement"})
    assert taught("已 归档。") == Parsed("agreement")
    assert isinstance(RESULT_WORDS("已归档"), Faulty)


def test_a_persons_own_meaning_wins():
    assert RESULT_WORDS.extended({"终止": "procedural"})("终止").value == "procedural"


def test_every_result_word_means_one_thing_and_every_meaning_is_told():
    assert set(MEANINGS) == set(LedgerResult)
    seen = {}
    for value, spellings in RESULT_WORDS.spellings.items():
        assert spellings[0] == value.label
        for word in spellings:
            assert seen.setdefault(WordTable.fold(word), value) is value, word


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("是", True),
        ("√", True),
        (True, True),
        (1, True),
        ("有", True),
        ("Y", True),
        ("否", False),
        ("无", False),
        ("×", False),
        (0, False),
        ("no", False),
    ],
)
def test_yes_and_no(cell, value):
    assert YES_NO(cell) == Parsed(value)


@pytest.mark.parametrize(
    ("word", "identity"),
    [
        ("人大代表", "deputy"),
        ("南阳市人大代表", "deputy"),
        ("退休法官", "retired_legal"),
        ("执业律师", "lawyer"),
        ("商会专职调解员", "industry"),
        ("其它", "other"),
    ],
)
def test_words_for_what_a_mediator_is(word, identity):
    assert IDENTITY_WORDS(word).value == identity


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("金融、保险", ["金融", "保险"]),
        ("劳动争议；交通事故", ["劳动争议", "交通事故"]),
        ("婚姻家庭", ["婚姻家庭"]),
        ("物业,物业，物业 相邻", ["物业", "相邻"]),
        ("1.金融\n2.保险", ["金融", "保险"]),
        ("合同（含买卖、租赁）、侵权", ["合同（含买卖、租赁）", "侵权"]),
    ],
)
def test_lists_of_words(cell, expected):
    assert words(cell).value == expected


@pytest.mark.parametrize(
    "cell",
    [
        "（2022）豫1302诉前调14号",
        "(2022)豫1302诉前调14号 ",
        "（2022）豫1302 诉前调 14号",
        "〔2022〕豫1302诉前调14号",
        "[2022]豫1302诉前调014号",
        "（２０２２）豫１３０２诉前调１４号",
        "(2022)豫1302诉前调14号。",
    ],
)
def test_case_numbers_come_out_in_their_official_form(cell):
    assert case_number(cell) == Parsed("（2022）豫1302诉前调14号")


@pytest.mark.parametrize("cell", ["14", 14, "2022豫1302诉前调14号", "（2022）诉前调号", "张三"])
def test_what_is_no_case_number_is_faulty(cell):
    assert isinstance(case_number(cell), Faulty)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("康 晓", "康晓"),
        ("董　雪", "董雪"),
        ("于丽 ", "于丽"),
        ("于丽*", "于丽"),
        ("调解员：于丽", "于丽"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("John Smith", "John Smith"),
    ],
)
def test_one_persons_name(cell, name):
    assert person_name(cell).value == name


@pytest.mark.parametrize("cell", ["于丽、孟静", "于丽等", 5, "于", "19900000001"])
def test_what_is_not_one_persons_name_is_faulty(cell):
    assert isinstance(person_name(cell), Faulty)


def test_texts_are_tidied_and_bounded():
    assert label(" 民间 借贷 纠纷\n").value == "民间借贷纠纷"
    assert label("合同纠纷(其他)").value == "合同纠纷（其他）"
    assert "最多 5 个字" in free_text(5)("一二三四五六").message
    assert free_text()("第一行\r\n 第二行 \u200b").value == "第一行\n第二行"


@pytest.mark.parametrize(("cell", "number"), [(15, 15), ("15天", 15), ("15.0", 15), ("１５", 15)])
def test_whole_numbers(cell, number):
    assert whole_number(cell).value == number


def test_the_gist_of_a_message_holds_nothing_of_the_cell():
    message = RESULT_WORDS("彭娟的案子").message
    assert "彭娟" in message
    assert "彭娟" not in gist(message)


@given(st.text(max_size=30) | st.integers() | st.floats())
def test_no_cell_makes_the_parsers_fail(cell):
    for parse in (RESULT_WORDS, YES_NO, words, label, person_name, case_number, whole_number):
        assert isinstance(parse(cell), Parsed | Faulty | Empty)
