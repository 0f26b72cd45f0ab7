"""Accounts, passwords, roles and sign-in sessions as they are now."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from mediation_admin.accounts import passwords, queries
from mediation_admin.accounts.common_passwords import common_passwords
from mediation_admin.accounts.models import Account, LoginSession, RoleGrant, SecondFactor
from mediation_admin.core import clock
from mediation_admin.inspection.checks import Finding, bad, check, good, judged, unsure
from mediation_admin.permissions import ADMINISTRATOR_ROLES, EXCLUSIVE_ROLES

FEWEST_COMMON = 3_000


def _count(session: Session, *conditions: object) -> int:
    return session.scalar(select(func.count(func.distinct(Account.id))).where(*conditions)) or 0


@check("S1", "S2", title="账号都有主人，没有默认账号")
def _owners(session: Session) -> Finding:
    people = _count(session)
    nameless = _count(session, or_(func.lower(Account.name).in_(("admin", "root", "test", "管理员")), Account.name == ""))
    return judged(
        nameless == 0,
        f"{people} 个账号，一人一个账号、一个手机号，没有出厂账号。",
        f"有 {nameless} 个账号以“管理员”之类的名字登记，看不出是谁在用。",
        "请在用户管理里改成本人姓名，或停用。",
    )


@check("S3", title="系统、安全、审计三员由不同的人担任")
def _apart(session: Session) -> Finding:
    one, other = aliased(RoleGrant), aliased(RoleGrant)
    both = session.scalar(
        select(func.count())
        .select_from(one)
        .join(other, other.account_id == one.account_id)
        .where(
            one.role.in_(EXCLUSIVE_ROLES),
            other.role.in_(EXCLUSIVE_ROLES),
            one.role < other.role,
            one.revoked_at.is_(None),
            other.revoked_at.is_(None),
        )
    )
    missing = [
        role.label
        for role in EXCLUSIVE_ROLES
        if not session.scalar(
            select(func.count()).select_from(RoleGrant).where(RoleGrant.role == role, RoleGrant.revoked_at.is_(None))
        )
    ]
    if both:
        return bad(f"有 {both} 人同时担任两个。", "请收回其中一个角色。")
    if missing:
        return unsure(f"没有人兼任；{'、'.join(missing)}还空缺。", "请由另一位管理员提出授权，经两人办理。")
    return good("三个岗位都有人，没有人兼任。")


@check("S8", "S9", "S10", title="密码规则")
def _passwords(session: Session) -> Finding:
    policy = queries.policy(session)
    count = len(common_passwords())
    return judged(
        count >= FEWEST_COMMON,
        f"按“{policy.profile.label}”；常见密码名单 {count:,} 条。",
        f"常见密码名单只有 {count:,} 条。",
        f"名单至少要有 {FEWEST_COMMON:,} 条，请重新安装平台。",
    )


@check("S11", title="密码以 argon2id 保存")
def _hashes(session: Session) -> Finding:
    plain = _count(session, Account.password_hash.is_not(None), Account.password_hash.not_like("$argon2id$%"))
    return judged(
        plain == 0,
        f"全部以 argon2id 保存，每次 {passwords.MEMORY_KIB // 1024} MiB 内存，各有盐值。",
        f"有 {plain} 个账号的密码不是 argon2id。",
        "请对这些账号发送重置链接。",
    )


@check("S17", title="管理员都启用了动态口令")
def _factors(session: Session) -> Finding:
    without = _count(
        session,
        Account.id.in_(
            select(RoleGrant.account_id).where(RoleGrant.role.in_(ADMINISTRATOR_ROLES), RoleGrant.revoked_at.is_(None))
        ),
        Account.password_hash.is_not(None),
        Account.id.not_in(select(SecondFactor.account_id).where(SecondFactor.confirmed_at.is_not(None))),
    )
    if without:
        return unsure(f"{without} 位管理员还没有启用；启用之前，他们登录后只能先去启用。")
    return good("每位管理员都已启用。")


@check("S18", title="登录凭证的 Cookie 受保护")
def _cookie(_session: Session) -> Finding:
    config = current_app.config
    if not config["SESSION_COOKIE_SECURE"]:
        return unsure("HttpOnly、SameSite 已设置；没有限定 HTTPS。", "正式运行请经 HTTPS 访问，并设置 COOKIE_SECURE=1。")
    return good("HttpOnly、Secure、SameSite 都已设置，登录号 256 位随机。")


@check("S19", "S20", title="登录有时限")
def _limits(session: Session) -> Finding:
    policy, moment = queries.policy(session), clock.now()
    overdue = session.scalar(
        select(func.count())
        .select_from(LoginSession)
        .where(
            LoginSession.ended_at.is_(None),
            LoginSession.created_at < moment - timedelta(hours=policy.absolute_hours),
            LoginSession.seen_at > moment - timedelta(minutes=1),
        )
    )
    return judged(
        not overdue,
        f"无操作 {policy.idle_minutes} 分钟、最长 {policy.absolute_hours} 小时自动退出。",
        f"有 {overdue} 处登录超过最长时间仍在使用。",
        "请重启网站进程，并联系运维人员。",
    )


@check("S7", title="停用的账号没有登录")
def _disabled(session: Session) -> Finding:
    still = session.scalar(
        select(func.count())
        .select_from(LoginSession)
        .join(Account, Account.id == LoginSession.account_id)
        .where(Account.disabled_at.is_not(None), LoginSession.ended_at.is_(None))
    )
    return judged(not still, "停用即退出，没有遗留的登录。", f"停用的账号还有 {still} 处登录。", "请在用户管理里再次停用。")
