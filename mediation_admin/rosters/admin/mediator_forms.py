"""The forms of a mediator: 新增, 邀请加入本院, 编辑, 聘期与上限."""

from typing import Any, ClassVar

from flask import request

from mediation_admin.core.admin import (
    FormPage,
    Notice,
    Screen,
    current_actor,
    render_form,
    screen_route,
    toast,
    wants_another,
)
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.forms import choices_of
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission
from mediation_admin.rosters import choices, operations, queries
from mediation_admin.rosters.enums import Identity, Roster
from mediation_admin.rosters.forms import InviteForm, MediatorForm, MediatorListingForm, NewMediatorForm
from mediation_admin.rosters.models import Mediator, MediatorListing


class MediatorForms(Screen):
    """Routes of the forms; part of the lists of mediators. ``roster`` is the roster whose list it is."""

    abstract = True
    roster: ClassVar[Roster]
    new_label = "新增调解员"

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


def _fill_choices(form: MediatorForm, court_id: int) -> None:
    form.specialities.choices = choices_of(choices.dispute_types(db.session))
    form.organisations.choices = choices_of(queries.organisation_names(db.session, court_id))


def _on_roster(listing: Any, roster: Roster) -> Any:
    # The list of other mediators takes anyone; on the list of invited ones the identities decide.
    if roster is Roster.OTHER:
        listing.roster = Roster.OTHER
    return listing
