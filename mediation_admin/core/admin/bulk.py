"""The steps of a bulk action: rehearsal page, confirmation, run. Nothing is changed before the confirmation."""

from typing import Any

from flask import Response, redirect, request
from werkzeug.datastructures import MultiDict

from mediation_admin.core.admin import shell, state, tokens
from mediation_admin.core.admin.access import Access, allowed, current_actor
from mediation_admin.core.admin.messages import banner, toast
from mediation_admin.core.admin.screen import screen_route
from mediation_admin.core.admin.selection import MAX_TICKED, BulkAction, Outcome, Rehearsal, Selection
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken


class BulkSteps:
    """The two routes of every bulk action; part of ListScreen.

    The routes are open to whoever may see the list; each action's own permission is asked inside, for it depends on
    the action's code.
    """

    def bulk_action(self, code: str) -> BulkAction:
        """The action, or 404 where it does not exist or the role does not carry it."""
        for action in self.bulk_actions:
            if action.code == code and allowed(current_actor(), action.permission):
                return action
        raise NotFound(f"bulk action {code}")

    @screen_route("/bulk/<code>", methods=("POST",), permission=Access.OF_SCREEN)
    def rehearse(self, code: str) -> Any:
        """Show what the action would do to the selected rows."""
        action = self.bulk_action(code)
        selection = self._selection_posted(code)
        if selection is None:
            banner(f"请先勾选要“{action.label}”的记录。", tone="bad")
            return self.back_to_list()
        return self._show(action, selection)

    @screen_route("/bulk/<code>/confirm", methods=("POST",), permission=Access.OF_SCREEN)
    def confirm(self, code: str) -> Any:
        """Do what was rehearsed; the token of the rehearsal says on which rows."""
        action = self.bulk_action(code)
        try:
            held = tokens.unseal_for(f"bulk:{self.code}:{code}", request.form.get("token", ""), account_id=_me())
        except tokens.BadToken:
            banner("这次预演已过期，请重新勾选。", tone="warn")
            return self.back_to_list()
        selection = Selection.unpacked(self, held["selection"])
        form = action.form() if action.form else None
        if form is not None and not form.validate():
            return self._show(action, selection, form=form)
        now = selection.count(db.session)
        if now != held["count"]:
            words = f"预演之后记录有变化（{held['count']} 条 → {now} 条），请核对后再确认。"
            return self._show(action, selection, form=form, problem=words)
        try:
            outcome: Outcome = getattr(self, f"run_{code}")(selection, form, held["key"])
        except RuleBroken as broken:
            db.session.rollback()
            return self._show(action, selection, form=form, problem=broken.message)
        db.session.commit()
        toast(outcome.message, undo=outcome.undo_url, link=outcome.link)
        if outcome.progress_url:
            return redirect(outcome.progress_url, 303)
        return self.back_to_list()

    def _selection_posted(self, code: str) -> Selection | None:
        token = request.form.get("token")
        if token:
            try:
                held = tokens.unseal_for(f"bulk:{self.code}:{code}", token, account_id=_me())
            except tokens.BadToken:
                return None
            return Selection.unpacked(self, held["selection"])
        if request.form.get("everything"):
            try:
                query = tokens.unseal_for(f"all:{self.code}", request.form["everything"], account_id=_me())
            except tokens.BadToken:
                return None
            return Selection(self, None, [(name, value) for name, value in query])
        ids = [int(text) for text in request.form.getlist("ids") if text.isdigit()][:MAX_TICKED]
        return Selection(self, ids) if ids else None

    def _show(
        self, action: BulkAction, selection: Selection, *, form: Any = None, problem: str | None = None
    ) -> str | Response:
        count = selection.count(db.session)
        if count == 0:
            banner("勾选的记录已不在列表中，请刷新后重新勾选。", tone="warn")
            return self.back_to_list()
        if action.max_rows and count > action.max_rows:
            banner(f"“{action.label}”一次最多 {action.max_rows:,} 条，现在选了 {count:,} 条。请缩小条件。", tone="bad")
            return self.back_to_list()
        if form is None and action.form is not None:
            # Coming from the list the form is fresh; asked to rehearse again it holds what was typed.
            form = action.form() if request.form.get("token") else action.form(formdata=None)
        rehearsal: Rehearsal = getattr(self, f"rehearse_{action.code}")(selection, form)
        packed = {"selection": selection.packed(), "count": count, "key": tokens.seal("key", _request_key())}
        return self.render(
            "shared/rehearsal.html",
            title=f"{action.label} · 预演",
            action=action,
            selection=selection,
            count=count,
            rehearsal=rehearsal,
            form=form,
            problem=problem,
            token=tokens.seal_for(f"bulk:{self.code}:{action.code}", packed, account_id=_me()),
            back=shell.safe_back(self.home_url()),
        )

    def everything_token(self, asked: state.ListState) -> str:
        """A token that stands for all rows the present conditions match."""
        return tokens.seal_for(
            f"all:{self.code}", state.address_params(self, asked), account_id=_me(), seconds=8 * 3600
        )

    def selection_of(self, params: list[tuple[str, str]]) -> Selection:
        """A selection of everything that stored parameters match."""
        return Selection(self, None, list(MultiDict(params).items(multi=True)))


def _me() -> int | None:
    actor = current_actor()
    return actor.account_id if actor else None


def _request_key() -> str:
    return shell.nonce()
