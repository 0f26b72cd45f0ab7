"""Names of parties: how they are summed up in a list, cut into pieces for search, and what kind of person they name."""

import re
import unicodedata
from collections.abc import Iterable

from mediation_admin.cases.enums import PartyType

# Letters, digits and Chinese characters are what a person remembers of a name; the rest is left out on both sides.
_NOISE = re.compile(r"[^\w]|_", re.UNICODE)
_COMPANY = re.compile(
    r"(公司|银行|信用社|合作联社|集团|厂|店|商行|超市|医院|学校|学院|大学|幼儿园|协会|学会|基金会|研究院|研究所|中心|酒店|宾馆|饭店|餐厅"
    r"|局|厅|委员会|政府|办事处|管理处|服务部|经营部|门市部|工作室|合作社|事务所|合伙企业|分公司|支行|分行|营业部|项目部|村民小组|业主大会)"
    r"(（[^）]*）|\([^)]*\))?$"
)
_UNINCORPORATED = re.compile(
    r"(分公司|支公司|支行|分行|营业部|事务所|合伙企业|项目部|经营部|门市部|服务部|工作室|商行|超市|店|厂|村民小组|业主大会|业主委员会)"
    r"(（[^）]*）|\([^)]*\))?$"
)


def plain(name: str) -> str:
    """A name without blanks, brackets and points, half-width and in capitals."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).upper()


def bigrams(name: str) -> set[str]:
    """Every two neighbouring characters; a name of one character is its own piece."""
    text = plain(name)
    if len(text) == 1:
        return {text}
    return {text[n : n + 2] for n in range(len(text) - 1)}


def search_terms(court_id: int, names: Iterable[str]) -> list[str]:
    """The pieces a case is found by. The court is part of each, so that one index serves all courts without meeting."""
    found: set[str] = set()
    for name in names:
        found |= bigrams(name)
    return sorted(f"{court_id}:{piece}" for piece in found)


def query_terms(court_id: int, text: str) -> list[str]:
    """The pieces a typed name asks for; empty when fewer than two characters are left of it."""
    return search_terms(court_id, [text]) if len(plain(text)) >= 2 else []


def summary(names: Iterable[str]) -> str:
    """甲、乙、丙 in order."""
    return "、".join(name.strip() for name in names if name.strip())


def party_type_of(name: str) -> PartyType:
    """What kind of person a name looks like, for ledgers that do not say; a clerk may correct it."""
    text = unicodedata.normalize("NFKC", name).strip()
    if len(text) <= 3 or not _COMPANY.search(text):
        return PartyType.NATURAL
    if _UNINCORPORATED.search(text) and not re.search(r"(有限责任公司|股份有限公司|有限公司)$", text):
        return PartyType.UNINCORPORATED
    return PartyType.LEGAL
