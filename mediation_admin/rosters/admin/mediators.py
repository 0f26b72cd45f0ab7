"""特邀调解员名册 and 其他调解员名册: the lists, a mediator's page, the forms."""

from datetime import timedelta
from typing import Any, ClassVar

from flask import jsonify, request
from sqlalchemy import ColumnElement, Select, select

from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Access,
    Action,
    ChoiceFilter,
    Column,
    Detail,
    Empty,
    Fact,
    Facts,
    FlagFilter,
    FormPage,
    Key,
    ListScreen,
    LookupFilter,
    Match,
    Notice,
    Order,
    Preset,
    Prose,
    SecretFilter,
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
from mediation_admin.core.crypto import mask_id_number, mask_phone, normalise_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.forms import choices_of
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission
from mediation_admin.rosters import choices, operations, queries, rules, slots
from mediation_admin.rosters.admin.pieces import identity_words, timeline_of
from mediation_admin.rosters.admin.steps import ListingSteps
from mediation_admin.rosters.enums import Certification, Identity, Roster, Standing
from mediation_admin.rosters.forms import InviteForm, MediatorForm, MediatorListingForm, NewMediatorForm, RevealForm
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


class MediatorList(ListingSteps, ListScreen):
    """特邀调解员名册."""

    code = "mediators"
    title = "特邀调解员名册"
    permission = Permission.ROSTER_VIEW
    menu_path = ("名册管理", "特邀调解员名册管理")
    roster: ClassVar[Roster] = Roster.INVITED
    listing_kind = MediatorListing
    new_label = "新增调解员"

    columns = [
        Column("name", "姓名", kind="link", sortable="pinyin", required=True, width="s"),
        Column("sex", "性别", cell=lambda row: row.sex.label if row.sex else "", width="xs"),
        Column("phone", "手机号", cell=lambda row: mask_phone(row.phone) or "待补", width="s"),
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
        ChoiceFilter("term", "聘期", choices=TERMS, condition=_term),
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
                Mediator.speciality_text.label("speciality_text"),
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

    # -- a mediator's page --------------------------------------------------------------------------------------

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> Any:
        """The page of one person."""
        actor = current_actor()
        mediator = fetch(db.session(), Mediator, ident)
        listings = queries.listings_of(db.session, MediatorListing, ident)
        listing = next((one for one in listings if one.revoked_at is None), None)
        here = self.url_for("detail", ident=ident)
        words, tone = rules.term_words(listing.term_end if listing else None, clock.today())
        notices = []
        if not mediator.phone:
            link = (
                ("去补充", self.url_for("edit", ident=ident) + "#phone") if actor.may(Permission.ROSTER_EDIT) else None
            )
            notices.append(Notice("手机号待补：没有手机号，调解员不能登录，也收不到通知。", tone="warn", link=link))
        if listing is None:
            notices.append(Notice("此人已不在本院名册中。", tone="warn"))
        elif tone in ("bad", "warn"):
            link = ("续聘", self.url_for("terms", ident=ident)) if actor.may(Permission.ROSTER_EDIT) else None
            notices.append(Notice(f"聘期至 {words}。", tone=tone, link=link))
        return render_detail(
            self,
            Detail(
                title=mediator.name,
                state=listing.standing if listing else None,
                subtitle=" · ".join(x for x in (*identity_words(mediator.identities), mediator.work_unit) if x),
                facts=[
                    Fact("手机号", mask_phone(mediator.phone) or "待补", reveal=self._reveal(mediator, "phone")),
                    Fact("聘期至", words),
                    Fact("证书编号", listing.certificate_no if listing else ""),
                    Fact("认证", listing.certification if listing else None),
                ],
                actions=self._actions(ident, listing),
                notices=notices,
                tabs=[
                    Tab("main", "基本信息", lambda: self._main(mediator, listing)),
                    Tab("terms", "聘任与处理", lambda: self._terms_table(listings), count=len(listings)),
                    Tab("log", "变更记录", lambda: [timeline_of("mediator", ident, listings)]),
                ],
                row=mediator,
            ),
            here=here,
            crumbs=[(mediator.name, None)],
        )

    def _actions(self, ident: int, listing: MediatorListing | None) -> list[Action]:
        if not current_actor().may(Permission.ROSTER_EDIT):
            return []
        made = [Action("编辑", self.url_for("edit", ident=ident), primary=True, shortcut="e")]
        if listing is not None:
            made.append(Action("聘期与上限", self.url_for("terms", ident=ident)))
        return [*made, *self.step_actions(listing)]

    def _main(self, mediator: Mediator, listing: MediatorListing | None) -> list[Any]:
        names = dict(choices.dispute_types(db.session))
        organisations = queries.organisations_of(db.session, [mediator.id]).get(mediator.id, [])
        full_time = {True: "专职", False: "兼职"}.get(mediator.full_time, "")
        pieces: list[Any] = [
            Facts(
                [
                    Fact("性别", mediator.sex.label if mediator.sex else ""),
                    Fact("出生年月", mediator.birth_month),
                    Fact("证件号码", mask_id_number(mediator.id_number), reveal=self._reveal(mediator, "id_number")),
                    Fact("民族", mediator.nation),
                    Fact("政治面貌", mediator.political_status),
                    Fact("学历", mediator.education),
                    Fact("身份", "、".join(identity_words(mediator.identities))),
                    Fact("专职/兼职", full_time),
                    Fact("工作单位及职务", mediator.work_unit),
                    Fact("所属调解组织", "、".join(name for _, name in organisations), wide=True),
                ],
                title="基本信息",
            ),
            Facts(
                [
                    Fact("擅长领域", mediator.speciality_text, wide=True),
                    Fact(
                        "对应的纠纷类型",
                        "、".join(names.get(code, code) for code in mediator.specialities),
                        wide=True,
                        help="指派时按这些纠纷类型推荐；由擅长领域的文字对应而来，可在编辑页修改。",
                    ),
                    Fact("受理纠纷范围", mediator.accepts, wide=True),
                    Fact("是否收费", "收费" if mediator.charges_fee else "不收费"),
                    Fact(
                        "在手上限",
                        f"{listing.max_open} 件" if listing and listing.max_open is not None else "未设（按 30 件）",
                    ),
                ],
                title="专长与受理",
            ),
        ]
        longer = [
            ("学习经历", mediator.study),
            ("工作经历", mediator.career),
            ("专业特长", mediator.expertise),
            ("资格认证", mediator.qualifications),
            ("培训情况", mediator.training),
            ("备注", mediator.remark),
        ]
        return pieces + [Prose(text, title=title) for title, text in longer if text]

    def _terms_table(self, listings: list[MediatorListing]) -> list[Any]:
        return [
            Table(
                ["名册", "聘任日期", "聘期至", "证书编号", "认证", "状态", "处理", "理由", "列入时间", "除名时间"],
                [
                    [
                        one.roster.label, one.term_start, one.term_end, one.certificate_no, one.certification,
                        one.standing, one.sanction, one.reason, clock.local(one.created_at), clock.local(one.revoked_at),
                    ]
                    for one in listings
                ],
                title="在本院的聘任",
            )
        ]  # fmt: skip

    def _reveal(self, mediator: Mediator, what: str) -> str | None:
        held = getattr(mediator, what)
        return self.url_for("reveal", ident=mediator.id, what=what) if held else None

    @screen_route(
        "/<int:ident>/reveal/<any(phone, id_number):what>", methods=("GET", "POST"), permission=Access.OF_SCREEN
    )
    def reveal(self, ident: int, what: str) -> Any:
        """Show a masked value whole, after a reason; the look is written to the audit."""
        mediator = fetch(db.session(), Mediator, ident)
        page = self.url_for("detail", ident=ident)
        label = {"phone": "手机号", "id_number": "证件号码"}[what]
        form = RevealForm()
        if request.method == "POST" and "reason" in request.form and form.validate():
            record(
                db.session(),
                f"mediator:{what}:revealed",
                f"查看了调解员（编号 {ident}）的完整{label}，理由：{form.reason.data}",
                object_type="mediator",
                object_id=ident,
            )
            value = getattr(mediator, what)
            name = mediator.name
            db.session.commit()
            return self.render(
                "shared/page.html",
                title=f"{label}：{name}",
                crumbs=[(name, page), (label, None)],
                pieces=[Facts([Fact(label, value, copy=True)], columns=1)],
                actions=[Action("返回", page, primary=True)],
            )
        form_page = FormPage(
            f"查看完整{label}：{mediator.name}", form, submit="查看", back=page, intro="查看会记入审计，请写明用途。"
        )
        if "reason" not in request.form:
            form.reason.errors = []
        return render_form(self, form_page, crumbs=[(mediator.name, page), (f"查看{label}", None)])

    def page_of(self, listing: MediatorListing) -> str:
        return self.url_for("detail", ident=listing.mediator_id)

    def name_of(self, listing: MediatorListing) -> str:
        return fetch(db.session(), Mediator, listing.mediator_id).name

    # -- forms --------------------------------------------------------------------------------------------------

    @screen_route("/new", methods=("GET", "POST"), permission=Permission.ROSTER_EDIT)
    def new(self) -> Any:
        """新增调解员."""
        actor = current_actor()
        form = NewMediatorForm()
        _fill_choices(form, actor.court_id)
        if request.method == "GET" and self.roster is Roster.OTHER:
            form.identities.data = [Identity.JUDGE]
        before: list[Any] = []
        if request.method == "POST" and form.validate():
            try:
                listing = operations.add_mediator(
                    actor=actor,
                    court_id=actor.court_id,
                    person=form.person(),
                    listing=_on_roster(form.listing(), self.roster),
                    organisation_ids=form.organisations.data or [],
                )
                ident, name, roster = listing.mediator_id, form.name.data, listing.roster
                db.session.commit()
            except operations.PhoneTaken as taken:
                db.session.rollback()
                taken.repair = None
                form.refuse(taken)
                before = [self._offer(taken)]
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                page = self.url_for("detail", ident=ident)
                where = f"，列入{roster.label}名册" if roster is not self.roster else ""
                toast(f"已新增调解员{name}{where}", link=("查看", page))
                return self.back_to_list(self.url_for("new") if wants_another() else page)
        made = FormPage(self.new_label, form, save_and_new=True, draft=f"{self.code}-new", before=before)
        return render_form(self, made, crumbs=[(self.new_label, None)])

    def _offer(self, taken: operations.PhoneTaken) -> Notice:
        if taken.listed_here:
            page = self.url_for("detail", ident=taken.mediator_id)
            return Notice(f"使用这个手机号的调解员 {taken.masked_name} 已在本院名册中。", link=("打开并编辑", page))
        return Notice(
            f"使用这个手机号的是平台上的调解员 {taken.masked_name}，不必重复录入。",
            link=("邀请加入本院", self.url_for("invite")),
        )

    @screen_route("/invite", methods=("GET", "POST"), permission=Permission.ROSTER_EDIT)
    def invite(self) -> Any:
        """邀请加入本院: list a person whom another court entered (R02)."""
        actor = current_actor()
        form = InviteForm()
        form.organisations.choices = choices_of(queries.organisation_names(db.session, actor.court_id))
        if request.method == "POST" and form.validate():
            try:
                listing = operations.invite_mediator(
                    actor=actor,
                    court_id=actor.court_id,
                    phone=form.phone.data,
                    listing=form.listing(),
                    organisation_ids=form.organisations.data or [],
                )
                ident = listing.mediator_id
                name = fetch(db.session(), Mediator, ident).name
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                toast(f"已邀请{name}加入本院名册")
                return self.back_to_list(self.url_for("detail", ident=ident))
        intro = "已由其他法院录入的调解员，输入手机号即可列入本院名册；其个人信息不用重填。"
        made = FormPage("邀请加入本院", form, submit="邀请加入本院", intro=intro)
        return render_form(self, made, crumbs=[("邀请加入本院", None)])

    @screen_route("/<int:ident>/edit", methods=("GET", "POST"), permission=Permission.ROSTER_EDIT)
    def edit(self, ident: int) -> Any:
        """编辑调解员."""
        actor = current_actor()
        mediator = fetch(db.session(), Mediator, ident)
        page = self.url_for("detail", ident=ident)
        form = MediatorForm(obj=mediator)
        _fill_choices(form, actor.court_id)
        if request.method == "GET":
            form.organisations.data = [i for i, _ in queries.organisations_of(db.session, [ident]).get(ident, [])]
        if request.method == "POST" and form.validate():
            try:
                operations.edit_mediator(
                    actor=actor,
                    court_id=actor.court_id,
                    mediator_id=ident,
                    person=form.person(),
                    version=form.held_version(),
                    organisation_ids=form.organisations.data or [],
                )
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                toast(f"已保存{form.name.data}的信息")
                return self.back_to_list(page)
        made = FormPage(f"编辑：{mediator.name}", form, back=page)
        return render_form(self, made, crumbs=[(mediator.name, page), ("编辑", None)])

    @screen_route("/<int:ident>/terms", methods=("GET", "POST"), permission=Permission.ROSTER_EDIT)
    def terms(self, ident: int) -> Any:
        """聘期与上限."""
        actor = current_actor()
        mediator = fetch(db.session(), Mediator, ident)
        listing = db.session.scalar(queries.active_listing(actor.court_id, ident))
        if listing is None:
            raise NotFound("no listing at this court")
        page = self.url_for("detail", ident=ident)
        form = MediatorListingForm(obj=listing)
        if request.method == "POST" and form.validate():
            try:
                operations.edit_listing(
                    actor=actor, kind=MediatorListing, listing_id=listing.id, listing=form.listing()
                )
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                toast(f"已保存{mediator.name}的聘期")
                return self.back_to_list(page)
        made = FormPage(f"聘期与上限：{mediator.name}", form, back=page)
        return render_form(self, made, crumbs=[(mediator.name, page), ("聘期与上限", None)])


class OtherMediatorList(MediatorList):
    """其他调解员名册管理; whoever has the identity 法官 lands here."""

    code = "other_mediators"
    title = "其他调解员名册"
    menu_path = ("名册管理",)
    menu_title = "其他调解员名册管理"
    roster = Roster.OTHER
    empty = Empty("还没有其他调解员。身份为“法官”的调解员会自动列在这里。")


def _fill_choices(form: MediatorForm, court_id: int) -> None:
    form.specialities.choices = choices_of(choices.dispute_types(db.session))
    form.organisations.choices = choices_of(queries.organisation_names(db.session, court_id))


def _on_roster(listing: Any, roster: Roster) -> Any:
    # The list of other mediators takes anyone; on the list of invited ones the identities decide.
    if roster is Roster.OTHER:
        listing.roster = Roster.OTHER
    return listing
