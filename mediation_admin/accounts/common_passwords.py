"""Passwords that everybody tries first, made from rules: words × the endings people hang on them, keyboard walks,
repetitions. Made here from an own short list; no list of others is copied."""

from functools import lru_cache
from itertools import product

# What people type when asked for a secret; the same in pinyin; and in a court.
_WORDS = (
    "password passwd passw0rd pass secret letmein welcome login access default changeme temp test testing demo guest user "
    "username master root admin administrator admin1 sysadmin manager system server service support oracle mysql "
    "computer internet monitor network windows office qwer qwert qwerty qwertyuiop asdf asdfg asdfgh asdfghjkl zxcv "
    "zxcvb zxcvbn zxcvbnm qaz qazwsx zaq zaqwsx qweasd qweasdzxc abc abcd abcde abcdef abcdefg aa aaa ab xyz "
    "iloveyou love lover baby angel dragon monkey tiger sunshine princess football superman batman shadow hello "
    "summer winter spring autumn january monday friday money freedom forever happy lucky "
    "woaini woaiwo aini wozuishuai mima yonghu guanliyuan zhanghao nihao zhongguo beijing shanghai guangdong "
    "henan nanyang xiamen fujian sichuan chengdu hangzhou zhejiang jiangsu shandong hunan hubei china chinese "
    "xiaoming laopo laogong baobao wangyi taobao weixin "
    "fayuan renminfayuan faguan shuji shujiyuan tiaojie tiaojieyuan tiaojieshi anjian lian susong zhixing panjue "
    "court judge clerk mediation mediator justice law"
)
_ENDINGS = (
    "1 12 123 1234 12345 123456 1234567 12345678 123456789 1234567890 321 4321 54321 654321 87654321 "
    "0 00 000 111 1111 11111 111111 222222 666 6666 666666 888 8888 888888 999 9999 999999 520 521 1314 5201314 "
    "112233 123123 123321 147258 147258369 159357 168 518 007 110 01 02 10 11 99 100 "
    "abc qwe asd zxc aa"
)
WORDS = tuple(_WORDS.split())
ENDINGS = tuple(_ENDINGS.split())
YEARS = tuple(str(year) for year in (*range(1980, 2006), *range(2015, 2036)))
SIGNS = ("", "@", "!", "#", ".", "_", "-", "$", "*")

WALKS = (
    "`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./", "qwertyuiopasdfghjklzxcvbnm",
    "abcdefghijklmnopqrstuvwxyz", "1234567890" * 3, "0123456789" * 3,
)  # fmt: skip
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/")

_LEET = str.maketrans({"@": "a", "4": "a", "0": "o", "1": "i", "3": "e", "$": "s", "5": "s", "7": "t"})


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The whole list, in small letters."""
    found: set[str] = set(WORDS)
    found.update(f"{word}{sign}{ending}" for word, sign, ending in product(WORDS, SIGNS, (*ENDINGS, *YEARS)))
    found.update(f"{ending}{word}" for word, ending in product(WORDS, ENDINGS))
    found.update(f"{first}{second}" for first, second in product(WORDS[:80], WORDS[:80]))
    found.update(ENDINGS)
    for row in WALKS:
        for way in (row, row[::-1]):
            found.update(way[start:end] for start in range(len(way)) for end in range(start + 4, len(way) + 1))
    # Several columns of the keyboard, as fingers fall: 1qaz2wsx, !QAZ2wsx, zaq12wsx.
    for count in (1, 2, 3, 4):
        for start in range(len(COLUMNS) - count + 1):
            run = COLUMNS[start : start + count]
            found.update(("".join(run), "".join(column[::-1] for column in run), "".join(run)[::-1]))
            found.add(run[0][::-1] + "".join(run[1:]))
    return frozenset(found)


def is_common(password: str) -> bool:
    """Whether a password is one of the list, also with a sign hung on, shifted digits, or letters put as digits;
    or nothing but a short piece over and over."""
    folded = password.casefold()
    bare = folded.rstrip("!@#$%^&*.?~_-")
    forms = {
        form for word in (folded, bare, folded.translate(_SHIFTED), bare.translate(_SHIFTED)) for form in _read(word)
    }
    return not forms.isdisjoint(common_passwords()) or _is_repetition(folded)


def _read(word: str) -> set[str]:
    """The word as it is, and with its front read as letters (P@ssw0rd123 → password123)."""
    return {word[:cut].translate(_LEET) + word[cut:] for cut in range(len(word) + 1)}


_SHIFTED = str.maketrans("!@#$%^&*()", "1234567890")


def _is_repetition(text: str) -> bool:
    return any(text == (text[:length] * len(text))[: len(text)] for length in range(1, min(4, len(text) // 3) + 1))
