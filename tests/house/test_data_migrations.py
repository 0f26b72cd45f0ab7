"""Migrations that change what is already written: each on rows of the time before it."""

from collections.abc import Callable, Iterator

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from mediation_admin.core.db import db
from mediation_admin.factory import create_app


@pytest.fixture
def elsewhere(app: Flask, fresh_database: Callable[[], str]) -> Iterator[str]:
    """The app on an empty database of its own."""
    url = fresh_database()
    other = create_app({**app.config, "SQLALCHEMY_DATABASE_URI": url})
    with other.app_context():
        yield url
        db.session.remove()
        db.engine.dispose()


# kind, the moves of its timeline, whether the party's choice stands
_BEFORE = [
    ("internet", ["apply"], True),
    ("internet", ["apply", "decline_application"], True),
    ("internet", ["apply", "decline_application", "choose_again", "accept"], True),
    ("internet", ["submit", "assign"], False),
    ("internet", ["apply", "accept", "change_mediator"], False),
    ("pre_filing", ["submit", "assign"], False),
]


def test_0002_reads_from_the_timeline_who_named_the_mediator(elsewhere: str) -> None:
    flask_migrate.upgrade(revision="0001")
    engine = create_engine(elsewhere)
    with engine.begin() as connection:
        court = connection.scalar(
            text(
                "insert into court (code, name, short_name, pinyin, initials, short_initials, level, kind, province,"
                " verified, source) values ('豫0100', '虚构市测试区人民法院', '测试区法院', '', '', '', 'basic', 'ordinary',"
                " '', false, '') returning id"
            )
        )
        for kind, moves, _ in _BEFORE:
            case = connection.scalar(
                text(
                    "insert into mediation_case (court_id, kind, category, source, cause_text, state, registered_on,"
                    " applicants, respondents, search_terms, missing_phones, backfilled, version) values"
                    " (:court, :kind, 'civil', 'court', '民间借贷纠纷', 'draft', '2024-03-12', '', '', '{}', 0, false, 1)"
                    " returning id"
                ),
                {"court": court, "kind": kind},
            )
            for move in moves:
                connection.execute(
                    text(
                        "insert into case_event (court_id, case_id, actor_name, move, title, detail, data)"
                        " values (:court, :case, '某', :move, '', '', '{}')"
                    ),
                    {"court": court, "case": case, "move": move},
                )
    flask_migrate.upgrade(revision="0002")
    with engine.connect() as connection:
        found = connection.scalars(text("select chosen_by_party from mediation_case order by id")).all()
    engine.dispose()
    assert found == [expected for _, _, expected in _BEFORE]
