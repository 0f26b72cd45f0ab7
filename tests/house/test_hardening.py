"""What every answer and every form must carry, walked over the URL map: S18, S25–S28, S37, S38 of the security bars."""

import logging
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.exceptions import Forbidden, RequestEntityTooLarge, TooManyRequests
from werkzeug.routing import Rule

from mediation_admin.accounts import gate, queries
from mediation_admin.core import scope
from mediation_admin.core.db import db
from mediation_admin.exports import operations as exports
from mediation_admin.exports.enums import ExportFormat
from tests import people
from tests.addresses import address_of

NUMBER = re.compile(r"编号 <strong class=\"num\">([0-9A-F]{8})</strong>")
SHOWS_NOBODY = gate.UNASKED | {"static", "assets"}


def _rules(app: Flask, method: str) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if method in rule.methods and not rule.endpoint.endswith(".static") and rule.endpoint not in SHOWS_NOBODY:
            yield rule


@pytest.fixture
def strict(app: Flask, monkeypatch) -> Flask:
    """The application as it runs: forms without a token are refused."""
    monkeypatch.setitem(app.config, "WTF_CSRF_CHECK_DEFAULT", True)
    return app


def test_s25_no_post_of_the_whole_platform_is_taken_without_a_token(strict: Flask, as_person):
    """Whoever is signed in: the token is asked for before the permission, so one person shows it for all."""
    client = as_person(people.admin_a)
    taken = []
    for rule in _rules(strict, "POST"):
        answer = client.post(address_of(strict, rule), data={"anything": "1"})
        if answer.status_code != 400 or "页面停留太久" not in answer.text:
            taken.append(f"{rule.endpoint} answered {answer.status_code}")
    assert not taken, f"posted without a token, and not refused for it: {taken}"


def test_s25_a_script_that_posts_without_a_token_is_told_so_in_json(strict: Flask, as_person):
    answer = as_person(people.admin_a).post("/exports/1/cancel", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert "验证信息会过期" in answer.json["message"]


def test_s25_nothing_but_get_and_post_changes_anything(app: Flask):
    others = {rule.endpoint: rule.methods & {"PUT", "PATCH", "DELETE"} for rule in app.url_map.iter_rules()}
    assert not {endpoint: methods for endpoint, methods in others.items() if methods}


def test_s26_every_page_has_a_policy_with_a_nonce_of_its_own_and_is_kept_by_no_cache(app: Flask, as_person):
    client = as_person(people.admin_a)
    nonces, pages = set(), 0
    for rule in _rules(app, "GET"):
        answer = client.get(address_of(app, rule))
        where, policy = rule.endpoint, answer.headers.get("Content-Security-Policy", "")
        assert "unsafe" not in policy, where
        assert "object-src 'none'" in policy and "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy, (
            where
        )
        nonces.add(re.search(r"'nonce-([\w-]{20,})'", policy)[1])
        pages += 1
        assert "no-store" in answer.headers["Cache-Control"], f"{where} may be kept: {answer.headers['Cache-Control']}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff", where
        assert answer.headers["X-Frame-Options"] == "DENY", where
        assert answer.headers["Referrer-Policy"] == "same-origin", where
        assert "Server" not in answer.headers and "X-Powered-By" not in answer.headers, where
    assert len(nonces) == pages > 50


def test_s26_behind_https_browsers_are_told_to_stay_there(client: FlaskClient):
    assert "Strict-Transport-Security" not in client.get("/sign-in/").headers
    assert (
        "max-age=31536000" in client.get("/sign-in/", base_url="https://localhost").headers["Strict-Transport-Security"]
    )


def test_s28_what_is_downloaded_is_saved_and_never_shown_in_the_page(app: Flask, as_person, working_as, run_jobs):
    actor, within = people.acting(app, people.admin_a)
    with working_as(actor, within) as session:
        made = exports.request_export(actor=actor, code="cases", params=[], keys=None, file_format=ExportFormat.CSV)
        ident = made.id
        session.commit()
        run_jobs()
        session.expire_all()
        stored = session().get(type(made), ident).stored_name
    answer = as_person(people.admin_a).get(f"/exports/{ident}/download")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert re.fullmatch(rf"{ident}-[0-9a-f]{{16}}\.csv", stored), "the server gives the name"


