"""The steps on a place on the roster (停用, 恢复, 除名, 警告, 认证), the same for people and organisations."""

from typing import Any

from flask import request

from mediation_admin.core.admin import (
    Action,
    FormPage,
    Screen,
    current_actor,
    render_form,
    screen_route,
    toast,
)
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission
from mediation_admin.rosters import operations
from mediation_admin.rosters.enums import Certification, Sanction, Standing
from mediation_admin.rosters.forms import ReasonForm, SanctionForm

# step → (title, what it means, the operation, the success words)
REASONED = {
    "suspend": ("停用", "停用后不再推荐和指派新案件，在手案件不受影响，随时可以恢复。", operations.suspend, "已停用"),
    "remove": (
        "除名",
        "除名后从本院名册中移出，不能恢复原记录；以后可以重新列入。",
        operations.remove_from_roster,
        "已除名",
    ),
    "refuse": ("认证不通过", "理由会告知申请人。", operations.refuse_certification, "已记为未通过"),
}
DIRECT = {
    "resume": (operations.resume, "已恢复在册"),
    "certify": (operations.certify, "已认证通过"),
}


class ListingSteps(Screen):
    """Routes of the steps. The screen gives ``listing_kind`` (the model) and ``page_of(listing)`` (where to go back)."""

    abstract = True
    listing_kind: Any

    def page_of(self, listing: Any) -> str:
        """The address of the page the listing is shown on."""
        raise NotImplementedError

    def name_of(self, listing: Any) -> str:
        """What the person or organisation is called."""
        raise NotImplementedError

    @screen_route(
        "/listings/<int:ident>/<any(resume, certify):step>", methods=("POST",), permission=Permission.ROSTER_EDIT
    )
    def step(self, ident: int, step: str) -> Any:
        """A step that needs no reason."""
        operation, words = DIRECT[step]
        listing = operation(actor=current_actor(), kind=self.listing_kind, listing_id=ident)
        name, page = self.name_of(listing), self.page_of(listing)
        db.session.commit()
        toast(f"{name}{words}")
        return self.back_to_list(page)

    @screen_route(
        "/listings/<int:ident>/<any(suspend, remove, refuse):step>",
        methods=("GET", "POST"),
        permission=Permission.ROSTER_EDIT,
    )
    def reasoned_step(self, ident: int, step: str) -> Any:
        """A step that needs its reason."""
        title, effect, operation, words = REASONED[step]
        listing = fetch(db.session(), self.listing_kind, ident)
        name, page = self.name_of(listing), self.page_of(listing)
        form = ReasonForm()
        if request.method == "POST" and form.validate():
            try:
                operation(actor=current_actor(), kind=self.listing_kind, listing_id=ident, reason=form.reason.data)
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                toast(f"{name}{words}")
                return self.back_to_list(page)
        made = FormPage(f"{title}：{name}", form, submit=title, intro=effect, back=page, danger=step == "remove")
        return render_form(self, made, crumbs=[(name, page), (title, None)])

    @screen_route("/listings/<int:ident>/sanction", methods=("GET", "POST"), permission=Permission.ROSTER_EDIT)
    def sanction(self, ident: int) -> Any:
        """警告 or 通报 (特邀调解规定 §28)."""
        listing = fetch(db.session(), self.listing_kind, ident)
        name, page = self.name_of(listing), self.page_of(listing)
        form = SanctionForm()
        form.sanction.choices = [c for c in form.sanction.choices if c.value != Sanction.REMOVAL.value]
        if request.method == "POST" and form.validate():
            try:
                operations.sanction(
                    actor=current_actor(),
                    kind=self.listing_kind,
                    listing_id=ident,
                    kind_of_sanction=form.sanction.data,
                    reason=form.reason.data,
                )
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                toast(f"已记录对{name}的处理")
                return self.back_to_list(page)
        made = FormPage(f"警告或通报：{name}", form, submit="记录", back=page)
        return render_form(self, made, crumbs=[(name, page), ("警告或通报", None)])

    def step_actions(self, listing: Any) -> list[Action]:
        """The steps as buttons; what cannot be done now says why."""
        if listing is None or not current_actor().may(Permission.ROSTER_EDIT):
            return []
        ident = listing.id
        certified = listing.certification is Certification.CERTIFIED
        made: list[Action] = []
        if not certified:
            made += [
                Action("认证通过", self.url_for("step", ident=ident, step="certify"), method="post", primary=True),
                Action("认证不通过", self.url_for("reasoned_step", ident=ident, step="refuse")),
            ]
        if listing.standing is Standing.ACTIVE:
            made.append(Action("停用", self.url_for("reasoned_step", ident=ident, step="suspend")))
        if listing.standing is Standing.SUSPENDED:
            made.append(Action("恢复在册", self.url_for("step", ident=ident, step="resume"), method="post"))
        made += [
            Action("警告或通报", self.url_for("sanction", ident=ident)),
            Action("除名", self.url_for("reasoned_step", ident=ident, step="remove"), danger=True),
        ]
        return made
