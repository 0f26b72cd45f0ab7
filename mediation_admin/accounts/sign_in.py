"""The pages before the house: sign in, choose a role, change a password that must be changed, use a one-time link."""

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, session, url_for
from flask_limiter.util import get_remote_address
from wtforms.fields.choices import SelectChoice

from mediation_admin.accounts import gate, operations, password_rules, queries
from mediation_admin.accounts.devices import device_name
from mediation_admin.accounts.enums import LinkPurpose
from mediation_admin.accounts.forms import ChangePasswordForm, LinkForm, RoleForm, SetUpForm, SignInForm
from mediation_admin.accounts.models import Account
from mediation_admin.accounts.passwords import TooBusy
from mediation_admin.core import clock
from mediation_admin.core.admin import banner, safe_path, toast
from mediation_admin.core.admin.shell import Page, current_shell
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.forms import Form
from mediation_admin.core.scope import Actor
from mediation_admin.extensions import limiter

pages = Blueprint("sign_in", __name__, url_prefix="/sign-in")

PER_ADDRESS = "10 per 5 minutes"
OF_EVERYBODY = "1000 per 5 minutes"


def failed(_answer: Response) -> bool:
    """Whether this request was a wrong guess, which alone uses up the limits."""
    return bool(g.get("guessed_wrong"))


# Only wrong guesses count: a whole court may sign in from one address on Monday morning.
limit_address = limiter.limit(PER_ADDRESS, key_func=get_remote_address, methods=["POST"], deduct_when=failed)
limit_everybody = limiter.limit(OF_EVERYBODY, key_func=lambda: "everybody", methods=["POST"], deduct_when=failed)
_limit_account = limiter.limit(
    PER_ADDRESS, key_func=lambda: f"account {g.login.account_id}", methods=["POST"], deduct_when=failed
)


@pages.route("/", methods=("GET", "POST"))
@limit_everybody
@limit_address
def index() -> Any:
    """Phone and password."""
    onward = safe_path(request.values.get("next"))
    if g.get("login") is not None:
        return redirect(onward or home(), 303)
    form = SignInForm()
    if form.validate_on_submit():
        try:
            signed_in = operations.sign_in(
                phone=form.phone.data,
                password=form.password.data,
                address=request.remote_addr or "",
                device=device_name(request.user_agent.string),
                request_id=g.request_id,
            )
        except operations.SignInRefused as refused:
            db.session.commit()
            g.guessed_wrong = True
            form.refuse(refused)
        except TooBusy:
            db.session.rollback()
            form.refuse(RuleBroken("现在登录的人较多，请稍候几秒再试。"))
        else:
            db.session.commit()
            return _welcome(signed_in, onward)
    return page("sign_in.html", "登录", form, next=onward)


def _welcome(signed_in: operations.SignedIn, onward: str | None) -> Response:
    # A new beginning: nothing of the stranger's session (its form token, its messages) goes on.
    session.clear()
    soon = age_of_password(queries.own_account_shown(db.session(), signed_in.account_id))
    if soon:
        banner(f"您的密码{soon}", tone="warn", link=("修改密码", url_for("my_account.password")))
    if signed_in.must_change_password:
        target = url_for("sign_in.password", next=onward)
    elif signed_in.grant_id is None:
        target = url_for("sign_in.role", next=onward)
    else:
        target = onward or home()
    return gate.give_cookie(redirect(target, 303), signed_in.token)


@pages.post("/leave")
def leave() -> Response:
    """Sign out, from any page."""
    operations.sign_out(actor=person(), session_id=g.login.session_id)
    db.session.commit()
    session.clear()
    g.drop_cookie = True
    toast("已退出登录。")
    return redirect(url_for("sign_in.index"), 303)


@pages.route("/role", methods=("GET", "POST"))
def role() -> Any:
    """Choose the role to work in, after sign-in or in between."""
    held = queries.roles_held(db.session(), g.login.account_id)
    form = RoleForm(grant_id=g.login.grant_id or (held[0].grant_id if held else None))
    form.grant_id.choices = [SelectChoice(one.grant_id, one.label) for one in held]
    if form.validate_on_submit():
        chosen = operations.choose_role(actor=person(), session_id=g.login.session_id, grant_id=form.grant_id.data)
        db.session.commit()
        toast(f"现在以“{chosen.label}”的角色工作。")
        return redirect(safe_path(request.form.get("next")) or home(), 303)
    return page("role.html", "选择工作角色", form, held=held, next=safe_path(request.args.get("next")))


