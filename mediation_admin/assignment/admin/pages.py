"""指派: the ranked candidates of one case with the points they are made of, and the progress and undo of many."""

from typing import Any

from flask import Response, redirect, request
from markupsafe import Markup

from mediation_admin.assignment import jobs as kinds
from mediation_admin.assignment import operations, queries, rules
from mediation_admin.assignment.enums import Exclusion
from mediation_admin.cases.admin import detail_url, repair_url
from mediation_admin.cases.admin.addresses import move_page
from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.lifecycle import MOVES
from mediation_admin.cases.models import Case
from mediation_admin.core import clock, jobs
from mediation_admin.core.admin import (
    Action,
    Notice,
    Screen,
    Stat,
    Stats,
    Table,
    current_actor,
    safe_back,
    screen_route,
    toast,
)
from mediation_admin.core.admin.job_screen import own_job, show_result_at
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission


class AssignmentView(Screen):
    """The page of candidates, and what became of a bulk assignment."""

    code = "assignment"
    title = "指派"
    permission = Permission.CASE_ASSIGN
    menu_path = None
    belongs_to = "cases"

    @screen_route("/")
    def index(self) -> Response:
        """There is nothing to pick without a case: the list of those that await one."""
        return redirect("/cases/?state=to_assign", 303)

    @screen_route("/<int:case_id>/", methods=("GET", "POST"), permission=Permission.CASE_ASSIGN)
    def pick(self, case_id: int) -> Any:
        """The candidates of a case that awaits one, or of a case whose mediator is to be changed."""
        case = fetch(db.session(), Case, case_id)
        problem = operations.refusal(case, clock.today())
        can_assign = problem is None
        if request.method == "POST" and problem is None:
            try:
                message = self._carry_out(case)
                db.session.commit()
            except RuleBroken as broken:
                db.session.rollback()
                problem = broken
                case = fetch(db.session(), Case, case_id)
                can_assign = operations.refusal(case, clock.today()) is None
            else:
                undo = self.url_for("withdraw", case_id=case_id) if case.state is CaseState.TO_ACCEPT else None
                toast(message, undo=undo, link=("查看", detail_url(case_id)))
                return redirect(safe_back(detail_url(case_id)), 303)
        ranking = operations.rank_case(case)
        chosen = request.form.get("mediator_id", type=int) or (
            ranking.offered[0].facts.mediator_id if ranking.offered else None
        )
        asked_about = request.args.get("why", type=int)
        number = case.case_no or "草稿"
        label = MOVES[_move_of(case)].label
        return self.render(
            "backoffice/assignment/pick.html",
            title=f"{label} {number}",
            crumbs=[(number, detail_url(case_id)), (label, None)],
            case=case,
            label=label,
            changing=_is_change(case),
            can_assign=can_assign,
            ranking=ranking,
            factors=list(rules.WEIGHTS.items()),
            chosen=chosen,
            why=rules.why_not(ranking, chosen, asked_about) if asked_about and chosen else None,
            asked_about=asked_about,
            same_name=Exclusion.CONFLICT_SAME_NAME,
            organisations=[] if _is_change(case) else queries.certified_organisations(db.session(), case.court_id),
            problem=problem,
            mend=repair_url(case_id, problem.repair) if problem else None,
            reason=request.form.get("reason", ""),
            address=self.url_for("pick", case_id=case_id),
            back=safe_back(detail_url(case_id)),
        )

    def _carry_out(self, case: Case) -> str:
        reason = request.form.get("reason", "")[:500]
        if request.form.get("to") == "organisation":
            organisation_id = request.form.get("organisation_id", type=int)
            if organisation_id is None:
                raise RuleBroken("请选择要指派的调解组织。", field="organisation_id")
            made = operations.assign_organisation(
                actor=current_actor(), case_id=case.id, organisation_id=organisation_id, reason=reason
            )
            return f"已将 {case.case_no} 指派给{made.organisation.name}，由其确定调解员"
        mediator_id = request.form.get("mediator_id", type=int)
        if mediator_id is None:
            raise RuleBroken("请先选择一位调解员。", field="mediator_id")
        if _is_change(case):
            made = operations.change_mediator(
                actor=current_actor(), case_id=case.id, mediator_id=mediator_id, reason=reason
            )
            return f"已将 {case.case_no} 更换为{made.mediator.name}，请其在 {made.response_due_on} 前受理"
        made = operations.assign_mediator(
            actor=current_actor(),
            case_id=case.id,
            mediator_id=mediator_id,
            reason=reason,
            confirmed_not_same_person=request.form.get("not_same_person") == "1",
        )
        return f"已将 {case.case_no} 指派给{made.mediator.name}，请其在 {made.response_due_on} 前受理"

    @screen_route("/<int:case_id>/withdraw", methods=("POST",), permission=Permission.CASE_ASSIGN)
    def withdraw(self, case_id: int) -> Response:
        """The undo of an assignment just made."""
        try:
            operations.withdraw(actor=current_actor(), case_id=case_id, reason="撤销刚才的指派")
        except RuleBroken as broken:
            db.session.rollback()
            toast(broken.message)
        else:
            db.session.commit()
            toast("已撤回指派，案件回到待指派")
        return redirect(safe_back(detail_url(case_id)), 303)

    @screen_route("/bulk/<int:job_id>/")
    def bulk(self, job_id: int) -> Any:
        """What became of a bulk assignment: numbers, who got how many, who was left out and why, undo."""
        job = _own(job_id, kinds.BULK)
        if not job.is_finished:
            return redirect(f"/jobs/{job_id}/", 303)
        result = job.result
        if not result:
            words = job.message or "这次批量指派没有完成，没有案件被指派。"
            return self.render("shared/page.html", title="批量指派结果", pieces=[Notice(words, tone="warn")])
        left_out = result["refused_count"]
        refused = [(case_link(c, no), why, _mend(c, repair)) for c, no, why, repair in result["refused"]]
        title = "未指派的案件" + (f"（前 {len(refused)} 件）" if len(refused) < left_out else "")
        pieces: list[Any] = [
            Stats(
                [
                    Stat(
                        "已指派",
                        result["assigned"],
                        note="待调解员受理",
                        tone="good" if result["assigned"] else "plain",
                    ),
                    Stat("调解员", len(result["per_mediator"])),
                    Stat(
                        "未指派", left_out, note="原因见下表" if left_out else "", tone="warn" if left_out else "plain"
                    ),
                ]
            ),
            Table(["案件", "原因", "处理"], refused, title=title) if refused else None,
            Table(["调解员", "件数"], result["per_mediator"], title="各调解员所得件数", numeric=(1,)),
        ]
        undo = Action(
            "撤销这次批量指派",
            self.url_for("undo", job_id=job_id),
            method="post",
            refused=None if result["assigned"] else "没有案件被指派，无需撤销。",
        )
        back = Action("返回待指派案件", "/cases/?state=to_assign")
        return self.render("shared/page.html", title="批量指派结果", pieces=pieces, actions=[undo, back])

    @screen_route("/bulk/<int:job_id>/undo", methods=("POST",), permission=Permission.CASE_ASSIGN)
    def undo(self, job_id: int) -> Response:
        """Ask for everything of a bulk assignment to go back that nobody has accepted yet."""
        _own(job_id, kinds.BULK)
        job = jobs.ask(db.session(), kind=kinds.UNDO, params={"bulk_job_id": job_id}, actor=current_actor())
        db.session.commit()
        return redirect(f"/jobs/{job.id}/", 303)

    @screen_route("/undone/<int:job_id>/")
    def undone(self, job_id: int) -> Any:
        """What became of the undoing."""
        job = _own(job_id, kinds.UNDO)
        result = job.result
        kept = [(case_link(case_id, number), why) for case_id, number, why in result.get("kept", [])]
        left = result.get("kept_count", 0)
        title = "未撤回的案件" + (f"（前 {len(kept)} 件）" if len(kept) < left else "")
        pieces: list[Any] = [
            Stats(
                [Stat("退回待指派", result.get("undone", 0)), Stat("未撤回", left, tone="warn" if left else "plain")]
            ),
            Table(["案件", "原因"], kept, title=title) if kept else None,
        ]
        back = Action("返回待指派案件", "/cases/?state=to_assign")
        return self.render("shared/page.html", title="撤销批量指派结果", pieces=pieces, actions=[back])


def _is_change(case: Case) -> bool:
    return case.state is CaseState.MEDIATING


def _move_of(case: Case) -> str:
    return "change_mediator" if _is_change(case) else "assign"


def _own(job_id: int, kind: str) -> jobs.Job:
    job = own_job(job_id)
    if job.kind != kind:
        raise NotFound(f"job {job_id} is no {kind}")
    return job


def case_link(case_id: int, number: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(detail_url(case_id), number)


def _mend(case_id: int, repair: str | None) -> Markup | str:
    url = repair_url(case_id, repair)
    return Markup('<a href="{}">去处理</a>').format(url) if url else ""


move_page("assign", lambda case_id: f"/assignment/{case_id}/")
move_page("change_mediator", lambda case_id: f"/assignment/{case_id}/")
show_result_at(kinds.BULK, "批量指派", lambda job: f"/assignment/bulk/{job.id}/")
show_result_at(kinds.UNDO, "撤销批量指派", lambda job: f"/assignment/undone/{job.id}/")
