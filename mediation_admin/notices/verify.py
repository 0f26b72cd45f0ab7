"""短信核验: the public page where anybody sees whether a message is genuine. Tells court, kind and time, nobody's data."""

from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask_limiter.util import get_remote_address

from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.admin.shell import Page
from mediation_admin.core.db import db
from mediation_admin.extensions import limiter
from mediation_admin.notices import queries, rules
from mediation_admin.notices.forms import VerifyForm
from mediation_admin.notices.operations.sending import PLATFORM

pages = Blueprint("verify", __name__, url_prefix="/verify")

PER_ADDRESS = "20 per 10 minutes"
OF_EVERYBODY = "2000 per 10 minutes"


def _failed(_answer: Response) -> bool:
    return bool(g.get("verified_nothing"))


# Only wrong codes count, so that a whole office behind one address may ask.
@pages.route("/", methods=("GET", "POST"))
@limiter.limit(OF_EVERYBODY, key_func=lambda: "everybody verifies", methods=["POST"], deduct_when=_failed)
@limiter.limit(PER_ADDRESS, key_func=get_remote_address, methods=["POST"], deduct_when=_failed)
def index() -> Any:
    """The form, and what was found."""
    form = VerifyForm()
    if not form.validate_on_submit():
        return _page(form, None, 422 if request.method == "POST" else 200)
    message = queries.by_check_code(db.session(), rules.normalise_check_code(form.check_code.data))
    if message is None or message.phone[-4:] != rules.normalise_check_code(form.tail.data):
        g.verified_nothing = True
        return _page(form, {"genuine": False}, 200)
    found = {
        "genuine": True,
        "court": message.court.name if message.court else PLATFORM,
        "kind": message.template.label,
        "when": moment_text(message.sent_at or message.tried_at),
    }
    return _page(VerifyForm(formdata=None), found, 200)


def _page(form: VerifyForm, found: dict[str, Any] | None, status: int) -> Any:
    # The address of the page is printed in messages, so it is not hidden from whoever reads them to somebody else.
    made = render_template(
        "backoffice/notices/verify.html",
        page=Page(title="短信核验"),
        form=form,
        errors=form.all_errors() if status == 422 else [],
        found=found,
    )
    return made, status