@pages.route("/password", methods=("GET", "POST"))
@_limit_account
def password() -> Any:
    """Change the password; the first thing to do where it must be changed."""
    form = ChangePasswordForm()
    token = try_to_change(form)
    if token is not None:
        onward = safe_path(request.form.get("next"))
        target = (onward or home()) if g.login.role else url_for("sign_in.role", next=onward)
        return gate.give_cookie(redirect(target, 303), token)
    return page(
        "password.html",
        "修改密码",
        form,
        forced=g.login.must_change_password,
        expired=g.login.password_expired,
        hints=hints_for(queries.own_account_shown(db.session(), g.login.account_id)),
        next=safe_path(request.values.get("next")),
    )


def hints_for(account: Account | None) -> list[password_rules.Hint]:
    """What the password of this account must be, for the page to list; None: of somebody without an account yet."""
    return password_rules.hints(queries.requirements_of(db.session(), account))


def age_of_password(account: Account) -> str | None:
    """What to tell about a password that must soon be changed (S8); None where there is nothing to tell."""
    asked = queries.requirements_of(db.session(), account)
    left = password_rules.days_left(account.password_changed_at, clock.now(), asked)
    return None if left is None else f"还有 {left} 天到期，请尽快修改密码。"


def try_to_change(form: ChangePasswordForm) -> str | None:
    """Carry out a posted change of password; the session's new token, or None with the errors in the form."""
    if not form.validate_on_submit():
        return None
    try:
        operations.change_password(
            actor=person(),
            current=form.current_password.data,
            new=form.new_password.data,
            keep_session=g.login.session_id,
        )
        token = operations.renew_token(session_id=g.login.session_id)
    except RuleBroken as broken:
        db.session.rollback()
        g.guessed_wrong = broken.field == "current_password"
        form.refuse(broken)
        return None
    db.session.commit()
    toast("密码已修改，其他设备上的登录已结束。")
    return token


@pages.route("/link/<token>", methods=("GET", "POST"))
@limit_address
def link(token: str) -> Any:
    """Use a one-time link: set up the platform, accept an invitation, set a new password."""
    try:
        found = operations.link_behind(token)
    except RuleBroken as gone:
        g.guessed_wrong = True
        return page("link_gone.html", "链接已失效", None, words=gone.message), 410
    is_setup = found.purpose is LinkPurpose.SETUP
    owner = queries.own_account_shown(db.session(), found.account_id) if found.account_id else None
    form = SetUpForm() if is_setup else LinkForm()
    if form.validate_on_submit():
        try:
            if is_setup:
                operations.set_up_platform(
                    token=token,
                    name=form.name.data,
                    phone=form.phone.data,
                    password=form.new_password.data,
                    address=request.remote_addr or "",
                )
            else:
                operations.use_link(token=token, password=form.new_password.data, address=request.remote_addr or "")
        except RuleBroken as broken:
            db.session.rollback()
            form.refuse(broken)
        else:
            db.session.commit()
            toast("密码已设置，请登录。")
            return redirect(url_for("sign_in.index"), 303)
    title = {
        LinkPurpose.SETUP: "设置系统管理员",
        LinkPurpose.INVITE: "欢迎加入，请设置密码",
        LinkPurpose.RESET: "设置新密码",
    }[found.purpose]
    return page("link.html", title, form, is_setup=is_setup, hints=hints_for(owner))


def old_door() -> Response:
    """The doors of earlier systems, one for each kind of person: all lead to the one there is now."""
    return redirect(home() if g.get("login") is not None else url_for("sign_in.index"), 303)


# Where people of earlier systems signed in, each kind at a door of its own.
OLD_DOORS = ("/login", "/court", "/mediator", "/party", "/ministry", "/grassroots")


def home() -> str:
    """The address of the first page after sign-in."""
    return current_shell().url("home") or "/"


def person() -> Actor:
    """The person of this request, also while he has no role to work in yet."""
    return g.actor or Actor(
        g.login.account_id,
        g.login.name,
        g.login.role or "",
        g.login.court_id,
        address=request.remote_addr or "",
        request_id=g.request_id,
    )


def page(template: str, title: str, form: Form | None, **context: Any) -> Any:
    """A page before the house; answered with 422 when the posted form holds errors."""
    errors = form.all_errors() if form is not None else []
    made = render_template(
        f"backoffice/accounts/{template}", page=Page(title=title), form=form, errors=errors, **context
    )
    return (made, 422) if errors and request.method == "POST" else made
