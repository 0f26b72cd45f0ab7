"""What a password must be under each of the two profiles, and when it is too old. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mediation_admin.accounts.common_passwords import is_common
from mediation_admin.accounts.enums import PasswordProfile
from mediation_admin.core.errors import RuleBroken

LONGEST = 256  # far above the 64 that must be accepted; only keeps a novel from being hashed
FRAGMENT = 3
LEFT_WITHOUT_CONTEXT = 6

# （2022）豫1302诉前调1号, also without brackets; and a year that stands by itself.
_CASE_NUMBER = re.compile(r"[(（\[【〔]?(?:19|20)\d\d[)）\]】〕]?[\u4e00-\u9fff]{1,2}\d{0,4}[\u4e00-\u9fff]{1,8}\d*号?")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# What everybody on this platform would think of first.
_HOUSE_WORDS = ("人民法院", "调解平台", "调解员", "法院", "renminfayuan", "fayuan", "tiaojie")


@dataclass(frozen=True, slots=True)
class Requirements:
    """What one profile asks of one account. Zero (or None) means that it asks nothing of the kind."""

    shortest: int
    classes: int = 0
    fragment: int = 0
    history: int = 0
    lasts: timedelta | None = None
    notice: timedelta = timedelta(0)


# 等保三级 sets no numbers; these are the ones its assessors expect (GB/T 22239-2019 8.1.4.1, S8).
_DENGBAO = Requirements(
    shortest=10, classes=3, fragment=FRAGMENT, history=5, lasts=timedelta(days=90), notice=timedelta(days=15)
)
# NIST 800-63B-4: fifteen characters alone, eight beside a second factor; no composition, no regular change (S9).
_NIST, _NIST_WITH_FACTOR = Requirements(shortest=15), Requirements(shortest=8)


def requirements(profile: PasswordProfile, *, has_factor: bool = False) -> Requirements:
    """What the profile asks of an account with or without a second factor."""
    if profile is PasswordProfile.DENGBAO:
        return _DENGBAO
    return _NIST_WITH_FACTOR if has_factor else _NIST


@dataclass(frozen=True, slots=True)
class Hint:
    """One requirement in words. ``rule`` and ``least`` let the page tick it off while the person types; without a
    rule only the server can tell."""

    words: str
    rule: str = ""
    least: int = 0


def hints(asked: Requirements) -> list[Hint]:
    """The requirements as the password pages list them."""
    found = [Hint(f"至少 {asked.shortest} 位", "length", asked.shortest)]
    if asked.classes:
        found.append(Hint("大写字母、小写字母、数字、符号中至少三种", "classes", asked.classes))
    if asked.fragment:
        found.append(Hint(f"不含手机号中连续的 {asked.fragment} 位"))
    found.append(Hint("不是常见密码，不以法院名称、案号、年份、姓名或手机号为主"))
    if asked.history:
        found.append(Hint(f"不与现在的和之前 {asked.history} 次用过的密码相同"))
    return found


def normalise_password(text: str) -> str:
    """The password as it is hashed: an IME's full-width letters count as the plain ones; nothing is cut off."""
    return unicodedata.normalize("NFKC", text)


def check_new_password(
    password: str,
    *,
    asked: Requirements = _DENGBAO,
    phone: str,
    name: str = "",
    context: Iterable[str] = (),
    is_current: bool = False,
) -> None:
    """Refuse a password that is too easy to guess; ``password`` is normalised already.

    ``context`` are words everybody would try here (the court's names and their pinyin); ``is_current`` says that it is
    the password in use. Raises RuleBroken for the field ``new_password`` with everything that is to be mended.
    """
    wishes = list(_wishes(password, asked, phone, name, context, is_current))
    if wishes:
        raise RuleBroken("；".join(wishes) + "。", field="new_password")


def check_not_used_before(is_former: bool, asked: Requirements) -> None:
    """Refuse a password that was given up lately. Raises RuleBroken for the field ``new_password``."""
    if is_former:
        raise RuleBroken(f"不能再用之前 {asked.history} 次用过的密码，请换一个。", field="new_password")


def _wishes(
    password: str, asked: Requirements, phone: str, name: str, context: Iterable[str], is_current: bool
) -> Iterable[str]:
    if len(password) < asked.shortest:
        yield f"密码至少 {asked.shortest} 位，现在是 {len(password)} 位"
    if len(password) > LONGEST:
        yield f"密码最多 {LONGEST} 位"
    if classes_in(password) < asked.classes:
        yield "请至少包含大写字母、小写字母、数字、符号中的三种"
    fragment = account_fragment(password, phone) if asked.fragment else ""
    if fragment:
        yield f"请去掉与手机号相同的“{fragment}”"
    if asked.classes and len(name) > 1 and name.casefold() in password.casefold():
        yield "请去掉自己的姓名"
    if is_common(password):
        yield "这个密码太常见，容易被猜中，请换一个"
    guessed = _context_in(password, [*context, *_HOUSE_WORDS, name, phone])
    if guessed:
        yield f"{guessed}容易被猜中，请去掉它，或在它之外再加 {LEFT_WITHOUT_CONTEXT} 位以上"
    if is_current:
        yield "新密码不能与现在的密码相同"


def classes_in(password: str) -> int:
    """How many of the four classes are there: capitals, small letters, digits, everything else."""
    return sum(
        (
            any("A" <= c <= "Z" for c in password),
            any("a" <= c <= "z" for c in password),
            any("0" <= c <= "9" for c in password),
            any(not (c.isascii() and c.isalnum()) for c in password),
        )
    )


def account_fragment(password: str, account: str) -> str:
    """The first piece of three characters that password and account (the phone) share; "" for none."""
    pieces = (account[start : start + FRAGMENT] for start in range(len(account) - FRAGMENT + 1))
    return next((piece for piece in pieces if piece in password), "")


def _context_in(password: str, words: Sequence[str]) -> str:
    """What of the password everybody here would try, in quotation marks, if too little is left without it; else ""."""
    folded, found = password.casefold(), []
    # The longest first: 南阳市宛城区人民法院 before 法院.
    for word in sorted({word.casefold() for word in words}, key=len, reverse=True):
        if len(word) >= 2 and (len(word) >= FRAGMENT or not word.isascii()) and word in folded:
            found.append(word)
            folded = folded.replace(word, "")
    for pattern in (_CASE_NUMBER, _YEAR):
        found += pattern.findall(folded)
        folded = pattern.sub("", folded)
    return "、".join(f"“{word}”" for word in found) if found and len(folded) < LEFT_WITHOUT_CONTEXT else ""


# -- age ------------------------------------------------------------------------------------------------------------


def is_expired(changed_at: datetime | None, moment: datetime, asked: Requirements) -> bool:
    """Whether the password has been in use for longer than the profile allows."""
    return asked.lasts is not None and changed_at is not None and moment - changed_at >= asked.lasts


def days_left(changed_at: datetime | None, moment: datetime, asked: Requirements) -> int | None:
    """Days until the password must be changed, once the time of notice has begun; None before that or without end."""
    if asked.lasts is None or changed_at is None:
        return None
    left = changed_at + asked.lasts - moment
    return max(left.days, 0) if left <= asked.notice else None
