"""特邀调解组织名册: the list, an organisation's page with its members, the forms."""

from datetime import timedelta
from typing import Any

from flask import jsonify, request
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, Select, select

from mediation_admin.audit import revealing
from mediation_admin.audit.panels import lookers
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Action,
    ChoiceFilter,
    Column,
    Detail,
    Empty,
    Fact,
    Facts,
    FormPage,
    Key,
    ListScreen,
    Match,
    Notice,
    Order,
    Preset,
    Prose,
    Tab,
    Table,
    TextFilter,
    current_actor,
    render_detail,
    render_form,
    screen_route,
    toast,
    wants_another,
)
from mediation_admin.core.crypto import mask_numbers, mask_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.forms import choices_of
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission
from mediation_admin.rosters import choices, operations, queries, rules, slots
from mediation_admin.rosters.admin.pieces import ministry_words, timeline_of
from mediation_admin.rosters.admin.steps import ListingSteps
from mediation_admin.rosters.enums import Certification, OrganisationKind, Standing
from mediation_admin.rosters.forms import NewOrganisationForm, OrganisationForm, OrganisationListingForm
from mediation_admin.rosters.models import Organisation, OrganisationListing

TERMS = [("over", "聘期已满"), ("90", "90 天内到期")]


def _term(value: str) -> ColumnElement[bool]:
    today = clock.today()
    if value == "over":
        return OrganisationListing.term_end < today
    return OrganisationListing.term_end.between(today, today + timedelta(days=int(value)))