@pytest.mark.parametrize(("raised", "code"), [(Forbidden, 403), (RequestEntityTooLarge, 413), (TooManyRequests, 429)])
@pytest.mark.parametrize("wants", ["text/html", "application/json"])
def test_s38_every_refusal_has_its_page_and_its_number_in_the_log(
    app: Flask, as_person, monkeypatch, caplog, raised, code, wants
):
    caplog.set_level(logging.INFO)
    client = as_person(people.admin_a)
    monkeypatch.setitem(app.view_functions, "home.index", _raising(raised()))
    answer = client.get("/", headers={"Accept": wants})
    assert answer.status_code == code
    _number_is_logged(answer, wants, caplog)


@pytest.mark.parametrize("wants", ["text/html", "application/json"])
def test_s38_a_page_that_is_not_there_has_a_number_too(as_person, caplog, wants):
    caplog.set_level(logging.INFO)
    answer = as_person(people.admin_a).get("/nothing/here", headers={"Accept": wants})
    assert answer.status_code == 404
    _number_is_logged(answer, wants, caplog)


@pytest.mark.parametrize("wants", ["text/html", "application/json"])
def test_s38_a_crash_tells_a_number_and_nothing_of_its_reason(app: Flask, as_person, monkeypatch, caplog, wants):
    client = as_person(people.admin_a)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "home.index", _raising(RuntimeError("13911112222 at select 1")))
    answer = client.get("/", headers={"Accept": wants})
    assert answer.status_code == 500
    assert "13911112222" not in answer.text and "RuntimeError" not in answer.text and "select" not in answer.text
    _number_is_logged(answer, wants, caplog)


def _raising(error: Exception):
    def view(*_arguments, **_values):
        raise error

    return view


def _number_is_logged(answer, wants: str, caplog) -> None:
    number = answer.json["number"] if wants == "application/json" else NUMBER.search(answer.text)[1]
    assert re.fullmatch(r"[0-9A-F]{8}", number)
    assert any(number in record.getMessage() for record in caplog.records), "the number leads to the line of the log"


def test_s38_when_the_gate_itself_breaks_nobody_gets_in(app: Flask, as_person, monkeypatch):
    client = as_person(people.admin_a)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(queries, "signed_in", _raising(RuntimeError("the gate broke")))
    answer = client.get("/cases/")
    assert answer.status_code == 500
    assert "诉前" not in answer.text


def test_s38_when_the_scope_cannot_be_found_nothing_is_shown(app: Flask, as_person, monkeypatch):
    client = as_person(people.admin_a)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(gate, "acting", _raising(RuntimeError("no scope")))
    assert client.get("/cases/").status_code == 500


def test_s38_when_the_question_of_permission_breaks_the_answer_is_no(app: Flask, as_person, monkeypatch):
    client = as_person(people.admin_a)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(scope.Actor, "may", _raising(RuntimeError("who may?")))
    answer = client.get("/cases/")
    assert answer.status_code == 500
    assert NUMBER.search(answer.text), "also where the frame of the page cannot be drawn"


def test_s37_a_line_break_in_an_address_begins_no_line_of_the_log(app: Flask, as_person, caplog):
    caplog.set_level(logging.INFO)
    as_person(people.admin_a).get("/nothing%0aINFO:root:signed in as admin")
    told = [record.getMessage() for record in caplog.records if "nothing" in record.getMessage()]
    assert told
    assert all("\n" not in line for line in told)


def test_s37_no_password_is_ever_logged_or_audited(app: Flask, client: FlaskClient, caplog):
    caplog.set_level(logging.DEBUG)
    client.post("/sign-in/", data={"phone": "13900000099", "password": "Secret-Of-Somebody-1"})
    assert "Secret-Of-Somebody-1" not in caplog.text
    with app.app_context(), db.engine.connect() as connection:
        found = connection.scalar(
            text("SELECT count(*) FROM audit_entry e WHERE e::text LIKE '%Secret-Of-Somebody-1%'")
        )
    assert found == 0


def test_s37_a_failed_statement_is_logged_without_its_values(app: Flask, as_person, monkeypatch, caplog):
    client = as_person(people.admin_a)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    phone = "139" + "5555" * 2  # not as one word: the traceback quotes these lines

    def view(*_arguments, **_values):
        db.session.execute(text("SELECT no_such_column WHERE :phone <> ''"), {"phone": phone})

    monkeypatch.setitem(app.view_functions, "home.index", view)
    assert client.get("/").status_code == 500
    assert "no_such_column" in caplog.text
    assert phone not in caplog.text


def test_a_nul_in_any_parameter_is_refused_before_anything_reads_it(app: Flask, as_person, client: FlaskClient):
    assert as_person(people.admin_a).get("/cases/?q=a%00b").status_code == 400
    assert as_person(people.admin_a).get("/cases/?a%00b=1").status_code == 400
    assert client.post("/sign-in/", data={"phone": "139\0", "password": "x"}).status_code == 400
