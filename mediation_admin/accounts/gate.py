"""The gate every request passes: who is asking, in which role, with which scope. Closed unless written open here.

Costs one statement; for a role that reaches subordinate courts a second one, for the tree. The session's token is in a cookie of its own; what signs the person in is the row behind it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, redirect, request, url_for
from flask_login import UserMixin

from mediation_admin.accounts import operations, password_rules, queries, rules
from mediation_admin.accounts.actors import acting
from mediation_admin.accounts.enums import SessionEnd
from mediation_admin.accounts.tokens import token_hash
from mediation_admin.core import clock
from mediation_admin.core.admin import banner, is_fetch, preferences
from mediation_admin.core.admin.shell import send_to_sign_in
from mediation_admin.core.db import db
from mediation_admin.core.scope import enter
from mediation_admin.extensions import login_manager
from mediation_admin.permissions import ADMINISTRATOR_ROLES, Role

COOKIE = "mediation_sign_in"

# What anybody may ask for. A page that belongs here is named here; nothing else opens it.
PUBLIC = frozenset({"sign_in.index", "sign_in.link", "sign_in.old_door", "sign_in.forgot", "sign_in.reset"})
# Answered without asking who it is: they show nobody's data.
UNASKED = frozenset({"static", "assets", "healthz", "verify.index"})
# Where somebody stays until the password is changed, or until a role is chosen.
CHANGING_PASSWORD = frozenset({"sign_in.password", "sign_in.leave"})
PASSING_FACTOR = frozenset({"sign_in.factor", "sign_in.leave"})
ENROLLING = frozenset({"sign_in.enrol", "sign_in.role", "sign_in.leave"})
CHOOSING_ROLE = frozenset({"sign_in.role", "sign_in.leave"})


@dataclass(frozen=True)
class Login(UserMixin):
    """The sign-in behind this request (``flask.g.login``), also Flask-Login's ``current_user``. It may have no role
    yet, or a password to change first; only ``flask.g.actor`` says that the person may work."""

    session_id: int
    account_id: int
    name: str
    must_change_password: bool
    password_expired: bool
    policy: rules.Policy
    has_factor: bool
    factor_passed: bool
    proven_at: datetime
    preferences: dict[str, Any]
    grant_id: int | None
    role: str | None
    court_id: int | None
    court_name: str
    stands_in_for: str = ""

    def get_id(self) -> str:
        """Flask-Login's word for the person."""
        return str(self.account_id)


def install(app: Flask) -> None:
    """Put the gate before every request of the app."""
    login_manager.session_protection = None  # our own session rows do this
    login_manager.init_app(app)
    login_manager.request_loader(lambda _request: g.get("login"))
    login_manager.user_loader(lambda _ident: None)
    app.before_request(_pass)
    app.after_request(_take_cookie_back)


def give_cookie(answer: Response, token: str) -> Response:
    """Hand the browser the token of its session. It goes when the browser closes."""
    answer.set_cookie(
        COOKIE, token, httponly=True, secure=current_app.config["SESSION_COOKIE_SECURE"], samesite="Lax", path="/"
    )
    g.keep_cookie = True
    return answer


def _pass() -> Any:
    g.login = g.actor = None
    g.request_id = secrets.token_hex(8)
    endpoint = request.endpoint
    if endpoint in UNASKED or (endpoint or "").endswith(".static"):
        return None
    token = request.cookies.get(COOKIE)
    row = _live_session(token) if token else None
    if row is None:
        # Without an endpoint the answer is 404 or 405, for everybody.
        return None if endpoint is None or endpoint in PUBLIC else send_to_sign_in()
    policy = queries.policy_read_along(row)
    g.login = Login(
        row.id,
        row.account_id,
        row.name,
        row.must_change_password,
        _is_expired(row, policy),
        policy,
        row.factor_confirmed_at is not None,
        row.factor_at is not None,
        row.proven_at,
        row.preferences,
        row.grant_id,
        row.role and Role(row.role),
        row.court_id,
        row.court_name or "",
        row.stands_in_for or "",
    )
    # The second factor comes before the change of password: who has only stolen a password changes nothing.
    if g.login.has_factor and not g.login.factor_passed:
        return None if endpoint in PASSING_FACTOR else _first("sign_in.factor", "请先完成二次验证。")
    if g.login.must_change_password or g.login.password_expired:
        return None if endpoint in CHANGING_PASSWORD else _first("sign_in.password", "请先修改密码，再进行其他操作。")
    if row.role is None:
        return None if endpoint in CHOOSING_ROLE else _first("sign_in.role", "请先选择工作角色。")
    if g.login.role in ADMINISTRATOR_ROLES and not g.login.factor_passed:
        return None if endpoint in ENROLLING else _first("sign_in.enrol", "管理员须先设置二次验证，再进行其他操作。")
    session = db.session()
    g.actor, scope = acting(
        session,
        account_id=row.account_id,
        name=queries.name_at_work(row.name, row.stands_in_for),
        role=g.login.role,
        court_id=row.court_id,
        address=request.remote_addr or "",
        request_id=g.request_id,
    )
    enter(session, g.actor, scope)
    return None


def _live_session(token: str) -> Any:
    session = db.session()
    code = request.blueprint or ""
    row = queries.signed_in(session, token_hash(token), code)
    if row is None:
        g.drop_cookie = True
        if request.endpoint not in PUBLIC:
            banner("登录已失效：可能已在别处退出、修改了密码，或账号已停用。请重新登录。")
        return None
    moment, policy = clock.now(), queries.policy_read_along(row)
    end = rules.session_end(
        created_at=row.created_at, seen_at=row.seen_at, moment=moment, idle=policy.idle, absolute=policy.absolute
    )
    if end is not None:
        operations.end_expired(session_id=row.id, how=end)
        session.commit()
        g.drop_cookie = True
        banner(_why(end, policy))
        return None
    _touch(row, moment)
    preferences.read_along(row.account_id, code, row.list_preference)
    return row


def _touch(row: Any, moment: datetime) -> None:
    if moment - row.seen_at >= rules.SEEN_EVERY and not _asked_by_itself():
        operations.touch(session_id=row.id, moment=moment)
        db.session.commit()


def _asked_by_itself() -> bool:
    # The frame asks for its counts once a minute by itself: that is no sign of life, except where it says so.
    return request.endpoint == "shell.counts" and "stay" not in request.args


def _is_expired(row: Any, policy: rules.Policy) -> bool:
    asked = password_rules.requirements(policy.profile)
    return password_rules.is_expired(row.password_changed_at, clock.now(), asked)


def _why(end: SessionEnd, policy: rules.Policy) -> str:
    if end is SessionEnd.IDLE:
        return f"已有 {policy.idle_minutes} 分钟没有操作，为保护数据已自动退出。请重新登录，将回到刚才的页面。"
    return f"本次登录已满 {policy.absolute_hours} 小时，请重新登录，将回到刚才的页面。"


def _first(endpoint: str, words: str) -> Response:
    """Nothing else is done before this page: not shown, and not done either."""
    if is_fetch():
        answer = jsonify(message=words, url=url_for(endpoint))
        answer.status_code = 403
        return answer
    return redirect(url_for(endpoint), 303)


def _take_cookie_back(answer: Response) -> Response:
    if g.get("drop_cookie") and not g.get("keep_cookie"):
        answer.delete_cookie(COOKIE, path="/")
    return answer
