"""短信发件箱: what went out, how far it came, its content for a reason; and how the vendor is doing."""

from datetime import timedelta
from typing import Any

from flask import Response, g, jsonify, redirect, request
from markupsafe import Markup
from sqlalchemy import Select

from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Action,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Detail,
    Empty,
    Fact,
    Facts,
    FormPage,
    Key,
    ListScreen,
    LookupFilter,
    Match,
    Notice,
    Order,
    Preset,
    Prose,
    SecretFilter,
    Tab,
    current_actor,
    render_detail,
    render_form,
    screen_route,
    toast,
)
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.crypto import mask_phone, normalise_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import fetch
from mediation_admin.courts.models import Court
from mediation_admin.courts.queries import search_courts
from mediation_admin.extensions import limiter
from mediation_admin.notices import operations, queries, rules
from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.forms import ReasonForm
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.notices.operations.keeping import why_not_again
from mediation_admin.notices.templates import Template
from mediation_admin.notices.vendors import vendor_in_use
from mediation_admin.permissions import Permission

LOOKS = "20 per hour"


def _court_label(court_id: Any) -> str | None:
    court = db.session.get(Court, int(court_id))
    return court.name if court else None


def _looked(_answer: Response) -> bool:
    return bool(g.get("message_looked_into"))


# Forms asking for the reason do not count, only contents that were shown.
_limit_looks = limiter.limit(
    LOOKS, key_func=lambda: f"messages {current_actor().account_id}", methods=["POST"], deduct_when=_looked
)


class NoticesView(ListScreen):
    """The outbox of the whole platform. Contents are for support alone."""

    code = "notices"
    title = "短信发件箱"
    permission = Permission.NOTICE_VIEW
    menu_path = ("平台客服",)
    columns = [
        Column("created_at", "时间", kind="datetime", required=True),
        Column("template", "种类", kind="link", required=True, width="m"),
        Column("phone", "手机号", kind="masked", mask=mask_phone, width="m"),
        Column("state", "状态", kind="tag", enum=MessageState, required=True),
        Column("court", "法院", cell=lambda row: row.court or "平台", width="l"),
        Column("tries", "发送次数", kind="number"),
        Column("last_error", "最近一次失败的原因", width="xl"),
        Column("sent_at", "提交时间", kind="datetime", default=False),
        Column("delivered_at", "送达时间", kind="datetime", default=False),
        Column("requester_name", "发起人", default=False),
    ]
    orders = [Order("newest", "时间从新到旧", [Key(OutgoingMessage.id, descending=True)])]
    filters = [
        SecretFilter(
            "phone",
            "手机号",
            condition=queries.has_phone,
            normalise=normalise_phone,
            mask=mask_phone,
            placeholder="完整手机号",
        ),
        ChoiceFilter("state", "状态", OutgoingMessage.state, choices=MessageState, multiple=True, cast=MessageState),
        ChoiceFilter("template", "种类", OutgoingMessage.template, choices=Template, multiple=True, cast=Template),
        DateRangeFilter("created", "时间", OutgoingMessage.created_at, moments=True),
        LookupFilter(
            "court", "法院", OutgoingMessage.court_id, endpoint="/notices/courts", describe=_court_label, more=True
        ),
    ]
    search_label = "完整手机号或核验码"
    presets = [
        Preset("没有发出", (("state", "failed"), ("state", "given_up"), ("state", "expired"))),
        Preset("正在发送", (("state", "waiting"), ("state", "sending"))),
    ]
    empty = Empty("没有符合条件的短信。邀请、验证码和提醒发出后会列在这里。")

    def select(self) -> Select[Any]:
        return queries.messages_shown()

    def search(self, text: str) -> Match:
        code = rules.normalise_check_code(text)
        if normalise_phone(text).isdigit() and len(code) > 8:
            return Match(queries.has_phone(text), "按手机号查找")
        return Match(OutgoingMessage.check_code == code, "按核验码查找")

    def detail_url(self, row: Any) -> str:
        return self.url_for("detail", ident=row.id)

    def row_label(self, row: Any) -> str:
        return f"{row.template.label} {moment_text(row.created_at)}"

    def above(self) -> Markup:
        return Markup(_vendor_notice().html())  # noqa: S704 - a piece escapes what it shows

    @screen_route("/courts")
    def courts(self) -> Response:
        """Courts by name, code or initials, for the filter."""
        found = search_courts(db.session(), request.args.get("q", ""))
        return jsonify([{"value": one.id, "label": one.name, "note": one.code} for one in found])

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> str:
        """One message: how far it came; for support also what it said, without code and link."""
        message = fetch(db.session(), OutgoingMessage, ident)
        main: list[Any] = []
        if current_actor().may(Permission.NOTICE_CONTENT):
            main.append(Prose(message.outline, title="内容（验证码和链接以星号代替）"))
        return render_detail(
            self,
            Detail(
                title=message.template.label,
                state=message.state,
                subtitle=message.court.name if message.court else "平台",
                facts=[
                    Fact("手机号", message.phone_masked),
                    Fact("核验码", message.check_code, copy=True),
                    Fact("发起时间", moment_text(message.created_at)),
                    Fact("发起人", message.requester_name),
                ],
                actions=self._actions(message),
                notices=_notices(message),
                tabs=[Tab("main", "短信", [*main, _course(message)])],
                row=message,
            ),
            here=self.url_for("detail", ident=ident),
            crumbs=[(message.template.label, None)],
        )

    def _actions(self, message: OutgoingMessage) -> list[Action]:
        actor = current_actor()
        made = []
        if actor.may(Permission.NOTICE_CONTENT):
            made.append(Action("查看内容", self.url_for("content", ident=message.id), method="post"))
        if actor.may(Permission.NOTICE_RETRY):
            again = self.url_for("again", ident=message.id)
            made.append(Action("重新发送", again, method="post", refused=why_not_again(message)))
        return made

    @screen_route("/<int:ident>/content", methods=("GET", "POST"), permission=Permission.NOTICE_CONTENT)
    @_limit_looks
    def content(self, ident: int) -> Any:
        """What was sent, code and link included while they are kept; asked for with a reason, kept in the audit."""
        message = fetch(db.session(), OutgoingMessage, ident)
        here = self.url_for("detail", ident=ident)
        crumbs = [(message.template.label, here), ("查看内容", None)]
        form = _reason_form()
        if request.method != "POST" or "reason" not in request.form or not form.validate():
            intro = "查看人、时间和理由会记入审计。每小时最多查看 20 条。"
            title = f"查看短信内容：{message.template.label}"
            return render_form(self, FormPage(title, form, submit="查看", back=here, intro=intro), crumbs=crumbs)
        message, text = operations.look(actor=current_actor(), message_id=ident, reason=form.reason.data)
        erased = message.text is None
        db.session.commit()
        g.message_looked_into = True
        pieces = [Notice("验证码和链接已过有效期并清除，下面以星号代替。")] if erased else []
        return self.render(
            "shared/page.html",
            title="短信内容",
            crumbs=crumbs,
            pieces=[*pieces, Prose(text, title=mask_phone(message.phone))],
            actions=[Action("返回", here, primary=True)],
        )

    @screen_route("/<int:ident>/again", methods=("GET", "POST"), permission=Permission.NOTICE_RETRY)
    def again(self, ident: int) -> Any:
        """Send a failed message once more, for a reason."""
        message = fetch(db.session(), OutgoingMessage, ident)
        here = self.url_for("detail", ident=ident)
        form = _reason_form()
        if request.method == "POST" and "reason" in request.form and form.validate():
            try:
                operations.retry(actor=current_actor(), message_id=ident, reason=form.reason.data)
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                toast("已重新提交发送。")
                return redirect(here, 303)
        made = FormPage(
            f"重新发送：{message.template.label}",
            form,
            submit="重新发送",
            back=here,
            intro="将向同一号码再发一次，办理人和理由会记入审计。",
        )
        return render_form(self, made, crumbs=[(message.template.label, here), ("重新发送", None)])


