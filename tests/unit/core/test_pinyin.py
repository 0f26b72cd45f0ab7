"""Pinyin of names: surnames are read as surnames."""

import pytest

from mediation_admin.core.pinyin import SURNAMES, name_pinyin, title_pinyin


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("曾某文", "zengmouwen", "zmw"),
        ("单某雄", "shanmouxiong", "smx"),
        ("仇某", "qiumou", "qm"),
        ("解某", "xiemou", "xm"),
        ("乐某", "yuemou", "ym"),
        ("朴某", "piaomou", "pm"),
        ("查某", "zhamou", "zm"),
        ("盖某", "gemou", "gm"),
        ("覃某", "qinmou", "qm"),
        ("尉迟某", "yuchimou", "ycm"),
        ("欧阳某", "ouyangmou", "oym"),
        ("单于某", "chanyumou", "cym"),
        ("吕某", "lvmou", "lm"),
        ("买买提·某", "maimaitimou", "mmtm"),
        ("王 某", "wangmou", "wm"),
        ("A君", "ajun", "aj"),
        ("", "", ""),
    ],
)
def test_names_are_read(name, full, initials):
    assert name_pinyin(name) == (full, initials)


def test_only_the_first_character_is_read_as_a_surname():
    assert name_pinyin("王乐") == ("wangle", "wl")


@pytest.mark.parametrize("surname", SURNAMES)
def test_every_surname_of_the_table_is_one_character_with_one_syllable(surname):
    assert len(surname) == 1
    assert SURNAMES[surname].isascii() and SURNAMES[surname].islower()


def test_titles_are_read_as_words():
    assert title_pinyin("市工商联")[1] == "sgsl"
