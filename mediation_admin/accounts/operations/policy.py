"""Setting the platform's security policy."""

from mediation_admin.accounts import queries, rules
from mediation_admin.accounts.models import SecurityPolicy
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor


def set_policy(*, actor: Actor, policy: rules.Policy) -> SecurityPolicy:
    """Set password profile and session limits for everybody; they hold from the next request on (S8, S9, S19).

    Refused: limits outside of 10 to 480 minutes and 1 to 24 hours (fields ``idle_minutes``, ``absolute_hours``).
    """
    rules.check_policy(policy)
    session = db.session()
    row = queries.policy_row(session)
    if row is None:
        row = SecurityPolicy(id=1)
        session.add(row)
    row.profile = policy.profile
    row.idle_minutes, row.absolute_hours = policy.idle_minutes, policy.absolute_hours
    row.updated_by = actor.account_id
    session.flush()
    return row
