"""What people are told by SMS about their own accounts, always at the account's own number."""

from collections.abc import Iterable

from mediation_admin.accounts import queries
from mediation_admin.accounts.models import Account
from mediation_admin.approvals.models import Approval
from mediation_admin.core import clock
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, actor_of
from mediation_admin.notices import operations as notices
from mediation_admin.notices.templates import Template
from mediation_admin.notices.vendors.settings import public_address
from mediation_admin.permissions import Role


def invite(actor: Actor, account: Account, token: str) -> None:
    """The link by which a new person sets the first password."""
    _tell(actor, Template.INVITATION, account.phone, name=account.name, link=public_address(f"/sign-in/link/{token}"))


def role_given(actor: Actor, account: Account, roles: Iterable[Role], court_id: int | None) -> None:
    """New roles; in the name of the court they are for."""
    words = "、".join(role.label for role in roles)
    notices.send(
        actor=actor,
        template=Template.ROLE_GRANTED,
        phone=account.phone,
        facts={"name": account.name, "role": words},
        court_id=court_id,
    )


def phone_changed(actor: Actor, account: Account, old_phone: str) -> None:
    """The change of the number, told to the old and to the new one: whoever did not ask for it hears of it."""
    tail = account.phone[-4:]
    for phone in (old_phone, account.phone):
        _tell(actor, Template.PHONE_CHANGED, phone, name=account.name, when=_now(), tail=tail)


def switched_off(actor: Actor, account: Account) -> None:
    """The account is off."""
    _tell(actor, Template.ACCOUNT_DISABLED, account.phone, name=account.name, when=_now())


def switched_on(actor: Actor, account: Account) -> None:
    """The account is on again."""
    _tell(actor, Template.ACCOUNT_ENABLED, account.phone, name=account.name, when=_now())


def approval_wanted(approval: Approval) -> None:
    """A request waits: told to the other administrators of the court that decides. The platform's people see it when
    they look; their numbers are not a court's to know."""
    session, actor = db.session(), actor_of(db.session())
    if approval.court_id is None or actor.court_id != approval.court_id:
        return
    facts = {"name": approval.asked_by_name, "matter": approval.title}
    for phone in queries.phones_of_active(session, Role.COURT_ADMIN, approval.court_id, but={actor.account_id}):
        notices.send(
            actor=actor, template=Template.APPROVAL_WANTED, phone=phone, facts=facts, court_id=approval.court_id
        )


def approval_decided(approval: Approval) -> None:
    """The answer, told to whoever asked, in the name of the court that decided."""
    actor = actor_of(db.session())
    account = queries.own_account_shown(db.session(), approval.asked_by)
    result = approval.state.label + (f"（{approval.note}）" if approval.note else "")
    notices.send(
        actor=actor,
        template=Template.APPROVAL_DECIDED,
        phone=account.phone,
        facts={"matter": approval.title, "result": result},
        court_id=actor.court_id,
    )


def tell_of_change(actor: Actor, account: Account, what: str) -> None:
    """What lets the person in (密码, 二次验证) was changed; in the name of the court where he works in one alone."""
    notices.send(
        actor=actor,
        template=Template.CREDENTIAL_CHANGED,
        phone=account.phone,
        facts={"name": account.name, "what": what, "when": _now()},
        court_id=court_of(account),
    )


def court_of(account: Account) -> int | None:
    """The court a message to this person goes out from; None for people of several courts or of the platform."""
    courts = {held.court_id for held in queries.roles_held(db.session(), account.id)}
    return courts.pop() if len(courts) == 1 else None


def _tell(actor: Actor, template: Template, phone: str, **facts: str) -> None:
    notices.send(actor=actor, template=template, phone=phone, facts=facts, court_id=actor.court_id)


def _now() -> str:
    return moment_text(clock.now())
