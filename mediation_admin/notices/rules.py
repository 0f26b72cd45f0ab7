"""How often a number gets a message, when a try is repeated, what may stand in a text. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mediation_admin.core.errors import RuleBroken

# After the first, second … try that surely did not go out. Then it is given up.
RETRY_AFTER = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)
# How long the one who claimed a message is given before another may take it up.
LEASE = timedelta(minutes=2)
# When to ask the vendor what became of a message, counted from the last time it was asked.
ASK_AFTER = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
# A vendor's records lag behind what it sends: only after this long does "not known" mean "not sent".
RECORDS_LAG = timedelta(minutes=3)
KEPT_WITH_TEXT = timedelta(days=30)

MOST_CHARACTERS = 30
_LINK = re.compile(r"https?://[A-Za-z0-9.\-:\[\]]+/sign-in/link/[A-Za-z0-9_\-]+")
_CODE = re.compile(r"\d{4,8}")
_PHONE = re.compile(r"1\d{10}")
# The sign's brackets and whatever turns a name into a link or a second line.
_UNWANTED = re.compile(r"[【】\[\]<>\x00-\x1f\x7f\u2028\u2029]|https?:|www\.|//", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` messages to one number within a span."""

    most: int
    within: timedelta


def check_phone(phone: str) -> None:
    """Refuse what is no mobile number of the mainland."""
    if not _PHONE.fullmatch(phone):
        raise RuleBroken("请输入 11 位手机号。", field="phone")


def limit_reached(moments: Sequence[datetime], limits: Sequence[Limit], now: datetime) -> timedelta | None:
    """How long to wait until one more is allowed; None if it is allowed now. ``moments``: when the others went out."""
    waits = []
    for limit in limits:
        recent = sorted(one for one in moments if one > now - limit.within)
        if len(recent) >= limit.most:
            waits.append(recent[-limit.most] + limit.within - now)
    return max(waits, default=None)


def refuse_more(wait: timedelta) -> RuleBroken:
    """The refusal in words, with the time after which it goes on."""
    seconds = max(1, int(wait.total_seconds()))
    if seconds <= 90:
        return RuleBroken(f"刚刚已向这个手机号发送过，请 {seconds} 秒后再试。")
    hours, minutes = seconds // 3600, seconds % 3600 // 60 + 1
    span = f"{hours} 小时 {minutes} 分钟" if hours else f"{minutes} 分钟"
    return RuleBroken(f"向这个手机号发送短信的次数已达上限，请 {span}后再试；急需办理请联系平台客服。")


def clean(name: str, value: str) -> str:
    """A fact as it may stand in a text. A link and a code must be what they say (ValueError); from other words the
    sign's brackets, line breaks and links are taken out, and they are cut to 30 characters."""
    if name == "link":
        if not _LINK.fullmatch(value):
            raise ValueError("the link of a message must be http(s)://…/sign-in/link/<token>")
        return value
    if name == "code":
        if not _CODE.fullmatch(value):
            raise ValueError("the code of a message must be 4 to 8 digits")
        return value
    plain = unicodedata.normalize("NFC", value)
    while (less := _UNWANTED.sub("", plain)) != plain:
        plain = less
    plain = " ".join(plain.split())
    return plain if len(plain) <= MOST_CHARACTERS else plain[: MOST_CHARACTERS - 1] + "…"


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after ``tries`` tries that did not go out; None to give up."""
    return now + RETRY_AFTER[tries - 1] if tries <= len(RETRY_AFTER) else None


def next_question(checks: int, now: datetime) -> datetime | None:
    """When to ask the vendor again after ``checks`` questions; None to ask no more."""
    return now + ASK_AFTER[checks] if checks < len(ASK_AFTER) else None


def normalise_check_code(text: str) -> str:
    """A check code as somebody types it: full-width, blanks and small letters are forgiven."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
