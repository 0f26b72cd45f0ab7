"""特邀调解员名册 and 其他调解员名册: the lists."""

from datetime import timedelta
from typing import Any, ClassVar

from flask import jsonify, request
from sqlalchemy import ColumnElement, Select, select

from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Action,
    ChoiceFilter,
    Column,
    Empty,
    FlagFilter,
    Key,
    ListScreen,
    LookupFilter,
    Match,
    Order,
    Preset,
    SecretFilter,
    TextFilter,
    current_actor,
    screen_route,
)
from mediation_admin.core.crypto import mask_phone, normalise_phone
from mediation_admin.core.db import db
from mediation_admin.permissions import Permission
from mediation_admin.rosters import choices, queries, slots
from mediation_admin.rosters.admin.mediator_forms import MediatorForms
from mediation_admin.rosters.admin.mediator_pages import MediatorPages
from mediation_admin.rosters.admin.pieces import identity_words
from mediation_admin.rosters.enums import Certification, Roster, Standing
from mediation_admin.rosters.models import Mediator, MediatorListing, Organisation

TERMS = [("over", "聘期已满"), ("30", "30 天内到期"), ("90", "90 天内到期")]


def _term(value: str) -> ColumnElement[bool]:
    today = clock.today()
    if value == "over":
        return queries.term_ends_by(today - timedelta(days=1))
    return queries.term_ends_within(int(value), today)


def _organisation_label(ident: int) -> str | None:
    row = db.session.get(Organisation, ident)
    return row.name if row else None


