"""Roles are given, by one person or by two, for a time or for good, and taken back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text, update

from mediation_admin.accounts import queries, rules
from mediation_admin.accounts.models import Account, CourtMember, RoleGrant
from mediation_admin.accounts.operations import telling
from mediation_admin.approvals import kinds
from mediation_admin.approvals import operations as approvals
from mediation_admin.approvals.models import Approval
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor, fetch, scope_of
from mediation_admin.permissions import ADMINISTRATOR_ROLES, Permission, Role

KIND = "role.grant"
_LOCK = 7_260_003
_grants = RoleGrant.__table__


@dataclass(frozen=True, slots=True)
class Period:
    """The days a role is given for, both counted; None = at once, or without an end."""

    start: date | None = None
    end: date | None = None

    @property
    def valid_from(self) -> datetime | None:
        """The first moment."""
        return None if self.start is None or self.start <= clock.today() else clock.start_of(self.start)

    @property
    def valid_until(self) -> datetime | None:
        """The first moment after."""
        return None if self.end is None else clock.start_of(self.end + timedelta(days=1))

    def words(self) -> str:
        """，自 2026-01-01 起，至 2026-02-01 止; empty for good."""
        begins = f"，自 {self.start} 起" if self.valid_from else ""
        return begins + (f"，至 {self.end} 止" if self.end else "")


FOR_GOOD = Period()


def grant_role(
    *,
    actor: Actor,
    account: Account,
    role: Role,
    court_id: int | None = None,
    period: Period = FOR_GOOD,
    stands_in_for: int | None = None,
    approved: bool = False,
) -> RoleGrant:
    """Give a person a role; it can be worked in from the next sign-in or switch of role, within its period.

    ``stands_in_for``: the colleague whose role it is (代理). ``approved``: an approved request stands behind it.
    Refused: a court role without court and the reverse; a second of the three administrators; a role that takes two
    people (``propose_role``); a role held already; a period against the rules; oneself; a court outside the actor's
    scope (NotFound).
    """
    session = db.session()
    rules.check_role_has_its_court(role, court_id)
    _check_court(court_id)
    operator = actor.account_id is None
    rules.check_may_grant(role=role, of_court=actor.court_id is not None, by_operator=operator, approved=approved)
    if account.id == actor.account_id and not approved:
        raise RuleBroken("不能给自己授予角色，请由另一位管理员办理。", field="role")
    # Two grants at once to one person wait for each other here.
    account = queries.own_account(session, account.id)
    _check_fits(account, role, court_id, period, stands_in_for)
    _close_what_is_over(account.id, role, court_id)
    grant = RoleGrant(
        account_id=account.id,
        role=role,
        court_id=court_id,
        granted_at=clock.now(),
        granted_by=actor.account_id,
        valid_from=period.valid_from,
        valid_until=period.valid_until,
        stands_in_for=stands_in_for,
    )
    session.add(grant)
    if court_id is not None:
        place_in(court_id, account.id)
    session.flush()
    return grant


def _check_fits(account: Account, role: Role, court_id: int | None, period: Period, stands_in_for: int | None) -> None:
    session = db.session()
    if account.disabled_at is not None:
        raise RuleBroken("账号已停用，请先启用再授予角色。", field="role")
    kept = queries.roles_kept(session, account.id)
    rules.check_administrators_stay_apart(role, [one.role for one in kept])
    if any(one.role is role and one.court_id == court_id for one in kept):
        raise RuleBroken(f"该用户已经有“{role.label}”这个角色。", field="role")
    until = None
    if stands_in_for is not None:
        if stands_in_for == account.id:
            raise RuleBroken("代理人和被代理人不能是同一个人。", field="account_id")
        own = [
            one for one in queries.roles_held(session, stands_in_for) if (one.role, one.court_id) == (role, court_id)
        ]
        if not own or own[0].stands_in_for:
            raise RuleBroken(f"被代理人现在没有“{role.label}”角色，不能由人代理。", field="role")
        until = own[0].valid_until and clock.local(own[0].valid_until).date() - timedelta(days=1)
    rules.check_period(
        period.start,
        period.end,
        today=clock.today(),
        stands_in=stands_in_for is not None,
        colleague_until=until,
    )


def _close_what_is_over(account_id: int, role: Role, court_id: int | None) -> None:
    """A role that has run out is closed when its place is needed: the indexes count it until then."""
    same = (_grants.c.role == role) & _grants.c.court_id.is_not_distinct_from(court_id)
    apart = _grants.c.role.in_(rules.EXCLUSIVE_ROLES) if role in rules.EXCLUSIVE_ROLES else same
    db.session().execute(
        update(_grants)
        .where(
            _grants.c.account_id == account_id,
            same | apart,
            _grants.c.revoked_at.is_(None),
            _grants.c.valid_until <= clock.now(),
        )
        .values(revoked_at=clock.now())
    )


def place_in(court_id: int, account_id: int) -> CourtMember:
    """The person's place in a court: the one he has or had, or a new one."""
    session = db.session()
    member = queries.member_of(session, court_id, account_id)
    if member is None:
        member = CourtMember(court_id=court_id, account_id=account_id)
        session.add(member)
    member.left_at = None
    session.flush()
    return member


