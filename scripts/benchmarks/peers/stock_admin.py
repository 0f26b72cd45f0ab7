"""The peer of the pages benchmark: a stock Flask-Admin ModelView over the very same table, as its documentation shows.

No fence, no sign-in, no menu, no query form: it has less to do than ours. It is given the columns that ours shows,
the text columns that ours searches, and its own default order (by primary key, the cheapest there is).
"""

import os
from typing import Any
from urllib.parse import quote

import flask_admin
from flask import Flask
from flask_admin.contrib.sqla import ModelView
from flask_babel import Babel

from benchmarks.harness.asking import Asker
from mediation_admin.cases.models import Case
from mediation_admin.core.db import db

# Rosters and accounts hold tables that the table of cases refers to.
from mediation_admin.rosters import models as _rosters  # noqa: F401


class StockCases(ModelView):
    """Cases, the stock way."""

    page_size = 20
    column_list = (
        "case_no", "applicants", "respondents", "cause_text", "amount", "state", "mediator_id", "registered_on",
        "due_on", "gaps",
    )  # fmt: skip
    column_searchable_list = ("case_no", "inner_case_no", "applicants", "respondents", "cause_text")


class UncountedCases(StockCases):
    """The same with its count of all rows switched off, as its documentation advises for large tables."""

    simple_list_pager = True


class OneCourtsCases(StockCases):
    """The same narrowed to one court in the way its documentation shows, and newest first."""

    column_default_sort = ("registered_on", True)
    court_id = 0

    def get_query(self) -> Any:
        return super().get_query().filter(Case.court_id == self.court_id)

    def get_count_query(self) -> Any:
        return super().get_count_query().filter(Case.court_id == self.court_id)


def application(url: str | None = None, court_id: int | None = None) -> Flask:
    """The stock app; gunicorn finds the address in STOCK_DATABASE_URL."""
    app = Flask("stock")
    app.config.update(
        SECRET_KEY="worth nothing",  # noqa: S106
        SQLALCHEMY_DATABASE_URI=url or os.environ["STOCK_DATABASE_URL"],
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 8, "max_overflow": 8},
    )
    db.init_app(app)
    Babel(app)  # Flask-Admin wants it as soon as it is installed
    admin = flask_admin.Admin(app, name="stock")
    admin.add_view(StockCases(Case, db, endpoint="cases"))
    admin.add_view(UncountedCases(Case, db, endpoint="uncounted"))
    if court_id is not None:
        narrowed = OneCourtsCases(Case, db, endpoint="court")
        narrowed.court_id = court_id
        admin.add_view(narrowed)
    return app


def stock(url: str, court_id: int, name: str, number: str) -> dict[str, Any]:
    """The pages that ours is compared with, measured. A search takes seconds, so it is asked for less often."""
    app = application(url, court_id)
    with app.app_context():
        engine = db.engine
    asker = Asker(app, engine)
    pages = {
        "first": ("/admin/cases/", 20),
        "deep": ("/admin/cases/?page=500", 20),
        "name": (f"/admin/cases/?search={quote(name)}", 5),
        "number": (f"/admin/cases/?search={quote(number)}", 5),
        "uncounted": ("/admin/uncounted/", 50),
        "court": ("/admin/court/", 50),
    }
    return {page: asker.measure(address, requests) for page, (address, requests) in pages.items()}
