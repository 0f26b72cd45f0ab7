"""移送台账: what went to other systems and what became of it. A court sees its own, support sees all without cases."""

from typing import Any

from flask import redirect, request
from markupsafe import Markup
from sqlalchemy import Select

from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Action,
    BulkAction,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Detail,
    Empty,
    Event,
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
    Outcome,
    Preset,
    Refused,
    Rehearsal,
    Selection,
    Tab,
    Table,
    Timeline,
    current_actor,
    render_detail,
    render_form,
    screen_route,
    toast,
)
from mediation_admin.core.admin.formats import moment_text, tag_of
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.courts.models import Court
from mediation_admin.exchange import operations, queries, rules
from mediation_admin.exchange.enums import (
    HandOffKind,
    HandOffState,
    TargetSystem,
)
from mediation_admin.exchange.forms import ReasonForm
from mediation_admin.exchange.models import HandOff
from mediation_admin.exchange.senders import sender_of
from mediation_admin.permissions import Permission

_MOST_LEFT_OUT = 20


def _other_end(row: Any) -> str:
    return f"{row.target.label}（{row.target_name}）" if row.target_name else row.target.label


def _said(row: Any) -> Markup | str:
    """What to know about a row at a glance: why it waits, why it failed, what was answered."""
    if row.state is HandOffState.WAITING and sender_of(row.kind) is None:
        return Markup('<span class="quiet" title="{}">等待发送程序接入</span>').format(rules.NO_SENDER)
    if row.state in (HandOffState.STUCK, HandOffState.FAILED):
        return row.error
    return row.reply


_COLUMNS = [
    Column("reference", "案号/组织", kind="link", required=True, copy=True, width="l"),
    Column("kind", "移送事项", cell=lambda row: row.kind.label),
    Column("direction", "方向", cell=lambda row: row.direction.label, default=False),
    Column("target", "对方系统", cell=_other_end),
    Column("state", "状态", kind="tag", enum=HandOffState),
    Column("said", "说明", cell=_said, width="xl"),
    Column("tries", "发送次数", kind="number"),
    Column("last_tried_at", "最近发送", kind="datetime"),
    Column("next_try_at", "下次发送", kind="datetime"),
    Column("external_no", "对方编号", default=False),
    Column("created_at", "登记时间", kind="datetime"),
]


