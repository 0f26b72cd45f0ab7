"""找回账号: looking for an account, how it stands, and what support may do for its owner."""

from typing import Any

from flask import Response, redirect, request
from markupsafe import Markup

from mediation_admin.accounts import queries as account_queries
from mediation_admin.accounts.enums import AccountState
from mediation_admin.accounts.models import Account
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Action,
    Detail,
    Fact,
    FormPage,
    Notice,
    Screen,
    Tab,
    Table,
    banner,
    current_actor,
    render_detail,
    render_form,
    screen_route,
    tag_of,
    tokens,
)
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.crypto import mask_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission, Role
from mediation_admin.support import operations, queries
from mediation_admin.support.admin.account_steps import AccountHelpSteps
from mediation_admin.support.enums import SearchBy
from mediation_admin.support.forms import SearchForm

_FOUND = "support:found"


class AccountHelpView(AccountHelpSteps, Screen):
    """The desk's first page and a person's page."""

    code = "support_accounts"
    title = "找回账号"
    permission = Permission.SUPPORT_HELP
    menu_path = ("平台客服",)
    url_path = "/support/accounts"

    @screen_route("/", methods=("GET", "POST"), permission=Permission.SUPPORT_HELP)
    def index(self) -> Any:
        """Look for an account; what was typed is posted and stands in no address."""
        form = SearchForm()
        form.court_id.describe = _court_label
        if request.method == "POST" and form.validate():
            try:
                by = SearchBy(form.by.data)
                found = operations.find_accounts(
                    actor=current_actor(), by=by, text=form.text.data, court_id=form.court_id.data
                )
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                token = tokens.seal_for(_FOUND, found, account_id=current_actor().account_id, seconds=900)
                target = self.url_for("detail", ident=found[0]) if len(found) == 1 else self.url_for(found=token)
                return redirect(target, 303)
        return render_form(
            self,
            FormPage(
                self.title,
                form,
                submit="查找",
                intro="按完整手机号或完整证件号码在全平台查找，或在一个法院内按姓名查找。每次查找都会记入审计，每小时最多 100 次。",
                before=self._found(),
            ),
        )

    def _found(self) -> list[Any]:
        token = request.args.get("found")
        if not token or request.method == "POST":
            return []
        try:
            ids = tokens.unseal_for(_FOUND, token, account_id=current_actor().account_id)
        except tokens.BadToken:
            return [Notice("查找结果已过期，请重新查找。", tone="warn")]
        rows = [
            (
                Markup('<a href="{}">{}</a>').format(self.url_for("detail", ident=row.id), row.name),
                mask_phone(row.phone),
                _roles(row.roles),
                tag_of(AccountState(row.state)),
                moment_text(row.last_signed_in_at) or "从未登录",
            )
            for row in queries.found_shown(db.session(), ids)
        ]
        empty = "没有找到账号。请与来电人核对手机号是否为登录手机号；调解员、当事人没有账号的，请联系所在法院添加。"
        return [Table(("姓名", "手机号", "角色", "状态", "最近登录"), rows, title="查找结果", empty=empty)]

    # -- a person -----------------------------------------------------------------------------------------------

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> str:
        """How a person's account stands, and what can be done."""
        account = fetch(db.session(), Account, ident)
        state = account_queries.state_of(account)
        return render_detail(
            self,
            Detail(
                title=account.name,
                state=state,
                facts=[
                    Fact("手机号（登录名）", account.phone_masked),
                    Fact("最近登录", moment_text(account.last_signed_in_at) or "从未登录"),
                    Fact("密码修改时间", _password_age(account)),
                    Fact("连续输错", f"{account.failed_count} 次"),
                    *_identity(account.id),
                ],
                actions=self._steps(account, state),
                notices=_notices(account, state, queries.why_not_help(db.session(), current_actor(), ident)),
                tabs=[
                    Tab("state", "登录情况", lambda: [_failures(ident), _sessions(ident)]),
                    Tab("roles", "角色", lambda: [_grants(account)]),
                    Tab("messages", "短信", lambda: [_messages(account)]),
                    Tab("acts", "客服操作", lambda: [acts_table(ident, title="客服操作记录"), self._proofs(ident)]),
                ],
                row=account,
            ),
            here=self.url_for("detail", ident=ident),
            crumbs=[(account.name, None)],
        )

    def _proofs(self, ident: int) -> Table | None:
        rows = [
            (
                one.kind.label,
                one.organisation,
                moment_text(one.at),
                Action("查看影像", self.url_for("proof", proof_id=one.id), method="post").html("btn btn-s"),
            )
            for one in queries.proofs_of(db.session(), ident)
        ]
        return Table(("材料", "单位或组织", "留存时间", "操作"), rows, title="证明材料") if rows else None

    @screen_route("/proofs/<int:proof_id>", methods=("POST",), permission=Permission.SUPPORT_HELP)
    def proof(self, proof_id: int) -> Any:
        """A kept proof, noted in the audit each time."""
        try:
            kept, content = operations.look_at_proof(actor=current_actor(), proof_id=proof_id)
        except RuleBroken as broken:
            db.session.rollback()
            banner(broken.message, tone="warn")
            return self.back_to_list()
        mime = kept.mime
        db.session.commit()
        return file_answer(content, mime, f"proof-{proof_id}")


