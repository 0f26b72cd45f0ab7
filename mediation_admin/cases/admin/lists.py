"""Lists of cases: all, the three kinds, and the recycle bin. One class, so that they look and answer alike."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, case, func, literal_column, select
from wtforms import StringField

from mediation_admin.cases import queries
from mediation_admin.cases.admin import filters
from mediation_admin.cases.admin.addresses import detail_url, move_url
from mediation_admin.cases.admin.pages import CasePages
from mediation_admin.cases.enums import LOAD_STATES, CaseKind, CaseState, Gap, Result
from mediation_admin.cases.models import Case
from mediation_admin.cases.operations import move_many
from mediation_admin.core.admin import (
    Action,
    BulkAction,
    Column,
    Empty,
    Key,
    ListScreen,
    Match,
    Order,
    Outcome,
    Preset,
    Rehearsal,
    Selection,
    current_actor,
    screen_route,
    toast,
    tokens,
)
from mediation_admin.core.admin.state import ListState
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.forms import Form, Length, Required
from mediation_admin.core.scope import scope_of
from mediation_admin.permissions import Permission
from mediation_admin.rosters.models import Mediator, Organisation

_GAPS = {gap.value: gap.label for gap in Gap}


def _gaps(row: Any) -> Markup | str:
    if not row.gaps:
        return ""
    words = "、".join(_GAPS.get(gap, gap) for gap in row.gaps)
    return Markup('<span class="tag tag-warn" title="{}">{} 项</span>').format(words, len(row.gaps))


def _who(row: Any) -> Markup | str:
    if row.mediator:
        return row.mediator
    return Markup('<span class="quiet">{}</span>').format(row.organisation) if row.organisation else ""


# What a row's deadline is depends on what is awaited: an answer, or the end.
_DEADLINE = case(
    (Case.state == CaseState.TO_ACCEPT, Case.response_due_on),
    (Case.state.in_((CaseState.MEDIATING, CaseState.CLOSING)), Case.due_on),
)


_CASE_NO = func.coalesce(Case.case_no, literal_column("'草稿'"))
# Looked up for the rows of the page alone: a join would be made for every row that is counted or skipped.
_MEDIATOR = select(Mediator.name).where(Mediator.id == Case.mediator_id).correlate(Case).scalar_subquery()
_ORGANISATION = select(Organisation.name).where(Organisation.id == Case.organisation_id).correlate(Case).scalar_subquery()


class RecycleForm(Form):
    """Why cases are deleted."""

    reason = StringField("删除理由", [Required("请填写删除理由"), Length(max=500)])


class CaseListScreen(ListScreen):
    """What every list of cases has."""

    abstract = True
    permission = Permission.CASE_VIEW
    kind: CaseKind | None = None
    replays = True
    fixed_select = True
    columns = [
        Column("case_no", "诉前调解案号", kind="link", required=True, copy=True, width="fit",
               help="平台为每件案件生成的编号；内网的案号在“案号”一列"),
        Column("inner_case_no", "案号", default=False, copy=True, help="内网办案系统的编号，可以为空"),
        Column("applicants", "申请人", kind="names", width="s"),
        Column("respondents", "被申请人", kind="names", width="s"),
        Column("cause_text", "案由", width="s"),
        Column("state", "状态", kind="tag", enum=CaseState),
        Column("deadline", "期限", kind="deadline", sortable="due",
               help="待受理时为受理期限，调解中为调解期限"),
        Column("mediator", "调解员", cell=_who, width="s"),
        Column("registered_on", "登记日期", kind="date", sortable="registered"),
        Column("gaps", "待补", cell=_gaps, width="fit"),
        Column("amount", "标的额(元)", kind="money", roomy=True),
        Column("result", "结果", kind="tag", enum=Result, default=False),
        Column("organisation", "调解组织", default=False),
        Column("accepted_on", "受理日期", kind="date", default=False),
        Column("ended_on", "结束日期", kind="date", sortable="ended", default=False),
        Column("backfilled", "补录", kind="flag", default=False),
    ]
    orders = [
        Order("registered", "登记日期从新到旧",
              [Key(Case.registered_on, descending=True), Key(Case.id, descending=True)]),
        Order("-registered", "登记日期从旧到新", [Key(Case.registered_on), Key(Case.id)]),
        Order("due", "期限从近到远（只列在办）", [Key(Case.due_on), Key(Case.id)]),
        Order("ended", "结束日期从新到旧（只列已结）",
              [Key(Case.ended_on, descending=True), Key(Case.id, descending=True)]),
    ]
    filters = [*filters.CHOICES, *filters.MORE]
    search_label = "案号、号数、当事人、手机号或证件号（可只输末四位）"
    presets = [
        Preset("待指派", (("state", "to_assign"),)),
        Preset("待受理", (("state", "to_accept"),)),
        Preset("调解中", (("state", "mediating"),)),
        Preset("申请结案", (("state", "closing"),)),
        Preset("超期未结", (("overdue", "1"),)),
        Preset("有待补", (("gap", "any"),)),
    ]
    bulk_actions = [
        BulkAction("recycle", "移入回收站", Permission.CASE_DELETE, form=RecycleForm, danger=True, max_rows=1_000,
                   help="30 天内可以恢复"),
    ]
    exportable = True

    def select(self) -> Select[Any]:
        made = (
            select(
                Case.id,
                _CASE_NO.label("case_no"),
                Case.inner_case_no,
                Case.kind,
                Case.applicants,
                Case.respondents,
                Case.cause_text,
                Case.amount,
                Case.state,
                Case.result,
                _MEDIATOR.label("mediator"),
                _ORGANISATION.label("organisation"),
                Case.registered_on,
                _DEADLINE.label("deadline"),
                Case.accepted_on,
                Case.ended_on,
                Case.gaps,
                Case.backfilled,
            )
            .select_from(Case)
            .where(self.presence())
        )
        return made if self.kind is None else made.where(queries.of_kind(self.kind))

    def presence(self) -> ColumnElement[bool]:
        """Whether the list is of cases or of deleted ones."""
        return queries.visible()

    def statement(self, asked: ListState) -> Select[Any]:
        made = super().statement(asked)
        if asked.order is None:
            return made
        # An order by a date that only some cases have lists those: then the index answers, however many cases there are.
        if asked.order.code == "due":
            return made.where(Case.due_on.is_not(None), Case.state.in_(LOAD_STATES))
        return made.where(Case.ended_on.is_not(None)) if asked.order.code == "ended" else made

    def search(self, text: str) -> Match:
        scope = scope_of(db.session())
        courts = scope.court_ids if scope is not None and scope.court_ids is not None else {current_actor().court_id}
        found = queries.find(text, [court for court in courts if court is not None])
        return Match(found.condition, f"按{found.words}查找")

    def detail_url(self, row: Any) -> str:
        return detail_url(row.id)

    def row_label(self, row: Any) -> str:
        return row.case_no

    def row_actions(self, row: Any) -> list[Action]:
        actor = current_actor()
        made = []
        for name, permission, label, state in _NEXT:
            if row.state is state and actor.may(permission):
                made.append(Action(label, move_url(name, row.id), method="post" if name == "submit" else "get"))
        return made

    def rehearse_recycle(self, selection: Selection, form: Any) -> Rehearsal:
        """What would lie in the bin."""
        ids = selection.find_ids(db.session)
        rows = db.session.execute(
            select(Case.case_no, Case.applicants, Case.respondents, Case.state)
            .where(Case.id.in_(ids))
            .order_by(Case.id)
            .limit(20)
        ).all()
        return Rehearsal(
            count=len(ids),
            effect=f"将把 {len(ids)} 件案件移入回收站，30 天内可以恢复。",
            headings=("诉前调解案号", "申请人", "被申请人", "状态"),
            rows=[(row.case_no or "草稿", row.applicants, row.respondents, row.state) for row in rows],
        )

    def run_recycle(self, selection: Selection, form: Any, key: str) -> Outcome:
        """Move them to the bin; one click brings them back."""
        actor = current_actor()
        ids = selection.find_ids(db.session)
        outcomes = move_many(actor=actor, case_ids=ids, move="delete", given={"reason": form.reason.data})
        done = [outcome.case_id for outcome in outcomes if outcome.refusal is None]
        token = tokens.seal_for("cases:recycled", done, account_id=actor.account_id, seconds=24 * 3600)
        return Outcome(f"已将 {len(done)} 件案件移入回收站", undo_url=f"/cases/bin/restore/{token}")

    def actions(self) -> list[Action]:
        if not current_actor().may(Permission.CASE_CREATE):
            return []
        address = "/cases/new" + (f"?kind={self.kind.value}" if self.kind else "")
        return [Action("新增案件", address, primary=True, icon="plus", shortcut="n")]

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        actor = current_actor()
        actions = list(self.actions())
        if actor.may(Permission.CASE_BACKFILL):
            actions.append(Action("导入历史案件", "/backfill/"))
        return Empty("还没有案件。" if actions else "还没有案件。登记后会列在这里。", tuple(actions))


# The step a row waits for, offered on the row itself.
_NEXT = (
    ("submit", Permission.CASE_CREATE, "提交", CaseState.DRAFT),
    ("assign", Permission.CASE_ASSIGN, "指派", CaseState.TO_ASSIGN),
    ("accept", Permission.CASE_PROCEED, "受理", CaseState.TO_ACCEPT),
    ("request_close", Permission.CASE_PROCEED, "申请结案", CaseState.MEDIATING),
    ("close_on_paper", Permission.CASE_PROCEED, "结案", CaseState.CLOSING),
)


def add_bulk_action(
    action: BulkAction, *, rehearse: Callable[..., Rehearsal], run: Callable[..., Outcome]
) -> None:
    """Let a higher subject act on many cases from their lists; called before the screens are made.

    ``rehearse(screen, selection, form)`` and ``run(screen, selection, form, key)`` as in core.admin.selection.
    """
    if any(held.code == action.code for held in CaseListScreen.bulk_actions):
        raise ValueError(f"the bulk action {action.code} is there already")
    CaseListScreen.bulk_actions = [*CaseListScreen.bulk_actions, action]
    setattr(CaseListScreen, f"rehearse_{action.code}", rehearse)
    setattr(CaseListScreen, f"run_{action.code}", run)


class CasesView(CasePages, CaseListScreen):
    """全部案件: the list every figure and every search leads to, and the pages of a case."""

    code = "cases"
    title = "全部案件"
    menu_path = ("调解案件管理",)
    url_path = "/cases"
    icon = "folder"
    filters = [filters.KIND, *filters.CHOICES, *filters.MORE]

    def conditions(self, values: dict[str, Any]) -> list[ColumnElement[bool]]:
        # The figures of reports count no drafts and no returned applications; neither does the list they open.
        found = super().conditions(values)
        return found if "state" in values else [queries.counted(), *found]


class PreFilingCasesView(CaseListScreen):
    """诉前委派调解 → 案件管理."""

    code = "cases_pre_filing"
    title = "诉前委派调解"
    menu_title = "案件管理"
    menu_path = ("调解案件管理", "诉前委派调解")
    url_path = "/cases/pre-filing"
    kind = CaseKind.PRE_FILING


class PostFilingCasesView(CaseListScreen):
    """立案调解 → 案件管理."""

    code = "cases_post_filing"
    title = "立案调解"
    menu_title = "案件管理"
    menu_path = ("调解案件管理", "立案调解")
    url_path = "/cases/post-filing"
    kind = CaseKind.POST_FILING


class InternetCasesView(CaseListScreen):
    """互联网调解 → 案件管理."""

    code = "cases_internet"
    title = "互联网调解"
    menu_title = "案件管理"
    menu_path = ("调解案件管理", "互联网调解")
    url_path = "/cases/internet"
    kind = CaseKind.INTERNET


class RecycleBinView(CaseListScreen):
    """回收站: deleted cases, to be put back within thirty days."""

    code = "cases_deleted"
    title = "回收站"
    permission = Permission.CASE_DELETE
    menu_path = ("调解案件管理",)
    url_path = "/cases/bin"
    presets = ()
    bulk_actions = ()
    exportable = False
    columns = [
        *CaseListScreen.columns[:6],
        Column("deleted_at", "删除时间", kind="datetime", width="m"),
        CaseListScreen.columns[7],
        replace(CaseListScreen.columns[8], sortable=None),
    ]
    orders = [Order("deleted", "删除时间从近到远", [Key(Case.deleted_at, descending=True), Key(Case.id, descending=True)])]
    filters = [filters.KIND, *filters.CHOICES]

    def select(self) -> Select[Any]:
        return super().select().add_columns(Case.deleted_at)

    def presence(self) -> ColumnElement[bool]:
        return queries.deleted()

    def row_actions(self, row: Any) -> list[Action]:
        return [Action("恢复", move_url("restore", row.id), method="post")]

    @screen_route("/restore/<token>", methods=("POST",), permission=Permission.CASE_DELETE)
    def restore_many(self, token: str) -> Response:
        """Undo of a bulk deletion, by the person who made it."""
        actor = current_actor()
        try:
            ids = tokens.unseal_for("cases:recycled", token, account_id=actor.account_id)
        except tokens.BadToken:
            raise RuleBroken("撤销的期限已过，请在回收站里逐件恢复。", repair="/cases/bin/") from None
        outcomes = move_many(actor=actor, case_ids=ids, move="restore")
        db.session.commit()
        toast(f"已恢复 {sum(outcome.refusal is None for outcome in outcomes)} 件案件")
        return self.back_to_list("/cases/")

    def actions(self) -> list[Action]:
        return []

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        return Empty("回收站是空的。")