class _HandOffs(ListScreen):
    """What both ledgers share."""

    abstract = True
    title = "移送台账"
    columns = _COLUMNS
    orders = [
        Order("newest", "新登记的在前", [Key(HandOff.id, descending=True)]),
        Order("oldest", "先登记的在前", [Key(HandOff.id)]),
    ]
    filters = [
        ChoiceFilter("state", "状态", HandOff.state, choices=HandOffState, multiple=True, cast=HandOffState),
        ChoiceFilter("kind", "移送事项", HandOff.kind, choices=HandOffKind, cast=HandOffKind),
        ChoiceFilter("target", "对方系统", HandOff.target, choices=TargetSystem, cast=TargetSystem),
        DateRangeFilter("at", "登记日期", HandOff.created_at, moments=True),
        FlagFilter(
            "unanswered",
            f"接收超 {rules.ANSWER_EXPECTED_WITHIN.days} 天未回复",
            condition=lambda value: queries.unanswered(clock.now()) if value else ~queries.unanswered(clock.now()),
            more=True,
        ),
    ]
    presets = [
        Preset("需要处理", (("state", "stuck"), ("state", "failed"))),
        Preset("待发送", (("state", "waiting"),)),
        Preset("未回复", (("unanswered", "1"),)),
    ]
    search_label = "完整案号或组织名称"
    bulk_actions = [BulkAction("retry", "批量重试", Permission.HANDOFF_RETRY, form=ReasonForm, max_rows=1_000)]

    def select(self) -> Select[Any]:
        return queries.hand_offs_shown()

    def search(self, text: str) -> Match:
        return Match(HandOff.reference == text.strip(), "按案号或组织名称查找")

    def detail_url(self, row: Any) -> str:
        return self.url_for("detail", ident=row.id)

    def row_actions(self, row: Any) -> list[Action]:
        if not current_actor().may(Permission.HANDOFF_RETRY):
            return []
        return [
            Action(
                "重试",
                self.url_for("retry", ident=row.id),
                refused=rules.why_not_retry(row.state, row.direction),
                repair=self.url_for("detail", ident=row.id),
            )
        ]

    # -- one hand-off -------------------------------------------------------------------------------------------

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> str:
        """A hand-off with its tries."""
        row = fetch(db.session(), HandOff, ident)
        return render_detail(
            self,
            Detail(
                title=f"{row.kind.label} {row.reference}",
                copy=row.reference,
                state=row.state,
                subtitle=f"{row.direction.label} · {_other_end(row)}",
                facts=[
                    Fact("发送次数", row.tries),
                    Fact("最近发送", row.last_tried_at),
                    Fact("下次发送", row.next_try_at),
                    Fact("对方编号", row.external_no, copy=True),
                ],
                actions=self._actions_of(row),
                notices=_notices(row),
                tabs=[
                    Tab("tries", "经过", lambda: [_tries(row)]),
                    Tab("main", "登记内容", lambda: [self._facts(row)]),
                ],
                row=row,
            ),
            here=self.url_for("detail", ident=ident),
            crumbs=[(row.reference, None)],
        )

    def _facts(self, row: HandOff) -> Facts:
        case = Markup('<a href="/cases/{}/">{}</a>').format(row.case_id, row.reference) if row.case_id else None
        sees_case = current_actor().may(Permission.CASE_VIEW)
        return Facts(
            [
                Fact("法院", row.court.name),
                Fact("案件", case if sees_case and case else row.reference if row.case_id else None),
                Fact("登记人", row.opened_by_name),
                Fact("登记时间", row.created_at),
                Fact("对方接收时间", row.accepted_at),
                Fact("回复时间", row.answered_at),
                Fact("防重复编号", row.idempotency_key, hint="同一编号对方只办理一次，重试不会重复"),
            ],
            title="登记内容",
        )

    def _actions_of(self, row: HandOff) -> list[Action]:
        if not current_actor().may(Permission.HANDOFF_RETRY):
            return []
        return [
            Action(
                "重试",
                self.url_for("retry", ident=row.id),
                primary=True,
                refused=rules.why_not_retry(row.state, row.direction),
            ),
            Action(
                "放弃移送",
                self.url_for("cancel", ident=row.id),
                danger=True,
                refused=rules.why_not_cancel(row.state),
            ),
        ]

    @screen_route("/<int:ident>/retry", methods=("GET", "POST"), permission=Permission.HANDOFF_RETRY)
    def retry(self, ident: int) -> Any:
        """Send again, with a reason."""
        return self._with_reason(ident, "重试移送", operations.retry, "已安排重发，一分钟内发送。", "安排重发")

    @screen_route("/<int:ident>/cancel", methods=("GET", "POST"), permission=Permission.HANDOFF_RETRY)
    def cancel(self, ident: int) -> Any:
        """Give up, with a reason."""
        return self._with_reason(
            ident, "放弃移送", operations.cancel, "已放弃移送，不再发送。", "放弃移送", danger=True
        )

    def _with_reason(
        self, ident: int, title: str, operation: Any, done: str, submit: str, *, danger: bool = False
    ) -> Any:
        row = fetch(db.session(), HandOff, ident)
        back = self.url_for("detail", ident=ident)
        form = ReasonForm()
        if request.method == "POST" and form.validate():
            try:
                operation(actor=current_actor(), hand_off_id=ident, reason=form.reason.data)
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                toast(done)
                return redirect(back, 303)
        facts = Facts(
            [
                Fact("移送事项", row.kind.label),
                Fact("案号/组织", row.reference),
                Fact("对方系统", _other_end(row)),
                Fact("状态", row.state),
                Fact("失败原因", row.error, wide=True),
            ]
        )
        warning = [Notice("放弃后不再发送，对方不会收到这件移送。", tone="warn")] if danger else []
        return render_form(
            self,
            FormPage(title, form, submit=submit, back=back, before=[*warning, facts], danger=danger),
            crumbs=[(row.reference, back)],
        )

    # -- many at once -------------------------------------------------------------------------------------------

    def rehearse_retry(self, selection: Selection, form: Any) -> Rehearsal:
        """What would be sent again, and what is left out and why."""
        rows = self._chosen(selection)
        left_out = [(row, why) for row in rows if (why := rules.why_not_retry(row.state, row.direction))]
        goes = [row for row in rows if rules.why_not_retry(row.state, row.direction) is None]
        groups: dict[str, int] = {}
        for row in goes:
            groups[row.kind.label] = groups.get(row.kind.label, 0) + 1
        waits = sum(sender_of(row.kind) is None for row in goes)
        return Rehearsal(
            count=len(goes),
            effect=f"将重新发送 {len(goes)} 件移送，一分钟内开始，同一件对方只办理一次。",
            headings=("案号/组织", "移送事项", "状态", "失败原因"),
            rows=[(row.reference, row.kind.label, tag_of(row.state), row.error) for row in goes[:_MOST_LEFT_OUT]],
            groups=sorted(groups.items()),
            refused=[
                Refused(row.reference, why, self.url_for("detail", ident=row.id))
                for row, why in left_out[:_MOST_LEFT_OUT]
            ],
            refused_count=len(left_out),
            warning=f"其中 {waits} 件的发送程序还没有接入，会继续等待。" if waits else None,
        )

    def run_retry(self, selection: Selection, form: Any, key: str) -> Outcome:
        """Send again what may be sent again."""
        done = 0
        for row in self._chosen(selection):
            if rules.why_not_retry(row.state, row.direction) is None:
                operations.retry(actor=current_actor(), hand_off_id=row.id, reason=form.reason.data)
                done += 1
        if not done:
            raise RuleBroken("选中的移送都不能重发，原因见下表。")
        return Outcome(f"已安排重发 {done} 件，一分钟内开始发送。")

    def _chosen(self, selection: Selection) -> list[HandOff]:
        return queries.by_ids(db.session(), selection.find_ids(db.session()))