class MediatorList(MediatorPages, MediatorForms, ListScreen):
    """特邀调解员名册."""

    code = "mediators"
    title = "特邀调解员名册"
    permission = Permission.ROSTER_VIEW
    menu_path = ("名册管理", "特邀调解员名册管理")
    roster: ClassVar[Roster] = Roster.INVITED

    columns = [
        Column("name", "姓名", kind="link", sortable="pinyin", required=True, width="s"),
        Column("sex", "性别", cell=lambda row: row.sex.label if row.sex else "", width="fit"),
        Column("phone", "手机号", cell=lambda row: mask_phone(row.phone) or "待补", width="fit"),
        Column("identities", "身份", cell=lambda row: "、".join(identity_words(row.identities))),
        Column("organisations", "所属调解组织", width="m"),
        Column("speciality_text", "擅长领域", width="m"),
        Column("open_cases", "在手", kind="number", help="正在该调解员手上的案件：待受理、调解中、申请结案。"),
        Column("term_end", "聘期至", kind="deadline", sortable="term"),
        Column("certification", "认证", kind="tag", enum=Certification, default=False),
        Column("standing", "名册状态", kind="tag", enum=Standing),
        Column("certificate_no", "证书编号", default=False),
        Column("work_unit", "工作单位及职务", default=False, width="m"),
        Column("education", "学历", default=False),
        Column("birth_month", "出生年月", default=False),
        Column("full_time", "专职", kind="flag", default=False),
        Column("term_start", "聘任日期", kind="date", default=False),
        Column("max_open", "在手上限", kind="number", default=False),
    ]
    orders = [
        Order("pinyin", "姓名拼音", [Key(Mediator.pinyin), Key(MediatorListing.id)]),
        Order("-pinyin", "姓名拼音（倒序）", [Key(Mediator.pinyin, descending=True), Key(MediatorListing.id)]),
        Order("term", "聘期先到期的在前", [Key(MediatorListing.term_end, nullable=True), Key(MediatorListing.id)]),
        Order(
            "-term",
            "聘期后到期的在前",
            [Key(MediatorListing.term_end, descending=True, nullable=True), Key(MediatorListing.id)],
        ),
        Order("newest", "最近列入的在前", [Key(MediatorListing.id, descending=True)]),
    ]
    filters = [
        TextFilter("name", "姓名", condition=queries.mediator_matches, placeholder="姓名、拼音或首字母"),
        SecretFilter(
            "phone", "手机号", condition=queries.phone_matches, normalise=normalise_phone, mask=mask_phone,
            placeholder="整号或后四位",
        ),
        ChoiceFilter(
            "speciality", "擅长纠纷类型", choices=lambda: choices.dispute_types(db.session), multiple=True,
            condition=queries.with_speciality,
        ),
        LookupFilter(
            "organisation", "所属调解组织", condition=queries.member_of, endpoint="/organisations/lookup",
            describe=_organisation_label,
        ),
        ChoiceFilter("standing", "名册状态", MediatorListing.standing, choices=Standing, cast=Standing),
        ChoiceFilter("term", "聘期", choices=TERMS, condition=_term, more=True),
        ChoiceFilter(
            "certification", "认证状态", MediatorListing.certification, choices=Certification, cast=Certification, more=True
        ),
        FlagFilter(
            "no_phone", "手机号待补", more=True,
            condition=lambda yes: queries.without_phone() if yes else ~queries.without_phone(),
        ),
    ]  # fmt: skip
    presets = [
        Preset("全部"),
        Preset("聘期 90 天内到期", (("term", "90"),)),
        Preset("聘期已满", (("term", "over"),)),
        Preset("手机号待补", (("no_phone", "1"),)),
        Preset("停用", (("standing", "suspended"),)),
        Preset("已除名", (("standing", "removed"),)),
    ]
    search_label = "姓名、拼音、首字母、手机号或后四位"
    exportable = True
    empty = Empty("名册里还没有调解员。可以逐个新增，或用 Excel 名册一次导入。")

    # -- the list ----------------------------------------------------------------------------------------------

    def select(self) -> Select[Any]:
        return (
            select(
                MediatorListing.id.label("id"),
                Mediator.id.label("mediator_id"),
                Mediator.name.label("name"),
                Mediator.sex.label("sex"),
                Mediator.phone.label("phone"),
                Mediator.identities.label("identities"),
                queries.speciality_words().label("speciality_text"),
                Mediator.work_unit.label("work_unit"),
                Mediator.education.label("education"),
                Mediator.birth_month.label("birth_month"),
                Mediator.full_time.label("full_time"),
                MediatorListing.term_start.label("term_start"),
                MediatorListing.term_end.label("term_end"),
                MediatorListing.certificate_no.label("certificate_no"),
                MediatorListing.certification.label("certification"),
                MediatorListing.standing.label("standing"),
                MediatorListing.max_open.label("max_open"),
                queries.organisation_names_of(Mediator.id).label("organisations"),
                slots.open_cases("mediator", Mediator.id).label("open_cases"),
            )
            .join(MediatorListing, MediatorListing.mediator_id == Mediator.id)
            .where(MediatorListing.roster == self.roster)
        )

    def conditions(self, values: dict[str, Any]) -> list[ColumnElement[bool]]:
        removed = values.get("standing") is Standing.REMOVED
        revoked = MediatorListing.revoked_at.is_not(None) if removed else MediatorListing.revoked_at.is_(None)
        return [*super().conditions(values), revoked]

    def search(self, text: str) -> Match:
        digits = normalise_phone(text)
        if digits.isdigit():
            return Match(queries.phone_matches(text), "按手机号后四位查找" if len(digits) == 4 else "按手机号查找")
        latin = text.strip().isascii()
        return Match(queries.mediator_matches(text), "按拼音或首字母查找" if latin else "按姓名查找")

    def detail_url(self, row: Any) -> str | None:
        return self.url_for("detail", ident=row.mediator_id)

    def row_actions(self, row: Any) -> list[Action]:
        if not current_actor().may(Permission.ROSTER_EDIT) or row.standing is Standing.REMOVED:
            return []
        return [
            Action("编辑", self.url_for("edit", ident=row.mediator_id)),
            Action("聘期", self.url_for("terms", ident=row.mediator_id)),
        ]

    def actions(self) -> list[Action]:
        actor = current_actor()
        made = []
        if actor.may(Permission.ROSTER_IMPORT):
            made.append(Action("导入名册", "/roster-import/", icon="upload"))
        if actor.may(Permission.ROSTER_EDIT):
            made.append(Action("邀请加入本院", self.url_for("invite")))
            made.append(Action(self.new_label, self.url_for("new"), primary=True, icon="plus", shortcut="n"))
        return made

    @screen_route("/lookup")
    def lookup(self) -> Any:
        """People of the court's roster for a type-ahead, whatever their roster."""
        found = queries.find_mediators(db.session, current_actor().court_id, request.args.get("q", ""))
        return jsonify(
            [
                {"value": i, "label": name, "note": " · ".join(x for x in (orgs, unit) if x)}
                for i, name, unit, orgs in found
            ]
        )


class OtherMediatorList(MediatorList):
    """其他调解员名册管理; whoever has the identity 法官 lands here."""

    code = "other_mediators"
    title = "其他调解员名册"
    menu_path = ("名册管理",)
    menu_title = "其他调解员名册管理"
    roster = Roster.OTHER
    empty = Empty("还没有其他调解员。身份为“法官”的调解员会自动列在这里。")