def file_answer(content: bytes, mime: str, name: str) -> Response:
    """A private file: shown, never kept by the browser, never taken for a page of ours."""
    answer = Response(content, mimetype=mime)
    answer.headers["Cache-Control"] = "no-store"
    ending = mime.rpartition("/")[2]
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.{ending}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _password_age(account: Account) -> str:
    if account.password_hash is None:
        return "还没有设置密码"
    return moment_text(account.password_changed_at) or "尚未修改"


def _identity(account_id: int) -> list[Fact]:
    review = queries.latest_review(db.session(), account_id)
    return [Fact("实名人工审核", review.status)] if review is not None else []


def _notices(account: Account, state: AccountState, never: str | None) -> list[Notice]:
    made = []
    if never is not None:
        made.append(Notice(never, tone="warn"))
    if state is AccountState.LOCKED:
        made.append(Notice(f"连续输错密码，锁定至 {moment_text(account.locked_until)}，到时自动解除。", tone="warn"))
    if state is AccountState.DISABLED:
        made.append(Notice("账号已停用：不能登录。启用由其法院管理员或系统管理员办理。", tone="warn"))
    if state is AccountState.INVITED:
        made.append(Notice("还没有设置密码：请重新发送邀请，由本人设置。", tone="info"))
    if state is AccountState.EXPIRED:
        made.append(Notice("密码已过期：本人登录后会被要求修改；忘记原密码的请发送重置链接。", tone="warn"))
    return made


def _failures(account_id: int) -> Table:
    rows = [
        (
            moment_text(one.at),
            tag_of_sign_in(one.tag),
            _why_or_where(one.sentence),
            one.address,
        )
        for one in queries.sign_ins_of(db.session(), account_id)
    ]
    return Table(("时间", "结果", "原因或设备", "网络地址"), rows, title="最近的登录和失败", empty="还没有登录过。")


def _why_or_where(sentence: str) -> str:
    """登录失败：138****0001，密码不正确 → 密码不正确; 张三登录（Chrome（Windows）） → Chrome（Windows）."""
    return sentence.partition("，")[2] or sentence.partition("（")[2].removesuffix("）")


def tag_of_sign_in(tag_text: str) -> Markup:
    """成功 or 失败, as a tag."""
    good = tag_text == "account:session:started"
    return Markup('<span class="tag tag-{}">{}</span>').format("good" if good else "bad", "成功" if good else "失败")


def _sessions(account_id: int) -> Table:
    moment = clock.now()
    rows = [
        (
            one.device or "未知设备",
            one.address,
            moment_text(one.created_at),
            moment_text(one.seen_at),
            Markup('<span class="tag tag-info">在用</span>')
            if one.ended_at is None
            else f"{one.ended_how.label} {moment_text(one.ended_at)}",
        )
        for one in queries.sessions_of(db.session(), account_id)
        if one.ended_at is None or (moment - one.ended_at).days < 30
    ]
    return Table(
        ("设备", "网络地址", "登录时间", "最近活动", "状态"), rows, title="登录设备（近 30 天）", empty="没有登录。"
    )


def _grants(account: Account) -> Table:
    rows = [
        (
            one.role.label,
            one.court_name or "平台",
            moment_text(one.granted_at),
            moment_text(one.revoked_at) or (f"有效期至 {moment_text(one.valid_until)}" if one.valid_until else "在用"),
        )
        for one in account_queries.grants_shown(db.session(), account.id)
    ]
    return Table(("角色", "法院", "授予时间", "状态"), rows, title="角色", empty="还没有角色，请联系其法院管理员授予。")


def _messages(account: Account) -> Table:
    rows = [
        (
            moment_text(one.created_at),
            one.template.label,
            one.state,
            moment_text(one.delivered_at or one.sent_at),
            one.last_error,
        )
        for one in queries.messages_to(db.session(), account)
    ]
    note = "这里不显示短信内容。查看内容请到“短信”，须写明理由。"
    return Table(
        ("发起时间", "短信种类", "状态", "送达或提交", "失败原因"),
        rows,
        title=f"发往 {account.phone_masked} 的短信",
        empty="还没有向这个号码发过短信。",
        note=note,
    )


def acts_table(account_id: int, *, title: str, empty: str = "客服没有办理过事项。", note: str = "") -> Table:
    """What support did for a person."""
    rows = [
        (moment_text(one.at), one.step.label, one.result, one.reason, one.actor_name)
        for one in queries.acts_on(db.session(), account_id)
    ]
    return Table(("时间", "办理事项", "结果", "理由", "经办客服"), rows, title=title, empty=empty, note=note)


def own_panel(actor: Any, account: Account) -> list[Any]:
    """客服操作记录 on one's own page: everything support did for oneself."""
    return [
        acts_table(
            account.id,
            title="客服操作记录",
            empty="平台客服没有对您的账号办理过任何事项。",
            note="如有不是您要求办理的，请立即修改密码并联系平台客服。客服不会向您索要密码和验证码。",
        )
    ]


def _roles(held: Any) -> str:
    words = []
    for one in held or ():
        role, _, court = one.partition("|")
        words.append(Role(role).label + (f"（{court}）" if court else ""))
    return "、".join(words)


def _court_label(court_id: Any) -> str | None:
    return account_queries.court_name(db.session(), int(court_id))
