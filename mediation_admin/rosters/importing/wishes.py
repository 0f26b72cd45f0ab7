"""What a row of a roster workbook asks for: typed cells turned into the values of a person and of a listing. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mediation_admin.core.errors import RuleBroken
from mediation_admin.imports.enums import Level
from mediation_admin.imports.subjects import Note, Row
from mediation_admin.rosters import rules

# Text fields that go over as they stand.
_PLAIN = (
    "sex", "nation", "political_status", "education", "full_time", "charges_fee", "accepts", "study", "career",
    "expertise", "qualifications", "training", "remark",
)  # fmt: skip
# What the roster form requires; a workbook may leave it out, and then it is counted as 待补.
_GAPS = {
    "phone": "手机号待补",
    "sex": "性别待补",
    "identities": "身份类别待补",
    "speciality_text": "擅长领域待补",
}
Resolve = Callable[[str], str | None]


@dataclass(slots=True)
class Wish:
    """One row: the person's values (only those the row states), the listing's, the organisations named."""

    name: str
    person: dict[str, Any]
    listing: dict[str, Any]
    organisations: list[str]
    notes: list[Note] = field(default_factory=list)

    @property
    def phone(self) -> str | None:
        """The mobile number, if the row has one."""
        return self.person.get("phone")

    @property
    def certificate_no(self) -> str:
        """The certificate number, "" if the row has none."""
        return self.listing.get("certificate_no", "")


def wish_of(row: Row, resolve: Resolve, today: date) -> Wish:
    """Read a row; what cannot stand becomes a note. ``resolve`` finds the dispute type a word means."""
    values = row.values
    wish = Wish(
        name=values.get("name") or "", person={}, listing={}, organisations=list(values.get("organisations") or [])
    )
    person = wish.person
    person["name"] = wish.name
    for name in _PLAIN:
        if values.get(name) not in (None, ""):
            person[name] = values[name]
    _phone(values.get("phone"), wish)
    if values.get("id_number"):
        person["id_number"] = values["id_number"]
    if values.get("birth_month"):
        _checked(wish, "birth_month", lambda: rules.read_birth_month(f"{values['birth_month']:%Y-%m}", today))
    if values.get("identities"):
        person["identities"] = [str(one) for one in values["identities"]]
    unit = " ".join(text for text in (values.get("work_unit"), values.get("post")) if text)
    if unit:
        person["work_unit"] = unit
    _specialities(values.get("specialities") or [], wish, resolve)
    _listing(values, wish)
    # A gap of a cell that is faulty would say the same thing twice.
    faulty = {note.field for note in row.notes if note.level is Level.FAULT}
    for name, message in _GAPS.items():
        cell = "specialities" if name == "speciality_text" else name
        if name not in person and cell not in faulty:
            wish.notes.append(Note(cell, message, Level.GAP))
    return wish


def _phone(number: str | None, wish: Wish) -> None:
    if not number:
        return
    if rules.MOBILE.fullmatch(number):
        wish.person["phone"] = number
        return
    message = f"“{number}”是座机，调解员要用手机号登录，手机号按待补处理"
    wish.notes.append(Note("phone", message, Level.WARNING))


def _specialities(words: list[str], wish: Wish, resolve: Resolve) -> None:
    if not words:
        return
    codes: list[str] = []
    unknown: list[str] = []
    for word in words:
        code = resolve(word) or resolve(word.removesuffix("纠纷")) or resolve(word.removesuffix("案件"))
        if code is None:
            unknown.append(word)
        elif code not in codes:
            codes.append(code)
    wish.person["speciality_text"] = "、".join(words)
    wish.person["specialities"] = codes
    if unknown:
        named = "、".join(f"“{word}”" for word in unknown)
        message = f"{named}没有对应的纠纷类型，只保留文字；指派时按其余类型推荐"
        wish.notes.append(Note("specialities", message, Level.WARNING))


def _listing(values: dict[str, Any], wish: Wish) -> None:
    for name in ("term_start", "term_end", "certificate_no", "max_open", "roster"):
        if values.get(name) not in (None, ""):
            wish.listing[name] = values[name]
    _checked_term(wish)
    identities = wish.person.get("identities")
    if identities:
        decided = rules.roster_for(identities)
        stated = wish.listing.get("roster")
        if stated is not None and decided is not stated and decided is not rules.roster_for([]):
            wish.notes.append(Note("roster", "身份含“法官”，列入其他调解员名册", Level.WARNING))
        if stated is None or decided is not rules.roster_for([]):
            wish.listing["roster"] = decided


def _checked(wish: Wish, name: str, read: Callable[[], Any]) -> None:
    try:
        wish.person[name] = read()
    except RuleBroken as broken:
        wish.notes.append(Note(name, broken.message))


def _checked_term(wish: Wish) -> None:
    try:
        rules.check_term(wish.listing.get("term_start"), wish.listing.get("term_end"))
    except RuleBroken as broken:
        wish.notes.append(Note(broken.field or "term_end", broken.message))
