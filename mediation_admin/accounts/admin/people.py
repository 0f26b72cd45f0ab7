"""What the lists and pages about people share: names of roles, the state of an account, the table of roles."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from mediation_admin.accounts import queries, rules
from mediation_admin.accounts.enums import AccountState
from mediation_admin.accounts.models import Account
from mediation_admin.audit import revealing
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    ChoiceFilter,
    Fact,
    Facts,
    Key,
    ListScreen,
    Match,
    Notice,
    Order,
    Table,
    current_actor,
    screen_route,
)
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.crypto import normalise_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import fetch
from mediation_admin.notices.vendors import vendor_in_use
from mediation_admin.permissions import Permission, Role


class People(ListScreen):
    """A list of people."""

    abstract = True
    permission = Permission.ACCOUNT_VIEW
    orders = [
        Order("newest", "新增的在前", [Key(Account.id, descending=True)]),
        Order(
            "-seen",
            "最近登录的在前",
            [Key(Account.last_signed_in_at, descending=True, nullable=True), Key(Account.id, descending=True)],
        ),
        Order("name", "姓名拼音", [Key(Account.name_pinyin), Key(Account.id)]),
    ]
    filters = [
        ChoiceFilter(
            "state", "状态", choices=AccountState, condition=lambda value: queries.state() == value, cast=AccountState
        ),
        ChoiceFilter("role", "角色", choices=Role, condition=lambda value: queries.holds(role=value), cast=Role),
    ]
    search_label = "姓名、拼音首字母或完整手机号"

    def search(self, text: str) -> Match:
        digits = normalise_phone(text)
        if digits.isdigit():
            if len(digits) != 11:
                return Match(queries.has_phone(text), "按手机号查找（须输入完整的 11 位）")
            return Match(queries.has_phone(text), "按手机号查找")
        return Match(self.named(text), "按姓名查找" if not text.isascii() else "按姓名拼音查找")

    def named(self, text: str) -> Any:
        """The condition of a search by name."""
        return queries.name_starts(text)

    def detail_url(self, row: Any) -> str:
        return self.url_for("detail", ident=row.id)


class PhoneRevealed(ListScreen):
    """The phone of a person whole, on whose page it stands masked."""

    abstract = True

    def phone_fact(self, account: Account) -> Fact:
        """The masked phone with its button, for whoever may."""
        may = current_actor().may(Permission.PERSONAL_DATA_REVEAL)
        address = self.url_for("reveal", ident=account.id) if may else None
        return Fact("手机号（登录名）", account.phone_masked, masked="phone", reveal=address)

    @screen_route("/<int:ident>/reveal", methods=("POST",), permission=Permission.PERSONAL_DATA_REVEAL)
    def reveal(self, ident: int) -> Any:
        """The phone whole, after a reason (S32)."""
        account = fetch(db.session(), Account, ident)
        return revealing.answer(
            self,
            whose=f"用户（编号 {ident}）",
            secrets=[revealing.Secret("phone", "手机号", account.phone)],
            object_type="account",
            object_id=ident,
            back=self.url_for("detail", ident=ident),
        )


def attempt(act: Any) -> tuple[Any, str | None]:
    """(what came of it, None), or (None, why it was refused) with everything rolled back."""
    try:
        made = act()
    except RuleBroken as broken:
        db.session.rollback()
        return None, broken.message
    db.session.commit()
    return made, None


def account_notices(account: Account, state: AccountState) -> list[Notice]:
    """What to know about an account before all else."""
    if state is AccountState.LOCKED:
        return [Notice(f"连续输错密码，锁定至 {moment_text(account.locked_until)}，到时自动解除。", tone="warn")]
    if state is AccountState.DISABLED:
        return [Notice("账号已停用：不能登录，原有登录已全部结束。", tone="warn")]
    if state is AccountState.INVITED:
        made = [Notice("还没有设置密码：邀请短信发到本人手机，由本人打开链接设置；没有收到可以重新发送。")]
        if not vendor_in_use().is_real:
            made.append(
                Notice("短信平台尚未接通，现为模拟发送：邀请没有真正发出，请平台客服在短信记录中查看。", tone="warn")
            )
        return made
    return []


def account_facts(account: Account) -> Facts:
    """The account itself."""
    return Facts(
        [
            Fact("密码修改时间", moment_text(account.password_changed_at)),
            Fact("下次登录须改密码", "是" if account.must_change_password else "否"),
            Fact("连续登录失败", f"{account.failed_count} 次"),
            Fact("停用时间", moment_text(account.disabled_at)),
        ],
        title="账号",
    )


def grants_table(account: Account, action: Any, *, court_id: int | None = None, actions: Any = ()) -> Table:
    """A person's roles, the present ones first; ``action(grant)`` is what can be done to one that was not taken back.
    Of one court, or of all with their names."""
    moment = clock.now()
    rows = []
    for grant in queries.grants_shown(db.session(), account.id, court_id):
        state = rules.grant_state(
            valid_from=grant.valid_from, valid_until=grant.valid_until, revoked_at=grant.revoked_at, moment=moment
        )
        role = grant.role.label + (f"（代 {grant.stands_in_for}）" if grant.stands_in_for else "")
        place = [] if court_id is not None else [grant.court_name or "平台"]
        ended = Markup("<br>收回 {}").format(moment_text(grant.revoked_at)) if grant.revoked_at else ""
        rows.append(
            (
                role,
                *place,
                state,
                period_words(grant),
                Markup("{} {}{}").format(moment_text(grant.granted_at), grant.granted_by or "平台", ended),
                action(grant) if grant.revoked_at is None else "",
            )
        )
    places = [] if court_id is not None else ["法院"]
    headings = ("角色", *places, "状态", "期限", "授予与收回", "操作")
    return Table(headings, rows, title="角色", empty="还没有角色。", actions=actions, anchor="roles")


def period_words(grant: Any) -> str:
    """长期, 至 2026-01-31, 2026-01-01 至 2026-01-31."""
    start = clock.local(grant.valid_from)
    end = grant.valid_until and clock.local(grant.valid_until - rules.LAST_MOMENT)
    if start is None and end is None:
        return "长期"
    return f"{start:%Y-%m-%d} 起" + (f"至 {end:%Y-%m-%d}" if end else "") if start else f"至 {end:%Y-%m-%d}"


class Suggestions:
    """Words to choose from while typing into a field (``list`` names it); shows nothing by itself."""

    def __init__(self, name: str, words: Sequence[str]) -> None:
        self.name, self.words = name, words

    def html(self) -> Markup:
        """The data list."""
        options = Markup("").join(Markup('<option value="{}"></option>').format(word) for word in self.words)
        return Markup('<datalist id="{}">{}</datalist>').format(self.name, options)
