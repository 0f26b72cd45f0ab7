"""忘记密码: ask for a code by SMS, then set a new password with it. The pages say the same to known and unknown numbers."""

from typing import Any

from flask import g, redirect, request, session, url_for
from flask_limiter.util import get_remote_address

from mediation_admin.accounts import operations, sign_in
from mediation_admin.accounts.forms import ForgottenForm, ResetForm
from mediation_admin.core.admin import toast
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.extensions import limiter

pages = sign_in.pages

# Messages cost money, and a stranger could let them rain: these count every request, not only wrong guesses.
ASKED_PER_ADDRESS = "30 per hour"
ASKED_BY_EVERYBODY = "600 per hour"
_TOKEN = "reset"  # noqa: S105 - the name under which the browser's session keeps it


@pages.route("/forgot", methods=("GET", "POST"))
@limiter.limit(ASKED_BY_EVERYBODY, key_func=lambda: "everybody", methods=["POST"])
@limiter.limit(ASKED_PER_ADDRESS, key_func=get_remote_address, methods=["POST"])
def forgot() -> Any:
    """The phone to send a code to."""
    form = ForgottenForm()
    if form.validate_on_submit():
        try:
            token = operations.ask_for_reset(
                phone=form.phone.data, address=request.remote_addr or "", request_id=g.request_id
            )
        except RuleBroken as broken:
            db.session.rollback()
            form.refuse(broken)
        else:
            db.session.commit()
            session[_TOKEN] = token
            return redirect(url_for("sign_in.reset"), 303)
    return sign_in.page("forgot.html", "忘记密码", form)


@pages.route("/reset", methods=("GET", "POST"))
@sign_in.limit_everybody
@sign_in.limit_address
def reset() -> Any:
    """The code and the new password."""
    token = session.get(_TOKEN)
    if token is None:
        return redirect(url_for("sign_in.forgot"), 303)
    form = ResetForm()
    if form.validate_on_submit():
        try:
            operations.use_reset_code(
                token=token,
                code=form.code.data,
                password=form.new_password.data,
                address=request.remote_addr or "",
            )
        except operations.ResetRefused as refused:
            db.session.commit()
            g.guessed_wrong = True
            form.refuse(refused)
        except RuleBroken as broken:
            db.session.rollback()
            form.refuse(broken)
        else:
            db.session.commit()
            session.pop(_TOKEN, None)
            toast("密码已重新设置，请用新密码登录。")
            return redirect(url_for("sign_in.index"), 303)
    return sign_in.page("reset.html", "重新设置密码", form, hints=sign_in.hints_for(None))
