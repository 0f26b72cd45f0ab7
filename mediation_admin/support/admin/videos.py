"""多路视频申请: asked for on the case's page, answered in support's queue."""

from typing import Any

from flask import redirect, request
from markupsafe import Markup
from sqlalchemy import Select

from mediation_admin.cases.admin.addresses import detail_url, repair_url
from mediation_admin.cases.models import Case
from mediation_admin.core.admin import (
    Action,
    ChoiceFilter,
    Column,
    Empty,
    Fact,
    Facts,
    FormPage,
    Key,
    ListScreen,
    Order,
    Preset,
    Screen,
    Table,
    banner,
    current_actor,
    render_form,
    screen_route,
    tag_of,
    toast,
)
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.permissions import Permission
from mediation_admin.support import operations, queries, rules
from mediation_admin.support.enums import VideoStatus
from mediation_admin.support.forms import AskVideoForm, DecideVideoForm
from mediation_admin.support.models import VideoRequest


class VideoRequestsView(ListScreen):
    """The queue of support: case numbers and reasons, nothing else of the cases."""

    code = "video_requests"
    title = "多路视频审批"
    permission = Permission.VIDEO_APPROVE
    menu_path = ("平台客服",)
    url_path = "/support/videos"
    columns = [
        Column("case_no", "案号", kind="link", required=True, copy=True),
        Column("court_name", "法院"),
        Column("party_count", "参加人数", kind="number"),
        Column("reason", "申请理由", width="xl"),
        Column("status", "状态", kind="tag", enum=VideoStatus),
        Column("asked_at", "申请时间", kind="datetime"),
        Column("asked_by_name", "申请人"),
        Column("decided_at", "审批时间", kind="datetime"),
        Column("decided_by_name", "审批人", default=False),
        Column("answer", "答复", default=False),
    ]
    orders = [
        Order("newest", "新申请的在前", [Key(VideoRequest.id, descending=True)]),
        Order("oldest", "先申请的在前", [Key(VideoRequest.id)]),
    ]
    filters = [
        ChoiceFilter("status", "状态", VideoRequest.status, choices=VideoStatus, multiple=True, cast=VideoStatus)
    ]
    presets = [Preset("待审批", (("status", "waiting"),))]
    empty = Empty("没有多路视频申请。法院在案件页面按“多路视频申请”提交，提交后在这里审批。")

    def select(self) -> Select[Any]:
        return queries.videos_shown()

    def detail_url(self, row: Any) -> str:
        return self.url_for("decide", ident=row.id)

    @screen_route("/<int:ident>/", methods=("GET", "POST"), permission=Permission.VIDEO_APPROVE)
    def decide(self, ident: int) -> Any:
        """One request: agree, or not with a reason."""
        row = fetch(db.session(), VideoRequest, ident)
        facts = Facts(
            [
                Fact("案号", row.case_no, copy=True),
                Fact("法院", row.court.name),
                Fact("参加人数", f"{row.party_count} 人（不含调解员）"),
                Fact("申请人", row.asked_by_name, hint=moment_text(row.asked_at)),
                Fact("状态", row.status),
                Fact("审批", row.decided_by_name, hint=moment_text(row.decided_at)),
                Fact("申请理由", row.reason, wide=True),
                Fact("答复", row.answer, wide=True),
            ]
        )
        if row.status is not VideoStatus.WAITING and request.method == "GET":
            return self.render(
                "shared/page.html", title=f"多路视频申请 {row.case_no}", crumbs=[(row.case_no, None)], pieces=[facts]
            )
        form = DecideVideoForm()
        if request.method == "POST" and form.validate():
            operation = operations.refuse_video if "refuse" in request.form else operations.approve_video
            try:
                operation(actor=current_actor(), request_id=ident, answer=form.answer.data or "")
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                said = row.status.label
                db.session.commit()
                toast(f"{said}，已写入案件动态并告知申请人。")
                return self.back_to_list()
        return render_form(
            self,
            FormPage(
                f"多路视频申请 {row.case_no}",
                form,
                submit="同意",
                extra=(("refuse", "不同意"),),
                before=[facts],
                back=self.home_url(),
            ),
            crumbs=[(row.case_no, None)],
        )


