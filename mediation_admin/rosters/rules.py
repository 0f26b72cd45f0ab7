"""What the rosters decide: phones, terms, which roster a person belongs to, and whether a listing lets one mediate."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mediation_admin.core.crypto import normalise_id_number, normalise_phone
from mediation_admin.core.errors import RuleBroken
from mediation_admin.rosters.enums import Certification, Identity, Roster, Standing

MOBILE = re.compile(r"1\d{10}")
LANDLINE = re.compile(r"0\d{9,11}|[2-8]\d{6,7}")
BIRTH_MONTH = re.compile(r"(19|20)\d{2}(-(0[1-9]|1[0-2]))?")
# A term longer than this is a typing error (courts grant two or three years, some six).
LONGEST_TERM_YEARS = 10


@dataclass(frozen=True, slots=True)
class Standings:
    """What a listing says about whether its holder may mediate."""

    certification: Certification
    standing: Standing
    term_start: date | None
    term_end: date | None
    revoked: bool = False


def roster_for(identities: Iterable[str]) -> Roster:
    """A judge always lands on the roster of other mediators (S2); everyone else is an invited mediator by default."""
    return Roster.OTHER if Identity.JUDGE in set(identities) else Roster.INVITED


def check_roster(roster: Roster, identities: Iterable[str]) -> None:
    """Refuse a judge on the roster of invited mediators (S2)."""
    if roster is Roster.INVITED and Identity.JUDGE in set(identities):
        raise RuleBroken("身份为“法官”的只能列入其他调解员名册。", field="roster")


def read_phone(text: str | None) -> str | None:
    """A mobile number of 11 digits, None for nothing (待补). The mediator signs in with it, so landlines are refused."""
    phone = normalise_phone(text)
    if not phone:
        return None
    if not MOBILE.fullmatch(phone):
        raise RuleBroken("请输入以 1 开头的 11 位手机号；暂时没有就留空，以后再补。", field="phone")
    return phone


def read_contact_phone(text: str | None) -> str | None:
    """A mobile or landline number of an organisation, None for nothing."""
    phone = normalise_phone(text)
    if not phone:
        return None
    if not (MOBILE.fullmatch(phone) or LANDLINE.fullmatch(phone)):
        raise RuleBroken("请输入 11 位手机号，或带区号的座机号码。", field="contact_phone")
    return phone


def read_birth_month(text: str | None, today: date) -> str | None:
    """YYYY or YYYY-MM, of somebody between 18 and 100; None for nothing."""
    if not (text or "").strip():
        return None
    month = text.strip()
    if not BIRTH_MONTH.fullmatch(month):
        raise RuleBroken("出生年月请写成 1978-08 这样。", field="birth_month")
    age = today.year - int(month[:4])
    if not 18 <= age <= 100:
        raise RuleBroken(f"出生年月 {month} 推算为 {age} 岁，请核对。", field="birth_month")
    return month


def read_id_number(text: str | None) -> str | None:
    """An identity number in its normal form, None for nothing. The check digit is the reading engine's business."""
    return normalise_id_number(text) or None


def check_term(start: date | None, end: date | None) -> None:
    """Refuse a term that ends before it begins or is absurdly long (特邀调解规定 §5 leaves the length to the court)."""
    if start is None or end is None:
        return
    if end < start:
        raise RuleBroken(f"聘期至 {end} 早于聘任日期 {start}。", field="term_end")
    if end.year - start.year > LONGEST_TERM_YEARS:
        raise RuleBroken(f"聘期 {start} 至 {end} 超过 {LONGEST_TERM_YEARS} 年，请核对。", field="term_end")


def why_not_eligible(listing: Standings, today: date) -> str | None:
    """The reason why the holder of this listing may not be assigned cases today; None when nothing stands against it."""
    if listing.revoked or listing.standing is Standing.REMOVED:
        return "已从本院名册除名"
    if listing.certification is not Certification.CERTIFIED:
        return f"认证状态为“{listing.certification.label}”"
    if listing.standing is not Standing.ACTIVE:
        return f"名册状态为“{listing.standing.label}”"
    if listing.term_start and listing.term_start > today:
        return f"聘期自 {listing.term_start} 起"
    if listing.term_end and listing.term_end < today:
        return f"聘期至 {listing.term_end} 已满"
    return None


def term_words(end: date | None, today: date, soon: int = 60) -> tuple[str, str]:
    """(words, tone) for the end of a term: 已满 3 天, 剩 20 天, or the date alone."""
    if end is None:
        return "未定", "mute"
    days = (end - today).days
    if days < 0:
        return f"{end} 已满 {-days} 天", "bad"
    if days <= soon:
        return f"{end} 剩 {days} 天", "warn"
    return str(end), "plain"