class OrganisationList(ListingSteps, ListScreen):
    """特邀调解组织名册."""

    code = "organisations"
    title = "特邀调解组织名册"
    permission = Permission.ROSTER_VIEW
    menu_path = ("名册管理", "特邀调解组织名册管理")
    listing_kind = OrganisationListing

    columns = [
        Column("name", "组织名称", kind="link", sortable="pinyin", required=True, width="l"),
        Column("kind", "组织类型", cell=lambda row: row.kind.label),
        Column("ministry_code", "所属部委", cell=lambda row: ministry_words(row.ministry_code)),
        Column("contact_name", "管理员"),
        Column("contact_phone", "管理员手机", cell=lambda row: mask_phone(row.contact_phone) or "待补", width="fit"),
        Column("members", "调解员", kind="number", help="现在属于该组织的调解员人数。"),
        Column("open_cases", "在手", kind="number", help="正在该组织手上的案件：待受理、调解中、申请结案。"),
        Column("term_end", "聘期至", kind="deadline"),
        Column("certification", "认证", kind="tag", enum=Certification, default=False),
        Column("standing", "名册状态", kind="tag", enum=Standing),
        Column("head_name", "负责人", default=False),
        Column("superior", "上级单位", default=False),
        Column("address", "地址", default=False, width="m"),
        Column("joined_on", "接入时间", kind="date", default=False),
    ]
    orders = [
        Order("pinyin", "名称拼音", [Key(Organisation.pinyin), Key(OrganisationListing.id)]),
        Order("-pinyin", "名称拼音（倒序）", [Key(Organisation.pinyin, descending=True), Key(OrganisationListing.id)]),
        Order("newest", "最近列入的在前", [Key(OrganisationListing.id, descending=True)]),
    ]
    filters = [
        TextFilter("name", "组织名称", condition=queries.organisation_matches, placeholder="名称、拼音或首字母"),
        ChoiceFilter("kind", "组织类型", Organisation.kind, choices=OrganisationKind, cast=OrganisationKind),
        ChoiceFilter(
            "ministry", "所属部委", Organisation.ministry_code,
            choices=lambda: choices.ministries(db.session, clock.today())[1:],
        ),
        ChoiceFilter("standing", "名册状态", OrganisationListing.standing, choices=Standing, cast=Standing),
        ChoiceFilter("term", "聘期", choices=TERMS, condition=_term),
        ChoiceFilter(
            "certification", "认证状态", OrganisationListing.certification, choices=Certification, cast=Certification,
            more=True,
        ),
    ]  # fmt: skip
    presets = [
        Preset("全部"),
        Preset("停用", (("standing", "suspended"),)),
        Preset("已除名", (("standing", "removed"),)),
    ]
    search_label = "组织名称、拼音、首字母或管理员手机号"
    exportable = True
    empty = Empty("名册里还没有调解组织。导入调解员名册时，“所属调解组织”会一并建立。")

    # -- the list ----------------------------------------------------------------------------------------------

    def select(self) -> Select[Any]:
        return select(
            OrganisationListing.id.label("id"),
            Organisation.id.label("organisation_id"),
            Organisation.name.label("name"),
            Organisation.kind.label("kind"),
            Organisation.ministry_code.label("ministry_code"),
            Organisation.contact_name.label("contact_name"),
            Organisation.contact_phone.label("contact_phone"),
            Organisation.head_name.label("head_name"),
            Organisation.superior.label("superior"),
            Organisation.address.label("address"),
            Organisation.joined_on.label("joined_on"),
            OrganisationListing.term_end.label("term_end"),
            OrganisationListing.certification.label("certification"),
            OrganisationListing.standing.label("standing"),
            queries.member_count_of(Organisation.id).label("members"),
            slots.open_cases("organisation", Organisation.id).label("open_cases"),
        ).join(OrganisationListing, OrganisationListing.organisation_id == Organisation.id)

    def conditions(self, values: dict[str, Any]) -> list[ColumnElement[bool]]:
        removed = values.get("standing") is Standing.REMOVED
        revoked = OrganisationListing.revoked_at.is_not(None) if removed else OrganisationListing.revoked_at.is_(None)
        return [*super().conditions(values), revoked]

    def search(self, text: str) -> Match:
        return Match(queries.organisation_matches(text), "按名称、拼音或管理员手机号查找")

    def detail_url(self, row: Any) -> str | None:
        return self.url_for("detail", ident=row.organisation_id)

    def row_actions(self, row: Any) -> list[Action]:
        if not current_actor().may(Permission.ROSTER_EDIT) or row.standing is Standing.REMOVED:
            return []
        return [Action("编辑", self.url_for("edit", ident=row.organisation_id))]

    def actions(self) -> list[Action]:
        actor = current_actor()
        made = []
        if actor.may(Permission.ROSTER_IMPORT):
            made.append(Action("导入名册", "/organisation-import/", icon="upload"))
        if actor.may(Permission.ROSTER_EDIT):
            made.append(Action("新增调解组织", self.url_for("new"), primary=True, icon="plus", shortcut="n"))
        return made

    @screen_route("/lookup")
    def lookup(self) -> Any:
        """Organisations of the court's roster for a type-ahead."""
        found = queries.find_organisations(db.session, current_actor().court_id, request.args.get("q", ""))
        return jsonify([{"value": ident, "label": name, "note": ""} for ident, name in found])

    @screen_route("/divisions")
    def divisions(self) -> Any:
        """Administrative divisions for a type-ahead."""
        return jsonify(choices.find_divisions(db.session, request.args.get("q", "").strip()))

    # -- an organisation's page ---------------------------------------------------------------------------------

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> Any:
        """The page of one organisation."""
        actor = current_actor()
        row = fetch(db.session(), Organisation, ident)
        may_reveal = actor.may(Permission.PERSONAL_DATA_REVEAL)
        reads_audit = actor.may(Permission.AUDIT_VIEW)
        listings = queries.listings_of(db.session, OrganisationListing, ident)
        listing = next((one for one in listings if one.revoked_at is None), None)
        members = queries.members_of(db.session, actor.court_id, ident)
        words, _ = rules.term_words(listing.term_end if listing else None, clock.today())
        actions: list[Action] = []
        if actor.may(Permission.ROSTER_EDIT):
            actions = [Action("编辑", self.url_for("edit", ident=ident), primary=True, shortcut="e")]
            if listing is not None:
                actions.append(Action("聘期", self.url_for("terms", ident=ident)))
            actions += self.step_actions(listing)
        notices = []
        if not row.contact_phone:
            notices.append(Notice("管理员手机待补：组织的管理员还不能登录。", tone="warn"))
        return render_detail(
            self,
            Detail(
                title=row.name,
                state=listing.standing if listing else None,
                subtitle=" · ".join(x for x in (row.kind.label, ministry_words(row.ministry_code)) if x),
                facts=[
                    Fact("管理员", row.contact_name or "待补"),
                    Fact(
                        "管理员手机",
                        mask_phone(row.contact_phone) or "待补",
                        masked="contact_phone",
                        reveal=self.url_for("reveal", ident=ident) if row.contact_phone and may_reveal else None,
                    ),
                    Fact("调解员", f"{len(members)} 人"),
                    Fact("聘期至", words),
                ],
                actions=actions,
                notices=notices,
                tabs=[
                    Tab("main", "基本信息", lambda: self._main(row)),
                    Tab("members", "调解员", lambda: [_members(members)], count=len(members)),
                    Tab("log", "变更记录", lambda: [timeline_of("organisation", ident, listings)]),
                    *([Tab("seen", "谁看过", lambda: lookers("organisation", ident))] if reads_audit else []),
                ],
                row=row,
            ),
            here=self.url_for("detail", ident=ident),
            crumbs=[(row.name, None)],
        )

    def _main(self, row: Organisation) -> list[Any]:
        names = dict(choices.dispute_types(db.session))
        return [
            Facts(
                [
                    Fact("组织类型", row.kind.label),
                    Fact("所属部委", ministry_words(row.ministry_code) or "否"),
                    Fact("级别", row.level),
                    Fact("上级单位", row.superior),
                    Fact("负责人", row.head_name),
                    Fact("接入时间", row.joined_on),
                    Fact("地区", choices.division_name(db.session, row.division_code)),
                    Fact("地址", row.address, wide=True),
                    *([self._contacts(row)] if row.contacts else []),
                ],
                title="基本信息",
            ),
            Facts(
                [
                    Fact("专业领域", "、".join(names.get(code, code) for code in row.specialities), wide=True),
                    Fact("受理纠纷范围", row.accepts, wide=True),
                    Fact("是否收费", "收费" if row.charges_fee else "不收费"),
                ],
                title="专长与受理",
            ),
            *[Prose(text, title=title) for title, text in (("主要职责", row.duties), ("备注", row.remark)) if text],
        ]

    def _contacts(self, row: Organisation) -> Fact:
        may = current_actor().may(Permission.PERSONAL_DATA_REVEAL)
        return Fact(
            "其他联络人",
            "；".join(mask_numbers(row.contacts).splitlines()),
            wide=True,
            masked="contacts",
            reveal=self.url_for("reveal", ident=row.id) if may else None,
        )

    @screen_route("/<int:ident>/reveal", methods=("POST",), permission=Permission.PERSONAL_DATA_REVEAL)
    def reveal(self, ident: int) -> Any:
        """The contacts whole, after a reason (S32)."""
        row = fetch(db.session(), Organisation, ident)
        return revealing.answer(
            self,
            whose=f"调解组织（编号 {ident}）",
            secrets=[
                revealing.Secret("contact_phone", "管理员手机", row.contact_phone),
                revealing.Secret("contacts", "其他联络人", row.contacts),
            ],
            object_type="organisation",
            object_id=ident,
            back=self.url_for("detail", ident=ident),
        )

    def page_of(self, listing: OrganisationListing) -> str:
        return self.url_for("detail", ident=listing.organisation_id)

    def name_of(self, listing: OrganisationListing) -> str:
        return fetch(db.session(), Organisation, listing.organisation_id).name

    # -- forms --------------------------------------------------------------------------------------------------

    @screen_route("/new", methods=("GET", "POST"), permission=Permission.ROSTER_EDIT)
    def new(self) -> Any:
        """新增调解组织 (R24)."""
        actor = current_actor()
        form = NewOrganisationForm()
        _fill_choices(form, None)
        if request.method == "POST" and form.validate():
            try:
                listing = operations.add_organisation(
                    actor=actor, court_id=actor.court_id, organisation=form.organisation(), listing=form.listing()
                )
                ident = listing.organisation_id
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                page = self.url_for("detail", ident=ident)
                toast(f"已新增调解组织“{form.name.data}”", link=("查看", page))
                return self.back_to_list(self.url_for("new") if wants_another() else page)
        made = FormPage("新增调解组织", form, save_and_new=True, draft="organisation-new")
        return render_form(self, made, crumbs=[("新增调解组织", None)])

    @screen_route("/<int:ident>/edit", methods=("GET", "POST"), permission=Permission.ROSTER_EDIT)
    def edit(self, ident: int) -> Any:
        """编辑调解组织."""
        actor = current_actor()
        row = fetch(db.session(), Organisation, ident)
        page = self.url_for("detail", ident=ident)
        form = OrganisationForm(obj=row)
        _fill_choices(form, row.ministry_code)
        if request.method == "POST" and form.validate():
            try:
                operations.edit_organisation(
                    actor=actor,
                    court_id=actor.court_id,
                    organisation_id=ident,
                    organisation=form.organisation(),
                    version=form.held_version(),
                )
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                toast(f"已保存“{form.name.data}”")
                return self.back_to_list(page)
        return render_form(
            self, FormPage(f"编辑：{row.name}", form, back=page), crumbs=[(row.name, page), ("编辑", None)]
        )

    @screen_route("/<int:ident>/terms", methods=("GET", "POST"), permission=Permission.ROSTER_EDIT)
    def terms(self, ident: int) -> Any:
        """聘期."""
        actor = current_actor()
        row = fetch(db.session(), Organisation, ident)
        listing = db.session.scalar(queries.active_organisation_listing(actor.court_id, ident))
        if listing is None:
            raise NotFound("no listing at this court")
        page = self.url_for("detail", ident=ident)
        form = OrganisationListingForm(obj=listing)
        if request.method == "POST" and form.validate():
            try:
                operations.edit_listing(
                    actor=actor, kind=OrganisationListing, listing_id=listing.id, listing=form.listing()
                )
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                toast(f"已保存“{row.name}”的聘期")
                return self.back_to_list(page)
        return render_form(
            self, FormPage(f"聘期：{row.name}", form, back=page), crumbs=[(row.name, page), ("聘期", None)]
        )


def _fill_choices(form: OrganisationForm, held: str | None) -> None:
    form.specialities.choices = choices_of(choices.dispute_types(db.session))
    form.ministry_code.choices = choices_of(choices.ministries(db.session, clock.today(), held))


def _members(members: list[Any]) -> Table:
    rows = [
        [
            Markup('<a href="/mediators/{}/">{}</a>').format(m.id, escape(m.name)),
            m.sex.label if m.sex else "",
            m.work_unit,
            m.speciality_text,
            m.term_end,
            m.standing or "未列入本院名册",
        ]
        for m in members
    ]
    headings = ["姓名", "性别", "工作单位及职务", "擅长领域", "聘期至", "在本院"]
    return Table(headings, rows, empty="该组织还没有调解员。可在调解员的编辑页选择“所属调解组织”。")