def _notices(row: HandOff) -> list[Notice]:
    if row.state is HandOffState.WAITING and sender_of(row.kind) is None:
        return [Notice(rules.NO_SENDER, tone="info")]
    if row.state is HandOffState.STUCK:
        return [Notice(f"已停止自动重试：{row.error}", tone="bad")]
    if row.state is HandOffState.FAILED:
        return [Notice(f"{row.error}下次发送：{moment_text(row.next_try_at)}。", tone="warn")]
    if row.reply:
        return [Notice(f"对方回复：{row.reply}", tone="good")]
    return []


def _tries(row: HandOff) -> Timeline:
    events = [
        Event(
            f"第 {one.number} 次发送 · {one.step.label}" if one.number else one.step.label,
            at=one.at,
            who=one.actor_name,
            text=one.words,
            tone=one.step.tone,
        )
        for one in queries.events_of(db.session(), row.id)
    ]
    return Timeline(events, title="经过")


class HandOffsView(_HandOffs):
    """移送台账 of one's own court."""

    code = "hand_offs"
    permission = Permission.HANDOFF_VIEW
    menu_path = ("调解案件管理",)
    empty = Empty("还没有移送。案件推送到内网办案系统或总对总平台时，会在这里登记，并写明每次发送的结果。")


def _court_label(court_id: Any) -> str | None:
    court = db.session.get(Court, int(court_id))
    return court.name if court else None


class AllHandOffsView(_HandOffs):
    """移送台账 of the whole platform, for support: case numbers and nothing else of a case."""

    code = "all_hand_offs"
    permission = Permission.HANDOFF_OVERSEE
    menu_path = ("平台客服",)
    columns = [_COLUMNS[0], Column("court_name", "法院"), *_COLUMNS[1:]]
    filters = [
        _HandOffs.filters[0],
        LookupFilter("court", "法院", HandOff.court_id, endpoint="/users/courts", describe=_court_label),
        *_HandOffs.filters[1:],
    ]
    empty = Empty("还没有移送。各法院向内网办案系统、总对总平台推送时，会在这里登记。")


def case_panel(actor: Actor, case: Any) -> list[Any]:
    """移送记录 on the page of a case; nothing where nothing was handed over."""
    if not actor.may(Permission.HANDOFF_VIEW):
        return []
    rows = queries.of_case(db.session(), case.id)
    if not rows:
        return []
    return [
        Table(
            ("移送事项", "状态", "时间", "说明"),
            [
                (
                    Markup('<a href="/hand-offs/{}/">{}</a>').format(row.id, f"{row.kind.label}（{_other_end(row)}）"),
                    tag_of(row.state),
                    moment_text(row.answered_at or row.accepted_at or row.last_tried_at or row.created_at),
                    _said(row),
                )
                for row in rows
            ],
            title="移送记录",
            anchor="hand-offs",
        )
    ]
