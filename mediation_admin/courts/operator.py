"""Operators at the server: a command works in one named court, with a name of its own in the audit."""

import getpass

import click
from sqlalchemy import select

from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.courts.models import Court
from mediation_admin.permissions import Permission


def enter_court(code: str) -> tuple[Actor, Court]:
    """Let the session work in the court of this code (豫1302) as the operator; refuses an unknown code.

    An operator can read the database anyway; the fence keeps a command from touching the wrong court by mistake, and
    the audit shows who ran it.
    """
    session = db.session()
    court = session.scalar(select(Court).where(Court.code == code))
    if court is None:
        raise click.ClickException(f"没有代字为“{code}”的法院。例如：豫1302")
    actor = Actor(
        None, f"运维命令（{getpass.getuser()}）", "operator", court.id, frozenset(p.value for p in Permission)
    )
    enter(session, actor, Scope.of([court.id]))
    return actor, court
