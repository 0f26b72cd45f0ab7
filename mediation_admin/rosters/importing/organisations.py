"""The organisations' roster as an importable subject: one row is one organisation, known by its name at this court."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError

from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.errors import RuleBroken
from mediation_admin.imports.enums import Level, Verdict
from mediation_admin.imports.reading import Catalogue
from mediation_admin.imports.subjects import Judgement, Note, Row, Run, Subject, Written, WrittenRow, register
from mediation_admin.imports.templates import template_workbook
from mediation_admin.permissions import Permission
from mediation_admin.reference import queries as reference
from mediation_admin.rosters import operations, rules, slots
from mediation_admin.rosters.columns import ORGANISATION_COLUMNS
from mediation_admin.rosters.importing.taking_back import CHANGED_SINCE, GONE, IN_USE
from mediation_admin.rosters.models import Membership, Organisation, OrganisationListing

_PLAIN = ("kind", "level", "superior", "head_name", "contact_name", "address", "joined_on", "duties", "accepts", "charges_fee", "remark")  # fmt: skip
_LISTING = ("term_start", "term_end", "certificate_no")
_DATES = frozenset({"joined_on", "term_start", "term_end"})


@dataclass(slots=True)
class Plan:
    """What writing a row would do; ``held`` is the organisation with its listing, None for a new one."""

    held: tuple[Organisation, OrganisationListing] | None
    values: dict[str, Any] = field(default_factory=dict)
    listing: dict[str, Any] = field(default_factory=dict)


class OrganisationImport(Subject):
    """特邀调解组织名册."""

    code = "organisations"
    title = "调解组织名册"
    noun = "调解组织"
    unit = "家"
    permission = Permission.ROSTER_IMPORT
    # The mediators' roster founds organisations too: the two wait for each other.
    locks = "rosters"

    def catalogue(self) -> Catalogue:
        return ORGANISATION_COLUMNS

    def template(self) -> bytes:
        return template_workbook(
            ORGANISATION_COLUMNS,
            "调解组织名册",
            ["一行一家调解组织。带 * 的列必填；其余列可以留空。", "名称与本院名册中的一致时，更新原有的一家。"],
        )

    def begin(self, run: Run) -> None:
        run.memory["types"] = reference.dispute_type_names(run.session)
        run.memory["ministries"] = reference.ministry_names(run.session)
        run.memory["names"] = {}

    def judge(self, run: Run, rows: list[Row]) -> list[Judgement]:
        names = {row.values.get("name") for row in rows}
        found = run.session.execute(
            select(Organisation, OrganisationListing)
            .join(OrganisationListing, OrganisationListing.organisation_id == Organisation.id)
            .where(
                OrganisationListing.court_id == run.court_id,
                OrganisationListing.revoked_at.is_(None),
                Organisation.name.in_(names - {None}),
            )
        ).all()
        held = {organisation.name: (organisation, listing) for organisation, listing in found}
        return [self._judge_one(run, row, held.get(row.values.get("name"))) for row in rows]

    def _judge_one(self, run: Run, row: Row, held: tuple[Organisation, OrganisationListing] | None) -> Judgement:
        values, listing, notes = _wish(run, row)
        name = row.values.get("name") or ""
        first = run.memory["names"].setdefault(name, row.number)
        if first != row.number:
            notes.append(Note("name", f"与第 {first} 行的组织名称相同，一家组织只写一行"))
        judgement = Judgement(Verdict.NEW, label=name, notes=notes, plan=Plan(held, values, listing))
        if held is not None:
            organisation, place = held
            judgement.target_id = organisation.id
            judgement.plan.values = {key: value for key, value in values.items() if getattr(organisation, key) != value}
            judgement.plan.listing = {key: value for key, value in listing.items() if getattr(place, key) != value}
            changes = judgement.plan.values or judgement.plan.listing
            judgement.verdict = Verdict.CHANGED if changes else Verdict.UNCHANGED
            if organisation.contact_phone:
                judgement.notes = [note for note in notes if (note.field, note.level) != ("contact_phone", Level.GAP)]
        return judgement

    def write(self, run: Run, judged: list[tuple[Row, Judgement]]) -> list[Written]:
        written = []
        for _, judgement in judged:
            plan: Plan = judgement.plan
            if plan.held is None:
                written.append(_found(run, plan))
                continue
            organisation, place = plan.held
            before = {
                "values": {key: _plain(getattr(organisation, key)) for key in plan.values},
                "listing": {key: _plain(getattr(place, key)) for key in plan.listing},
            }
            operations.set_organisation(organisation, plan.values)
            for key, value in plan.listing.items():
                setattr(place, key, value)
            written.append(Written(organisation.id, before=before))
        run.session.flush()
        return written

    def undo(self, run: Run, rows: list[WrittenRow]) -> list[str | None]:
        needed = slots.needs(run.session, "organisation", [row.target_id for row in rows if row.before is None])
        return [needed.get(row.target_id) or _take_back(run, row) for row in rows]

    def links(self, run: Run, target_ids: list[int]) -> dict[int, str]:
        return {ident: f"/organisations/{ident}/" for ident in target_ids}


def _wish(run: Run, row: Row) -> tuple[dict[str, Any], dict[str, Any], list[Note]]:
    cells = row.values
    notes: list[Note] = []
    values = {
        "name": cells.get("name") or "",
        **{key: cells[key] for key in _PLAIN if cells.get(key) not in (None, "")},
    }
    listing = {key: cells[key] for key in _LISTING if cells.get(key) not in (None, "")}
    if cells.get("contact_phone"):
        values["contact_phone"] = rules.read_contact_phone(cells["contact_phone"])
    elif not any(note.field == "contact_phone" and note.level is Level.FAULT for note in row.notes):
        notes.append(Note("contact_phone", "管理员手机待补", Level.GAP))
    if cells.get("head_phone"):
        values["contacts"] = f"{cells.get('head_name') or '负责人'} {cells['head_phone']}"
    if cells.get("ministry") and cells["ministry"] != "否":
        code = run.memory["ministries"].resolve(cells["ministry"])
        if code is None:
            notes.append(Note("ministry", f"“{cells['ministry']}”不在部委名单中，没有记入", Level.WARNING))
        else:
            values["ministry_code"] = code
    if cells.get("specialities"):
        found = {word: run.memory["types"].resolve(word.removesuffix("纠纷")) for word in cells["specialities"]}
        values["specialities"] = list(dict.fromkeys(code for code in found.values() if code))
        unknown = "、".join(f"“{word}”" for word, code in found.items() if code is None)
        if unknown:
            notes.append(Note("specialities", f"{unknown}没有对应的纠纷类型，没有记入", Level.WARNING))
    try:
        rules.check_term(listing.get("term_start"), listing.get("term_end"))
    except RuleBroken as broken:
        notes.append(Note(broken.field or "term_end", broken.message))
    return values, listing, notes


def _found(run: Run, plan: Plan) -> Written:
    organisation = Organisation(home_court_id=run.court_id, specialities=[])
    operations.set_organisation(organisation, plan.values)
    run.session.add(organisation)
    run.session.flush()
    place = OrganisationListing(
        court_id=run.court_id,
        organisation_id=organisation.id,
        granted_by=run.actor.account_id,
        batch_id=run.batch_id,
        **plan.listing,
    )
    run.session.add(place)
    run.session.flush()
    return Written(organisation.id, {"listing": place.id})


def _take_back(run: Run, row: WrittenRow) -> str | None:
    session = run.session
    organisation = session.get(Organisation, row.target_id)
    place = session.scalar(
        select(OrganisationListing).where(
            OrganisationListing.court_id == run.court_id,
            OrganisationListing.organisation_id == row.target_id,
            OrganisationListing.revoked_at.is_(None),
        )
    )
    if organisation is None or place is None:
        return GONE
    if run.written_at is not None and max(organisation.updated_at, place.updated_at) > run.written_at:
        return CHANGED_SINCE
    if row.before is not None:
        operations.set_organisation(
            organisation, {key: _typed(key, value) for key, value in row.before["values"].items()}
        )
        for key, value in row.before["listing"].items():
            setattr(place, key, _typed(key, value))
        session.flush()
        return None
    members = session.scalar(select(exists().where(Membership.organisation_id == row.target_id)))
    if members:
        return "已有调解员加入该组织"
    try:
        with session.begin_nested():
            session.execute(delete(OrganisationListing).where(OrganisationListing.id == place.id))
            session.execute(
                delete(Organisation)
                .where(Organisation.id == row.target_id)
                .execution_options(unfenced="the listing that let this court see the organisation is gone")
            )
    except IntegrityError:
        return IN_USE
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, LabelledEnum):
        return value.value
    return value if value is None or isinstance(value, str | int | bool | list) else str(value)


def _typed(key: str, value: Any) -> Any:
    return date.fromisoformat(value) if value is not None and key in _DATES else value


ORGANISATIONS = register(OrganisationImport())