class CaseVideoView(Screen):
    """多路视频申请 of one case."""

    code = "case_video"
    title = "多路视频申请"
    permission = Permission.VIDEO_REQUEST
    menu_path = None
    belongs_to = "cases"
    url_path = "/case-video"

    @screen_route("/")
    def index(self) -> str:
        """The court's latest requests, each leading to its case."""
        rows = [
            (
                Markup('<a href="{}">{}</a>').format(detail_url(one.case_id), one.case_no or "草稿"),
                one.party_count,
                one.reason,
                one.asked_by_name,
                moment_text(one.asked_at),
                tag_of(one.status),
                one.answer,
            )
            for one in queries.latest_videos(db.session())
        ]
        table = Table(
            ("案号", "人数", "理由", "申请人", "申请时间", "状态", "答复"),
            rows,
            title="本院最近的申请",
            empty="本院还没有多路视频申请。在案件页面按“多路视频申请”提交，平台客服审批后即可使用。",
        )
        return self.render("shared/page.html", pieces=[table])

    @screen_route("/<int:case_id>/", methods=("GET", "POST"), permission=Permission.VIDEO_REQUEST)
    def ask(self, case_id: int) -> Any:
        """Ask for it; refused with the way out while party data are missing (R20)."""
        case = fetch(db.session(), Case, case_id)
        back = detail_url(case_id)
        parties = queries.party_count(db.session(), case)
        form = AskVideoForm() if request.method == "POST" else AskVideoForm(data={"party_count": str(max(parties, 2))})
        if request.method == "POST" and form.validate():
            number = (form.party_count.data or "").strip()
            try:
                operations.ask_for_video(
                    actor=current_actor(),
                    case_id=case_id,
                    reason=form.reason.data,
                    party_count=int(number) if number.isdigit() and len(number) < 4 else None,
                )
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(RuleBroken(broken.message, field=broken.field, repair=_way_out(case_id, broken.repair)))
            else:
                db.session.commit()
                toast("已提交多路视频申请，平台客服审批后写入案件动态并短信告知。")
                return redirect(back, 303)
        number = case.case_no or "草稿"
        return render_form(
            self,
            FormPage(f"多路视频申请 {number}", form, submit="提交申请", back=back),
            crumbs=[(number, back), ("多路视频申请", None)],
        )

    @screen_route("/requests/<int:ident>/withdraw", methods=("POST",), permission=Permission.VIDEO_REQUEST)
    def withdraw(self, ident: int) -> Any:
        """Take the request back while it waits."""
        case_id = fetch(db.session(), VideoRequest, ident).case_id
        try:
            operations.withdraw_video(actor=current_actor(), request_id=ident)
        except RuleBroken as broken:
            db.session.rollback()
            banner(broken.message, tone="warn")
        else:
            db.session.commit()
            toast("已撤回多路视频申请。")
        return redirect(detail_url(case_id), 303)


def _way_out(case_id: int, repair: str | None) -> str | None:
    """Where the parties' data are completed, for those who may do it."""
    return repair_url(case_id, repair) if current_actor().may(Permission.CASE_EDIT) else None


def case_button(actor: Actor, case: Case) -> list[Action]:
    """多路视频申请 among the buttons of a case; refused with the way out while party data are missing."""
    if not actor.may(Permission.VIDEO_REQUEST) or case.state not in rules.VIDEO_STATES or case.deleted_at is not None:
        return []
    refused = rules.why_no_video(
        state=case.state, deleted=False, gaps_of_case=case.gaps or (), parties=len(case.parties)
    )
    why, repair = refused if refused is not None else (None, None)
    return [Action("多路视频申请", f"/case-video/{case.id}/", refused=why, repair=_way_out(case.id, repair))]


def case_panel(actor: Actor, case: Case) -> list[Any]:
    """The video requests of a case beside its timeline; nothing where none was made."""
    if not actor.may(Permission.VIDEO_REQUEST):
        return []
    rows = queries.video_of_case(db.session(), case.id)
    if not rows:
        return []
    return [
        Table(
            ("申请时间", "人数", "理由", "状态", "答复", "操作"),
            [
                (
                    moment_text(one.asked_at),
                    one.party_count,
                    one.reason,
                    tag_of(one.status),
                    one.answer,
                    Action("撤回", f"/case-video/requests/{one.id}/withdraw", method="post").html("btn btn-s")
                    if one.status is VideoStatus.WAITING
                    else Markup(""),
                )
                for one in rows
            ],
            title="多路视频申请",
            anchor="video",
        )
    ]