def propose_role(
    *,
    actor: Actor,
    account: Account,
    role: Role,
    court_id: int | None = None,
    period: Period = FOR_GOOD,
    stands_in_for: int | None = None,
    reason: str,
) -> RoleGrant | Approval:
    """Give the role, or ask for it where it takes two people. Refused: what ``grant_role`` refuses, at once and not
    only when it is approved; a request nobody could decide."""
    of_court = actor.court_id is not None
    if not rules.takes_two_people(role=role, of_court=of_court, by_operator=actor.account_id is None):
        return grant_role(
            actor=actor, account=account, role=role, court_id=court_id, period=period, stands_in_for=stands_in_for
        )
    rules.check_role_has_its_court(role, court_id)
    _check_court(court_id)
    if account.id == actor.account_id:
        raise RuleBroken("不能给自己申请角色，请由另一位管理员办理。", field="role")
    _check_fits(account, role, court_id, period, stands_in_for)
    session = db.session()
    rules.check_decider_exists(
        role=role,
        security_admins=queries.count_active(session, Role.SECURITY_ADMIN, None, but={actor.account_id, account.id}),
        court_admins=queries.count_active(session, Role.COURT_ADMIN, court_id, but={actor.account_id, account.id}),
    )
    place = queries.court_name(session, court_id) if court_id is not None else "平台"
    standing = f"，代理{queries.account_name(session, stands_in_for)}" if stands_in_for else ""
    return approvals.ask(
        actor=actor,
        kind=KIND,
        key=f"role:{role.value}:{court_id or 'platform'}:{account.id}",
        title=f"授予{account.name}“{role.label}”角色（{place}{standing}{period.words()}）",
        reason=reason,
        payload={
            "account_id": account.id,
            "role": role.value,
            "court_id": court_id,
            "start": period.start and period.start.isoformat(),
            "end": period.end and period.end.isoformat(),
            "stands_in_for": stands_in_for,
        },
        court_id=court_id,
        about_id=account.id,
    )


def _effect(approval: Approval) -> str:
    return f"{approval.title}，立即生效，本人下次登录或切换角色时可用。"


def _apply(actor: Actor, approval: Approval) -> None:
    asked: dict[str, Any] = approval.payload
    session = db.session()
    end = asked["end"] and date.fromisoformat(asked["end"])
    grant_role(
        actor=actor,
        account=queries.own_account(session, asked["account_id"]),
        role=Role(asked["role"]),
        court_id=asked["court_id"],
        period=Period(asked["start"] and date.fromisoformat(asked["start"]), end),
        stands_in_for=asked["stands_in_for"],
        approved=True,
    )


GRANT = kinds.register(
    kinds.Kind(
        code=KIND,
        label="授予角色",
        permission=Permission.ROLE_APPROVE,
        deciders="本院的另一位法院管理员（法院角色）或平台的安全管理员",
        effect=_effect,
        apply=_apply,
        asked=telling.approval_wanted,
        decided=telling.approval_decided,
    )
)


def revoke_role(*, actor: Actor, grant_id: int) -> RoleGrant:
    """Take a role back; whoever works in it is out of it at the next request (S7), and who stands in for him too.

    Refused: a role taken back already; one's own role on the platform; the last active administrator's; a row outside
    the actor's scope (NotFound).
    """
    session = db.session()
    grant = fetch(session, RoleGrant, grant_id, with_for_update=True)
    _check_court(grant.court_id)
    if grant.revoked_at is not None:
        raise RuleBroken("这个角色已经收回。")
    if grant.account_id == actor.account_id and actor.court_id is None:
        raise RuleBroken("不能收回自己的角色，请由另一位管理员办理。")
    keep_an_administrator(actor, grant.account_id, only=grant)
    close(grant, actor)
    return grant


def close(grant: RoleGrant, actor: Actor) -> None:
    """End a role now, with the roles of those who stand in for its holder."""
    session, moment = db.session(), clock.now()
    grant.revoked_at, grant.revoked_by = moment, actor.account_id
    session.flush()
    ended = session.execute(
        update(_grants)
        .where(
            _grants.c.stands_in_for == grant.account_id,
            _grants.c.role == grant.role,
            _grants.c.court_id.is_not_distinct_from(grant.court_id),
            _grants.c.revoked_at.is_(None),
        )
        .values(revoked_at=moment, revoked_by=actor.account_id)
    ).rowcount
    if ended:
        record(
            session,
            "role_grant:stand_in:ended",
            f"{grant.role.label}角色收回，{ended} 项代理随之结束",
            object_type="role_grant",
            object_id=grant.id,
            court_id=grant.court_id,
            actor=actor,
        )


def keep_an_administrator(actor: Actor, account_id: int, *, only: RoleGrant | None = None) -> None:
    """Refuse what would leave a court, or the platform, without an active administrator.

    ``only``: the one role that goes; None = the person goes with all of them. The platform may leave a court without
    one (a compromised account must be switched off at once), an operator at the server anything.
    """
    if actor.account_id is None:
        return
    session = db.session()
    going = [only] if only is not None else queries.grants_kept(session, account_id)
    for grant in going:
        if grant.role not in ADMINISTRATOR_ROLES or grant.court_id != actor.court_id:
            continue
        if queries.is_in_use(grant, clock.now()) and queries.is_active(session, grant.account_id):
            # Two administrators who remove each other at the same moment: the second waits here and is refused.
            session.execute(
                text("select pg_advisory_xact_lock(:kind, :place)"), {"kind": _LOCK, "place": grant.court_id or 0}
            )
            others = queries.count_active(session, grant.role, grant.court_id, but={grant.account_id})
            rules.check_somebody_remains(grant.role, others=others)


def _check_court(court_id: int | None) -> None:
    scope = scope_of(db.session())
    if scope is None or scope.court_ids is None or scope.platform:
        return
    if court_id not in (scope.write_court_ids or ()):
        raise NotFound(f"court {court_id}")
