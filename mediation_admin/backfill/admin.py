"""新增历史案件: the wizard for ledgers and the form for single cases."""

from typing import Any

from flask import redirect, request

from mediation_admin.backfill.forms import HistoricCaseForm
from mediation_admin.backfill.importing import CASES
from mediation_admin.cases import operations as cases
from mediation_admin.cases.admin import filters
from mediation_admin.cases.admin.addresses import detail_url
from mediation_admin.cases.enums import CaseCategory, CaseKind
from mediation_admin.core.admin import (
    Action,
    FormPage,
    Notice,
    current_actor,
    render_form,
    row_change,
    screen_route,
    toast,
    wants_another,
)
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.imports.admin import ImportScreen
from mediation_admin.permissions import Permission


class BackfillView(ImportScreen):
    """补录: ledgers by the file, single cases by form."""

    code = "backfill"
    title = "新增历史案件"
    permission = Permission.CASE_BACKFILL
    menu_path = ("调解案件管理",)
    subject = CASES

    def head_actions(self) -> tuple[Action, ...]:
        """A single case needs no workbook."""
        return (Action("补录一件", self.url_for("new"), icon="plus", shortcut="n"),)

    @screen_route("/new", methods=("GET", "POST"), permission=Permission.CASE_BACKFILL)
    def new(self) -> Any:
        """One historic case by form; the state follows from what is filled in."""
        if request.method == "POST":
            form = HistoricCaseForm()
        else:
            form = HistoricCaseForm(data={"kind": CaseKind.PRE_FILING, "category": CaseCategory.CIVIL})
        form.offer(
            dispute_types=filters.dispute_types(), ministries=filters.ministries(), cause_name=filters.cause_name
        )
        # 是/否 is asked apart (R28), so the list of ministries starts with nothing chosen.
        form.ministry_code.label.text = "部委"
        form.ministry_code.choices = [("", "请选择"), *filters.ministries()]
        form.mediator_id.describe = filters.mediator_name
        form.organisation_id.describe = filters.organisation_name
        if request.method == "POST" and not row_change(form) and _is_fine(form):
            actor = current_actor()
            try:
                case = cases.open_backfilled_case(actor=actor, court_id=actor.court_id, row=form.historic_case())
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                _refuse(form, broken)
            else:
                url = detail_url(case.id)
                toast(f"已补录 {case.case_no}，状态为“{case.state.label}”", link=("查看", url))
                return redirect(self.url_for("new") if wants_another() else url, 303)
        hint = Notice(
            "状态由所填内容推出：有结束日期和结果的为已结束；有调解员没有结束日期的为调解中；都没有的为待指派。",
            tone="info",
            link=("有整本台账？用工作簿批量导入", self.home_url()),
        )
        return render_form(
            self,
            FormPage("补录一件历史案件", form, save_and_new=True, before=[hint], back=self.home_url()),
            crumbs=[("补录一件历史案件", None)],
        )


def _is_fine(form: HistoricCaseForm) -> bool:
    fine = form.validate()
    return form.agents_fit() and fine


def _refuse(form: HistoricCaseForm, broken: RuleBroken) -> None:
    """Put a refusal beside its field; the operation counts rows (one here) and parties."""
    name = (broken.field or "").removeprefix("rows-0-")
    head, _, rest = name.partition("-")
    if head == "parties" and rest:
        place, _, key = rest.partition("-")
        form.refuse_party(int(place), key, broken.message)
        return
    name = {"cause": "cause_code", "parties": "applicants"}.get(name, name)
    form.refuse(RuleBroken(broken.message, field=name if name in form else None))
