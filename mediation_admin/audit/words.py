"""How the audit is written on screens: roles, moments with their offset from UTC (S35)."""

from datetime import datetime

from mediation_admin.core import clock
from mediation_admin.permissions import Role

ROLES = Role.labels() | {"operator": "运维命令", "system": "系统", "": ""}


def role_words(code: str) -> str:
    """The words for the role somebody acted in."""
    return ROLES.get(code, code)


def stamp(moment: datetime | None) -> str:
    """2026-11-23 17:10:20 +08:00."""
    if moment is None:
        return ""
    local = moment.astimezone(clock.SHANGHAI)
    return f"{local:%Y-%m-%d %H:%M:%S} {_offset(local)}"


def _offset(local: datetime) -> str:
    plain = f"{local:%z}"
    return f"{plain[:3]}:{plain[3:]}"
