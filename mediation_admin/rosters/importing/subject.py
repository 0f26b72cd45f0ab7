"""The mediators' roster as an importable subject: whom a row means, what would change, writing it, taking it back."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from mediation_admin.core.crypto import blind_indexes, mask_name, mask_phone
from mediation_admin.core.scope import unfenced
from mediation_admin.imports.enums import Level, Verdict
from mediation_admin.imports.reading import Catalogue
from mediation_admin.imports.subjects import Judgement, Note, Row, Run, Subject, Written, WrittenRow, register
from mediation_admin.imports.templates import template_workbook
from mediation_admin.permissions import Permission
from mediation_admin.reference import queries as reference
from mediation_admin.rosters import queries
from mediation_admin.rosters.columns import MEDIATOR_COLUMNS
from mediation_admin.rosters.importing.taking_back import take_back
from mediation_admin.rosters.importing.wishes import Wish, wish_of
from mediation_admin.rosters.importing.writing import write_rows
from mediation_admin.rosters.models import Mediator, MediatorListing


@dataclass(slots=True)
class Held:
    """A person the platform has, as a row is compared with: with the listing at this court, if there is one."""

    mediator: Mediator
    listing: MediatorListing | None
    organisations: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Plan:
    """What writing a row would do."""

    wish: Wish
    held: Held | None
    person: dict[str, Any] = field(default_factory=dict)
    listing: dict[str, Any] = field(default_factory=dict)
    organisations: list[str] = field(default_factory=list)


class MediatorImport(Subject):
    """特邀调解员名册 (and 其他调解员: whoever is a judge lands there)."""

    code = "rosters"
    title = "调解员名册"
    noun = "调解员"
    unit = "名"
    permission = Permission.ROSTER_IMPORT

    def catalogue(self) -> Catalogue:
        return MEDIATOR_COLUMNS

    def template(self) -> bytes:
        return template_workbook(
            MEDIATOR_COLUMNS,
            "调解员名册",
            [
                "一行一名调解员。带 * 的列必填；其余列可以留空，缺的会标为“待补”，以后再补。",
                "所属调解组织不在本院名册中的，会一并建立。",
                "身份含“法官”的列入其他调解员名册。",
                "列名、列的次序可以和您自己的名册一样：系统会自己辨认，不必照抄本模板。",
            ],
        )

    def begin(self, run: Run) -> None:
        run.memory["types"] = reference.dispute_type_names(run.session)
        run.memory["phones"] = {}
        run.memory["names"] = {}
        run.memory["organisations"] = {
            name: ident for ident, name in queries.organisation_names(run.session, run.court_id)
        }

    def judge(self, run: Run, rows: list[Row]) -> list[Judgement]:
        wishes = [wish_of(row, run.memory["types"].resolve, run.today) for row in rows]
        by_phone, by_name = _look_up(run, wishes)
        return [self._judge_one(run, row, wish, by_phone, by_name) for row, wish in zip(rows, wishes, strict=True)]

    def _judge_one(
        self, run: Run, row: Row, wish: Wish, by_phone: dict[str, Held], by_name: dict[str, list[Held]]
    ) -> Judgement:
        notes = list(wish.notes)
        notes += _repeated(run, row, wish)
        held: Held | None = None
        if not any(note.level is Level.FAULT for note in notes):
            held, more = _whom(wish, by_phone, by_name)
            notes += more
        plan = Plan(wish, held)
        judgement = Judgement(Verdict.NEW, label=wish.name, notes=notes, plan=plan)
        if any(note.level is Level.FAULT for note in notes):
            judgement.verdict = Verdict.FAULTY
            return judgement
        if held is None:
            plan.person, plan.listing, plan.organisations = wish.person, wish.listing, wish.organisations
            return judgement
        judgement.target_id = held.mediator.id
        _supplied(judgement, held)
        if held.listing is None:
            # Another court's mediator: listed here, their own data stay as they are.
            plan.listing, plan.organisations = wish.listing, wish.organisations
            return judgement
        plan.person = _differences(held.mediator, wish.person)
        if "speciality_text" not in plan.person:
            # The same words as before: codes a clerk has picked by hand stay.
            plan.person.pop("specialities", None)
        plan.listing = _differences(held.listing, wish.listing)
        plan.organisations = [name for name in wish.organisations if name not in held.organisations]
        changes = plan.person or plan.listing or plan.organisations
        judgement.verdict = Verdict.CHANGED if changes else Verdict.UNCHANGED
        return judgement

    def write(self, run: Run, judged: list[tuple[Row, Judgement]]) -> list[Written]:
        return write_rows(run, [judgement.plan for _, judgement in judged])

    def undo(self, run: Run, rows: list[WrittenRow]) -> list[str | None]:
        return take_back(run, rows)

    def links(self, run: Run, target_ids: list[int]) -> dict[int, str]:
        return {ident: f"/mediators/{ident}/" for ident in target_ids}


def _look_up(run: Run, wishes: list[Wish]) -> tuple[dict[str, Held], dict[str, list[Held]]]:
    """The people of the platform by the rows' phones, and the people of this court by the rows' names."""
    phones = {wish.phone: blind_indexes("phone", wish.phone) for wish in wishes if wish.phone}
    indexes = [index for made in phones.values() for index in made]
    names = {wish.name for wish in wishes if wish.name}
    listed = run.session.execute(
        select(Mediator, MediatorListing)
        .join(MediatorListing, MediatorListing.mediator_id == Mediator.id)
        .where(
            MediatorListing.court_id == run.court_id,
            MediatorListing.revoked_at.is_(None),
            or_(Mediator.name.in_(names), Mediator.phone_index.in_(indexes)),
        )
    ).all()
    here = {mediator.id: Held(mediator, listing) for mediator, listing in listed}
    for mediator_id, organisations in queries.organisations_of(run.session, here).items():
        here[mediator_id].organisations = {name for _, name in organisations}
    everywhere = run.session.scalars(
        unfenced(
            select(Mediator).where(Mediator.phone_index.in_(indexes)),
            "R02: a mediator's phone is unique on the whole platform",
        )
    ).all()
    by_index = {mediator.phone_index: here.get(mediator.id) or Held(mediator, None) for mediator in everywhere}
    by_phone = {phone: by_index[index] for phone, made in phones.items() for index in made if index in by_index}
    by_name: dict[str, list[Held]] = {}
    for held in here.values():
        by_name.setdefault(held.mediator.name, []).append(held)
    return by_phone, by_name


def _repeated(run: Run, row: Row, wish: Wish) -> list[Note]:
    """The same person twice in one file: the later row is refused, with the number of the first."""
    phones, names = run.memory["phones"], run.memory["names"]
    key = (wish.name, wish.certificate_no)
    if wish.phone:
        first = phones.setdefault(wish.phone, row.number)
        return [] if first == row.number else [Note("phone", f"与第 {first} 行的手机号相同，请核对是不是同一个人")]
    first = names.setdefault(key, row.number)
    if first == row.number:
        return []
    return [Note("name", f"与第 {first} 行姓名相同，又都没有手机号，分不清是不是同一个人，请填写手机号")]


def _whom(wish: Wish, by_phone: dict[str, Held], by_name: dict[str, list[Held]]) -> tuple[Held | None, list[Note]]:
    """Whom the row means, with what must be said about it; nobody for a new person."""
    if wish.phone and wish.phone in by_phone:
        held = by_phone[wish.phone]
        if held.mediator.name != wish.name:
            whose = mask_name(held.mediator.name)
            where = "本院名册中" if held.listing else "平台上其他法院"
            return None, [Note("phone", f"这个手机号已属于{where}的调解员 {whose}，请核对手机号或姓名")]
        if held.listing is None:
            return held, [
                Note("phone", "该调解员已由其他法院录入，将直接邀请加入本院，其个人信息不改动", Level.WARNING)
            ]
        return held, []
    everyone = namesakes = by_name.get(wish.name, [])
    if wish.certificate_no:
        same = [one for one in namesakes if one.listing and one.listing.certificate_no == wish.certificate_no]
        if len(same) == 1:
            return same[0], _new_phone(wish, same[0])
        namesakes = [one for one in namesakes if not (one.listing and one.listing.certificate_no)]
    if wish.phone:
        # A person entered without a phone is completed; a person with another phone is somebody else of that name.
        waiting = [one for one in namesakes if not one.mediator.phone]
        if len(waiting) == 1:
            return waiting[0], []
        if len(waiting) > 1:
            return None, [Note("name", f"本院名册有 {len(waiting)} 名同名且没有手机号的调解员，请填写证书编号以便区分")]
        another = Note("name", "本院名册已有同名的调解员，手机号不同，按另一个人新增", Level.WARNING)
        return None, [another] if everyone else []
    if len(namesakes) == 1:
        return namesakes[0], []
    if len(namesakes) > 1:
        return None, [Note("name", f"本院名册有 {len(namesakes)} 名同名的调解员，请填写手机号或证书编号以便区分")]
    return None, []


def _new_phone(wish: Wish, held: Held) -> list[Note]:
    if wish.phone and held.mediator.phone and wish.phone != held.mediator.phone:
        old, new = mask_phone(held.mediator.phone), mask_phone(wish.phone)
        return [Note("phone", f"证书编号相同，手机号将由 {old} 改为 {new}，登录账号随之改变，请核对", Level.WARNING)]
    return []


def _supplied(judgement: Judgement, held: Held) -> None:
    """A gap of the row that the platform's record fills already is none."""
    filled = {
        "phone": held.mediator.phone,
        "sex": held.mediator.sex,
        "identities": held.mediator.identities,
        "specialities": held.mediator.speciality_text,
    }
    judgement.notes = [note for note in judgement.notes if note.level is not Level.GAP or not filled.get(note.field)]


def _differences(row: Any, wished: dict[str, Any]) -> dict[str, Any]:
    """The wished values that are not what the row holds. A cell that is empty changes nothing."""
    return {name: value for name, value in wished.items() if getattr(row, name) != value}


MEDIATORS = register(MediatorImport())
