"""新增 and 编辑 of a case."""

from dataclasses import replace
from typing import Any

from flask import redirect, request

from mediation_admin.cases import rules
from mediation_admin.cases.admin import filters
from mediation_admin.cases.admin.addresses import detail_url, repair_url
from mediation_admin.cases.enums import ENDED_STATES, CaseCategory, CaseKind, CaseState, EndReason
from mediation_admin.cases.forms import CaseForm
from mediation_admin.cases.lifecycle import MOVES, refusal_of
from mediation_admin.cases.models import Case
from mediation_admin.cases.operations import Stale, Supplement, edit_case, facts_of, open_case
from mediation_admin.cases.operations.editing import FORM_COLUMNS, data_of, kind_warning
from mediation_admin.cases.operations.looking import court_of
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    FormPage,
    Notice,
    Table,
    banner,
    current_actor,
    render_form,
    row_change,
    screen_route,
    toast,
    wants_another,
)
from mediation_admin.core.admin.formats import text_of
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.forms import DateField, EnumField, LookupField, Optional
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission


class SupplementForm(CaseForm):
    """编辑 of a backfilled case: the form with what its ledger left open."""

    accepted_on = DateField("受理日期", [Optional()])
    mediator_id = LookupField("调解员", [Optional()], endpoint="/mediators/lookup", describe=str)
    end_reason = EnumField("终止原因", enum=EndReason)
    sections = (
        CaseForm.sections[0],
        ("台账缺项", ["accepted_on", "mediator_id", "end_reason"]),
        *CaseForm.sections[1:],
    )


KEPT_HIDDEN = "手机号、证件号码和地址只显示一部分：不改就保持原样，要改请填写完整。"


class FormPages:
    """The routes of the forms."""

    @screen_route("/new", methods=("GET", "POST"), permission=Permission.CASE_CREATE)
    def new(self) -> Any:
        """新增案件: 提交 takes a number, 保存草稿 does not."""
        actor, today = current_actor(), clock.today()
        court = court_of(actor.court_id)
        if request.method == "POST":
            form = CaseForm()
        else:
            asked = request.args.get("kind", "")
            kind = CaseKind(asked) if asked in set(CaseKind) else rules.default_kind(court.regime_changes_on, today)
            form = CaseForm(data={"kind": kind, "registered_on": today, "category": CaseCategory.CIVIL})
        _offer(form)
        # The hands are on the keyboard: the first field waits for them.
        form.kind.render_kw = {"autofocus": True}
        if request.method == "POST" and not row_change(form) and _fine(form):
            submit = "save_draft" not in request.form
            try:
                case = open_case(actor=actor, court_id=actor.court_id, data=form.case_data(), submit=submit)
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                _refuse(form, broken)
            else:
                url = detail_url(case.id)
                said = MOVES["submit"].done.format(case_no=case.case_no) if submit else MOVES["save_draft"].done
                toast(said, link=("查看", url))
                warning = kind_warning(case.kind, case.registered_on, court.regime_changes_on)
                if warning:
                    banner(warning)
                return redirect(f"/cases/new?kind={case.kind.value}" if wants_another() else url, 303)
        return render_form(
            self,
            FormPage("新增案件", form, submit="提交", save_and_new=True, draft="case-new",
                     extra=(("save_draft", "保存草稿"),), back="/cases/"),
        )

    @screen_route("/<int:ident>/edit", methods=("GET", "POST"), permission=Permission.CASE_EDIT)
    def edit(self, ident: int) -> Any:
        """编辑, or 补充待补事项 of an ended case that came from a ledger."""
        case = fetch(db.session(), Case, ident)
        back = detail_url(ident)
        name = "supplement" if case.state in ENDED_STATES and case.backfilled else "edit"
        refused = refusal_of(MOVES[name], facts_of(case, today=clock.today()))
        if refused is not None:
            raise RuleBroken(refused.message, repair=repair_url(ident, refused.repair) or back)
        form = self._edit_form(case)
        notes: list[Any] = [Notice(KEPT_HIDDEN, tone="info")] if case.parties else []
        if request.method == "POST" and not row_change(form) and _fine(form):
            try:
                edit_case(
                    actor=current_actor(),
                    case_id=ident,
                    data=_kept(case, form),
                    version=form.version.data or 0,
                    supplement=_supplement(form),
                )
                db.session.commit()
            except Stale as stale:
                db.session.rollback()
                case = fetch(db.session(), Case, ident)
                form.version.data = stale.version
                form.refuse(stale)
                form.hold(data_of(case))
                notes = [_differences(data_of(case), form.case_data())]
            except RuleBroken as broken:
                db.session.rollback()
                _refuse(form, replace_repair(broken, ident))
            else:
                toast(MOVES[name].done)
                return redirect(back, 303)
        if name == "supplement":
            notes.insert(0, Notice("案件已结束：只能补充空着的项目，已有内容不能修改。", tone="info"))
        title = f"{MOVES[name].label} {case.case_no or '草稿'}"
        return render_form(
            self, FormPage(title, form, back=back, before=notes), crumbs=[(case.case_no or "草稿", back)]
        )

    def _edit_form(self, case: Case) -> CaseForm:
        kind = SupplementForm if case.backfilled and case.state in (CaseState.MEDIATING, *ENDED_STATES) else CaseForm
        if request.method == "POST":
            form = kind()
            form.hold(data_of(case))
        else:
            values = CaseForm.values_of(data_of(case), case.version)
            if kind is SupplementForm:
                values |= {key: getattr(case, key) for key in ("accepted_on", "mediator_id", "end_reason")}
            form = kind(data=values)
        _offer(form)
        return form


