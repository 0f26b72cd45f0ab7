"""The people of the demo, plainly invented: one account each, a random password that must be changed at once."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from mediation_admin.accounts import operations as accounts
from mediation_admin.accounts.actors import OPERATOR
from mediation_admin.accounts.models import Account
from mediation_admin.core.scope import Actor
from mediation_admin.courts.models import Court
from mediation_admin.permissions import Role, permissions_of

LEDGER_COURT, LIVE_COURT = "豫1302", "闽0213"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo. ``roles``: (role, code of the court or None for the platform); the first is worked in."""

    key: str
    name: str
    phone: str
    roles: tuple[tuple[Role, str | None], ...]


# The first line printed is the one a newcomer tries first.
PEOPLE = (
    Person("ledger_admin", "演示管理员甲", "19900000001", ((Role.COURT_ADMIN, LEDGER_COURT),)),
    Person("ledger_clerk", "演示书记员甲", "19900000002", ((Role.CLERK, LEDGER_COURT),)),
    Person("ledger_clerk_2", "演示书记员乙", "19900000003", ((Role.CLERK, LEDGER_COURT),)),
    Person("ledger_judge", "演示法官甲", "19900000004", ((Role.JUDGE, LEDGER_COURT),)),
    Person("live_admin", "演示管理员乙", "19900000011", ((Role.COURT_ADMIN, LIVE_COURT),)),
    Person("live_clerk", "演示书记员丙", "19900000012", ((Role.CLERK, LIVE_COURT),)),
    # One person, one account, as many roles as there are: this one is asked at sign-in which one to work in.
    Person("live_clerk_2", "演示书记员丁", "19900000013", ((Role.CLERK, LIVE_COURT), (Role.JUDGE, LIVE_COURT))),
    Person("live_judge", "演示法官乙", "19900000014", ((Role.JUDGE, LIVE_COURT),)),
    Person("above_ledger", "演示上级人员甲", "19900000021", ((Role.HIGHER_COURT, "豫13"),)),
    Person("above_live", "演示上级人员乙", "19900000022", ((Role.HIGHER_COURT, "闽02"),)),
    Person("system_admin", "演示系统管理员", "19900000031", ((Role.SYSTEM_ADMIN, None),)),
    Person("security_admin", "演示安全管理员", "19900000032", ((Role.SECURITY_ADMIN, None),)),
    Person("audit_admin", "演示审计管理员", "19900000033", ((Role.AUDIT_ADMIN, None),)),
    Person("support", "演示平台客服", "19900000034", ((Role.SUPPORT, None),)),
)


@dataclass(frozen=True, slots=True)
class Hired:
    """A person with the account and the password that was made up for the first sign-in."""

    person: Person
    account: Account
    password: str

    def acting(self, court: Court) -> Actor:
        """The person at work in the first role."""
        role = self.person.roles[0][0]
        return Actor(self.account.id, self.person.name, role.value, court.id, permissions_of(role))


def hire(courts: dict[str, Court]) -> dict[str, Hired]:
    """Make every account with its roles and a random password; key → person hired. Flushes."""
    hired = {}
    for person in PEOPLE:
        roles = [(role, courts[code].id if code else None) for role, code in person.roles]
        account = accounts.create_account(actor=OPERATOR, name=person.name, phone=person.phone, roles=roles)
        password = accounts.set_initial_password(actor=OPERATOR, account=account)
        hired[person.key] = Hired(person, account, password)
    return hired


def sign_in_lines(hired: Sequence[Hired], courts: dict[str, Court]) -> list[str]:
    """One line per person in columns: court, role, name, phone, password. A heading and what to know come first."""
    rows = [("法院", "角色", "姓名", "手机号", "初始密码")]
    for one in hired:
        codes = dict.fromkeys(code for _, code in one.person.roles)
        places = "、".join(courts[code].name if code else "平台" for code in codes)
        roles = "、".join(role.label for role, _ in one.person.roles)
        rows.append((places, roles, one.person.name, one.person.phone, one.password))
    widths = [max(_width(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([*(text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=False)), row[4]])
        for row in rows
    ]
    return [
        "演示人员（均为虚构）。初始密码随机生成，首次登录后须修改；管理员还要用手机验证器扫码，设置二次验证。",
        "",
        *lines,
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