def _reason_form() -> ReasonForm:
    # The button that leads here posts too; only what was typed is judged.
    return ReasonForm() if "reason" in request.form else ReasonForm(formdata=None)


def _vendor_notice() -> Notice:
    vendor = vendor_in_use()
    if not vendor.is_real:
        words = "正在使用模拟发送：短信只写入本发件箱，未真正发出。需要让本人收到短信时，请运维人员按运维手册配置短信服务商。"
        return Notice(words, tone="warn")
    found = queries.vendor_figures(db.session(), clock.now() - timedelta(hours=24))
    words = (
        f"短信服务商：{vendor.label}。24 小时内：待发送 {found.waiting} 条，其中 {found.again} 条正在重试；"
        f"失败 {found.wrong} 条；最近一次成功提交：{moment_text(found.last_sent) or '无'}。"
    )
    return Notice(words, tone="warn" if found.again or found.wrong else "info")


def _notices(message: OutgoingMessage) -> list[Notice]:
    if message.last_error:
        return [Notice(f"最近一次失败的原因：{message.last_error}", tone="warn")]
    if message.vendor == "simulator":
        return [Notice("模拟发送，未真正发出。", tone="info")]
    return []


def _course(message: OutgoingMessage) -> Facts:
    return Facts(
        [
            Fact("发送次数", f"{message.tries} 次"),
            Fact("最近一次发送", moment_text(message.tried_at)),
            Fact("提交时间", moment_text(message.sent_at)),
            Fact("送达时间", moment_text(message.delivered_at)),
            Fact("下一步", moment_text(message.due_at), help="待发送的到时再发；已提交的到时查询是否送达。"),
            Fact("有效期至", moment_text(message.expires_at)),
            Fact("服务商回执号", message.vendor_id, copy=bool(message.vendor_id)),
            Fact("完整内容", "已清除" if message.text is None else f"保留至 {moment_text(message.erase_at)}"),
        ],
        title="发送经过",
    )
