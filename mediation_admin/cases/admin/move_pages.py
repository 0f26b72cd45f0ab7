"""One page for every move, made from the lifecycle table: what it asks, and the button that makes it."""

from typing import Any

from flask import redirect, request
from wtforms import BooleanField, IntegerField, TextAreaField

from mediation_admin.cases.admin import filters
from mediation_admin.cases.admin.addresses import detail_url, move_url, repair_url
from mediation_admin.cases.enums import EndReason, Result, Who
from mediation_admin.cases.lifecycle import MOVES, Ask, Move, refusal_of
from mediation_admin.cases.models import Case
from mediation_admin.cases.operations import facts_of, move
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Fact,
    Facts,
    FormPage,
    Notice,
    current_actor,
    render_form,
    safe_back,
    screen_route,
    toast,
)
from mediation_admin.core.admin.formats import date_text
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.forms import DateField, Form, Length, LookupField, Optional, Required, SelectField
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission

# Moves whose pages are others: the form of the case.
_ELSEWHERE = frozenset({"edit", "supplement", "save_draft", "receive", "backfill", "backfill_change", "all_signed"})
_READ = {"end_reason": EndReason, "result": Result}


def move_form(made: Move) -> type[Form]:
    """The form of a move, from what the table says it asks."""
    return type(f"{made.name.title()}Form", (Form,), {ask.name: _field(ask) for ask in made.asks})


def _field(ask: Ask) -> Any:
    wanted = [Required(f"请填写{ask.label}") if ask.kind == "long" else Required(f"请选择{ask.label}")]
    rules: list[Any] = wanted if ask.required else [Optional()]
    options: dict[str, Any] = {"description": ask.help}
    if ask.kind == "long":
        return TextAreaField(ask.label, [*rules, Length(max=2000)], render_kw={"rows": 3}, **options)
    if ask.kind == "date":
        return DateField(ask.label, rules, **options)
    if ask.kind == "choice":
        choices = [("", "请选择" if ask.required else "按终止原因"), *((c.value, c.label) for c in ask.choices)]
        return SelectField(ask.label, rules, choices=choices, **options)
    if ask.kind == "tick":
        return BooleanField(ask.label, [Required(f"请确认：{ask.label}")] if ask.required else [], **options)
    if ask.kind == "days":
        return IntegerField(ask.label, rules, render_kw={"data-unit": "天", "inputmode": "numeric"}, **options)
    if ask.kind == "mediator":
        return LookupField(ask.label, rules, endpoint="/mediators/lookup", describe=filters.mediator_name, **options)
    assert ask.kind == "organisation", ask.kind
    return LookupField(ask.label, rules, endpoint="/organisations/lookup", describe=filters.organisation_name, **options)


class MovePages:
    """The routes of the moves."""

    @screen_route("/<int:ident>/move/<step>", methods=("GET", "POST"), permission=Permission.CASE_VIEW)
    def make_move(self, ident: int, step: str) -> Any:
        """Ask what the move asks, make it, say what it did. Which role may is the table's word, asked by the operation."""
        made = MOVES.get(step)
        actor = current_actor()
        if made is None or step in _ELSEWHERE or not made.court_may or not actor.may(made.permission):
            raise NotFound(f"move {step}")
        case = fetch(db.session(), Case, ident)
        back = safe_back(detail_url(ident))
        form = move_form(made)()
        refused = refusal_of(made, facts_of(case, today=clock.today(), move=step))
        if request.method == "POST" and refused is None and form.validate():
            try:
                case = move(actor=actor, case_id=ident, move=step, **_said(form))
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                case = fetch(db.session(), Case, ident)
                form.refuse(RuleBroken(broken.message, field=broken.field, repair=repair_url(ident, broken.repair)))
            else:
                toast(_done(made, case), undo=_undo(step, ident), link=("查看", detail_url(ident)))
                return redirect(back, 303)
        if refused is not None and not made.asks:
            raise RuleBroken(refused.message, repair=repair_url(ident, refused.repair) or back)
        if refused is not None and request.method == "POST":
            form.refuse(RuleBroken(refused.message, repair=repair_url(ident, refused.repair)))
        label = case.case_no or "草稿"
        page = FormPage(
            f"{made.label} {label}",
            form,
            submit=made.label,
            danger=made.danger,
            back=back,
            before=_before(made, refused if request.method == "GET" else None, ident),
            aside=[_aside(case)],
        )
        return render_form(self, page, crumbs=[(label, detail_url(ident))])


def _said(form: Form) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, value in form.data.items():
        if name == "csrf_token" or value in (None, ""):
            continue
        said[name] = _READ[name](value) if name in _READ else value
    return said


def _done(made: Move, case: Case) -> str:
    return made.done.format(
        case_no=case.case_no, due_on=date_text(case.due_on), response_due_on=date_text(case.response_due_on)
    )


# What puts a move back at once, where something does.
_UNDO = {"delete": "restore"}


def _undo(name: str, case_id: int) -> str | None:
    back = _UNDO.get(name)
    return move_url(back, case_id) if back else None


def _before(made: Move, refused: Any, case_id: int) -> list[Notice]:
    notices = []
    if refused is not None:
        mend = repair_url(case_id, refused.repair)
        notices.append(Notice(refused.message, tone="bad", link=("去处理", mend) if mend else None))
    if made.who in (Who.MEDIATOR, Who.PARTY):
        notices.append(Notice(f"这一步由{made.who.label}办理，您将代为办理，动态里会写明。", tone="info"))
    if made.note:
        notices.append(Notice(f"{made.note}。", tone="info"))
    return notices


def _aside(case: Case) -> Facts:
    return Facts(
        [
            Fact("状态", case.state),
            Fact("案由", case.cause_text),
            Fact("申请人", case.applicants),
            Fact("被申请人", case.respondents),
            Fact("登记日期", case.registered_on),
            Fact("受理日期", case.accepted_on),
            Fact("调解期限", case.due_on),
        ],
        title="案件",
        columns=1,
    )