def _offer(form: CaseForm) -> None:
    form.offer(
        dispute_types=filters.dispute_types(), ministries=filters.ministries(), cause_name=filters.cause_name
    )
    if isinstance(form, SupplementForm):
        form.mediator_id.describe = filters.mediator_name


def _fine(form: CaseForm) -> bool:
    fine = form.validate()
    return form.agents_fit() and fine


def _kept(case: Case, form: CaseForm) -> rules.CaseData:
    """What the form says, with the cause's own words of a ledger kept where no cause of the list was chosen."""
    data = form.case_data()
    words = case.cause_text if data.cause_code in (None, case.cause_code) else ""
    return replace(data, cause_text=words)


def _supplement(form: CaseForm) -> Supplement | None:
    if not isinstance(form, SupplementForm):
        return None
    return Supplement(
        accepted_on=form.accepted_on.data, end_reason=form.end_reason.data, mediator_id=form.mediator_id.data
    )


def _refuse(form: CaseForm, broken: RuleBroken) -> None:
    """Put a refusal beside its field, that of a party beside the party's."""
    head, _, rest = (broken.field or "").partition("-")
    if head == "parties" and rest:
        place, _, key = rest.partition("-")
        form.refuse_party(int(place), key, broken.message)
    elif broken.field is None and broken.repair and broken.repair.startswith("edit#"):
        form.refuse(RuleBroken(broken.message, field=_FIELDS.get(broken.repair[5:], broken.repair[5:])))
    else:
        form.refuse(broken)


# The table speaks of the parties as one; on the form the applicants come first.
_FIELDS = {"parties": "applicants"}


def replace_repair(broken: RuleBroken, case_id: int) -> RuleBroken:
    """The refusal with its repair as an address, unless it is on this very form."""
    if broken.repair and not broken.repair.startswith("edit"):
        return RuleBroken(broken.message, field=broken.field, repair=repair_url(case_id, broken.repair))
    return broken


def _differences(theirs: rules.CaseData, mine: rules.CaseData) -> Table:
    """What the case holds now beside what was typed, where the two differ."""
    words = FORM_COLUMNS | {"cause_text": ""}
    rows = [
        (label, _shown(key, getattr(theirs, key)), _shown(key, getattr(mine, key)))
        for key, label in words.items()
        if label and getattr(theirs, key) != getattr(mine, key)
    ]
    held = "、".join(f"{p.role.label}{p.name}" for p in theirs.parties)
    typed = "、".join(f"{p.role.label}{p.name}" for p in mine.parties)
    if held != typed:
        rows.append(("当事人", held, typed))
    return Table(["项目", "他人保存的内容", "您填写的内容"], rows, title="与他人保存的不同之处", empty="两边内容相同。")


def _shown(key: str, value: Any) -> str:
    if key == "cause_code":
        return filters.cause_name(value) or "" if value else ""
    return text_of(value)


