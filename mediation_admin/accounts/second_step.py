"""The pages of the second factor before the house: pass it, set it up; and the question who is there (S21)."""

from typing import Any

from flask import Response, g, jsonify, redirect, request, url_for

from mediation_admin.accounts import factors, gate, operations, queries, rules, sign_in
from mediation_admin.accounts.forms import CodeForm, ProveForm
from mediation_admin.core import clock
from mediation_admin.core.admin import banner, is_fetch, safe_path
from mediation_admin.core.crypto import mask_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.extensions import limiter
from mediation_admin.permissions import ADMINISTRATOR_ROLES

GUESSES = "5 per 5 minutes;20 per hour;50 per day"
# What is typed on the page that asks again, not on the page before it.
_OWN_FIELDS = ("csrf_token", "secret", "to", "how")

# One count for every place where a code can be tried (S15).
limit_guesses = limiter.shared_limit(
    GUESSES,
    scope="second factor",
    key_func=lambda: f"account {g.login.account_id}",
    methods=["POST"],
    deduct_when=sign_in.failed,
)


@sign_in.pages.route("/factor", methods=("GET", "POST"))
@limit_guesses
def factor() -> Any:
    """The code of the authenticator, or a recovery code."""
    onward = safe_path(request.values.get("next"))
    if g.login.factor_passed or not g.login.has_factor:
        return redirect(onward or sign_in.home(), 303)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            left = operations.pass_second_factor(
                actor=sign_in.person(), session_id=g.login.session_id, code=form.code.data
            )
        except RuleBroken as broken:
            db.session.commit()  # the failure is in the audit
            g.guessed_wrong = True
            form.refuse(broken)
        else:
            token = operations.renew_token(session_id=g.login.session_id)
            db.session.commit()
            if left is not None:
                banner(
                    f"您刚用了一个恢复码，还剩 {left} 个。手机丢失的，请尽快更换验证器。",
                    link=("更换验证器", url_for("my_account.factor")),
                )
            return gate.give_cookie(redirect(onward or sign_in.home(), 303), token)
    return sign_in.page("factor.html", "二次验证", form, next=onward)


@sign_in.pages.route("/enrol", methods=("GET", "POST"))
@limit_guesses
def enrol() -> Any:
    """Set up the authenticator that the role requires; nothing else is open before."""
    onward = safe_path(request.values.get("next"))
    if g.login.factor_passed or g.login.role not in ADMINISTRATOR_ROLES:
        # Whoever has an authenticator changes it in 我的账号, where he is asked for it first.
        return redirect(url_for("my_account.factor"), 303)
    form = CodeForm()
    done = try_to_enrol(form)
    if done is not None:
        codes, token = done
        shown = sign_in.page("recovery_codes.html", "请保存恢复码", None, codes=codes, onward=onward or sign_in.home())
        return gate.give_cookie(Response(shown), token)
    return sign_in.page("enrol.html", "设置二次验证", form, next=onward, **enrolment())


def try_to_enrol(form: CodeForm) -> tuple[list[str], str] | None:
    """Carry out a posted enrolment: the recovery codes and the session's new token; None with the errors in the form."""
    if not form.validate_on_submit():
        return None
    try:
        codes = operations.confirm_enrolment(actor=sign_in.person(), session_id=g.login.session_id, code=form.code.data)
        token = operations.renew_token(session_id=g.login.session_id)
    except RuleBroken as broken:
        db.session.rollback()
        g.guessed_wrong = True
        form.refuse(broken)
        return None
    db.session.commit()
    return codes, token


def enrolment() -> dict[str, str]:
    """What the page of an enrolment shows: the picture to scan and the key to type."""
    secret = operations.begin_enrolment(actor=sign_in.person())
    db.session.commit()
    account = queries.own_account_shown(db.session(), g.login.account_id)
    return {
        "picture": factors.picture(secret, mask_phone(account.phone)),
        "key": secret,
        "key_shown": factors.in_groups(secret),
    }


# -- who is there? --------------------------------------------------------------------------------------------------


def ask_again() -> Response | None:
    """None while the person has proved within the last 30 minutes to be there; else the page that asks (S21). What a
    form sent is kept in that page and goes on its way from there."""
    if rules.is_fresh(g.login.proven_at, clock.now()):
        return None
    if is_fetch():
        answer = jsonify(message="为安全起见，请先确认身份，再重试。", url=url_for("sign_in.confirm"))
        answer.status_code = 403
        return answer
    to = request.full_path.rstrip("?")
    if request.method != "POST":
        return redirect(url_for("sign_in.confirm", next=to), 303)
    return Response(_asking(ProveForm(formdata=None), to, "POST"))


@sign_in.pages.route("/confirm", methods=("GET", "POST"))
@limit_guesses
def confirm() -> Any:
    """Prove to be there, then go on: to the page that was wanted, or with the form that was sent."""
    if request.method == "GET":
        return _asking(ProveForm(formdata=None), safe_path(request.args.get("next")) or sign_in.home(), "GET")
    form = ProveForm()
    to = safe_path(request.form.get("to")) or sign_in.home()
    how = "POST" if request.form.get("how") == "POST" else "GET"
    if form.validate_on_submit():
        try:
            operations.prove_again(actor=sign_in.person(), session_id=g.login.session_id, secret=form.secret.data)
        except RuleBroken as broken:
            db.session.commit()  # the failure is in the audit
            g.guessed_wrong = True
            form.refuse(broken)
        else:
            token = operations.renew_token(session_id=g.login.session_id)
            db.session.commit()
            # 307: the browser sends the very form on to where it was meant for.
            return gate.give_cookie(redirect(to, 307 if how == "POST" else 303), token)
    return _asking(form, to, how)


def _asking(form: ProveForm, to: str, how: str) -> Any:
    if g.login.has_factor:
        form.secret.label.text = "验证码"
        form.secret.render_kw = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    kept = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in _OWN_FIELDS and "password" not in name
    ]
    files = any(one.filename for one in request.files.values())
    return sign_in.page("confirm.html", "请确认身份", form, to=to, how=how, kept=kept, files=files)
