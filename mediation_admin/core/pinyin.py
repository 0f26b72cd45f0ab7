"""Pinyin of people's and organisations' names, for search and for sorting: full (zengguofan) and initials (zgf).

The library reads characters as words do; as surnames some are read otherwise (曾 zeng, not ceng), hence the table.
"""

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# Surnames whose reading differs from the everyday reading of the character.
SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "乐": "yue", "朴": "piao", "查": "zha", "盖": "ge",
    "区": "ou", "冼": "xian", "洗": "xian", "缪": "miao", "种": "chong", "重": "chong", "秘": "bi", "折": "she",
    "黑": "he", "员": "yun", "繁": "po", "召": "shao", "牟": "mu", "覃": "qin", "翟": "zhai", "佴": "nai",
    "祭": "zhai", "能": "nai", "都": "du", "薄": "bo", "藏": "zang", "隗": "wei", "句": "gou", "卜": "bu",
    "占": "zhan", "阚": "kan", "幺": "yao", "乜": "nie", "晁": "chao", "宿": "su", "逯": "lu", "郇": "xun",
}  # fmt: skip
# A compound surname whose first character stands in the table above; the library reads the other compounds well.
COMPOUND_SURNAMES = {"单于": "chan yu"}

_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def name_pinyin(name: str) -> tuple[str, str]:
    """(full, initials) of a person's name, lower case, letters and digits only: 曾国藩 → ("zengguofan", "zgf")."""
    plain = _NOT_WORD.sub("", unicodedata.normalize("NFKC", name))
    if plain[:2] in COMPOUND_SURNAMES and len(plain) > 2:
        head, rest = COMPOUND_SURNAMES[plain[:2]].split(), plain[2:]
    elif plain[:1] in SURNAMES:
        head, rest = [SURNAMES[plain[0]]], plain[1:]
    else:
        head, rest = [], plain
    return _joined(head + _read(rest))


@lru_cache(maxsize=4096)
def title_pinyin(title: str) -> tuple[str, str]:
    """(full, initials) of an organisation's name, read as ordinary words."""
    return _joined(_read(_NOT_WORD.sub("", unicodedata.normalize("NFKC", title))))


def _read(text: str) -> list[str]:
    return lazy_pinyin(text, style=Style.NORMAL, errors=list, v_to_u=False) if text else []


def _joined(syllables: list[str]) -> tuple[str, str]:
    known = [s.lower() for s in syllables if s]
    return "".join(known), "".join(s[0] for s in known)
