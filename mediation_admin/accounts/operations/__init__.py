"""Changes to people, their roles, links, passwords and sessions. All flush, none commits."""

from mediation_admin.accounts.operations.ending import sign_everybody_out
from mediation_admin.accounts.operations.links import (
    create_invitation,
    create_reset_link,
    create_setup_link,
    link_behind,
    set_up_platform,
    use_link,
)
from mediation_admin.accounts.operations.passwords import change_password, set_initial_password
from mediation_admin.accounts.operations.people import (
    create_account,
    disable_account,
    enable_account,
    grant_role,
    revoke_role,
    set_preferences,
)
from mediation_admin.accounts.operations.policy import set_policy
from mediation_admin.accounts.operations.sessions import (
    SignedIn,
    SignInRefused,
    choose_role,
    end_expired,
    end_other_sessions,
    end_session,
    renew_token,
    sign_in,
    sign_out,
    touch,
)

__all__ = [
    "SignInRefused",
    "SignedIn",
    "change_password",
    "choose_role",
    "create_account",
    "create_invitation",
    "create_reset_link",
    "create_setup_link",
    "disable_account",
    "enable_account",
    "end_expired",
    "end_other_sessions",
    "end_session",
    "grant_role",
    "link_behind",
    "renew_token",
    "revoke_role",
    "set_initial_password",
    "set_policy",
    "set_preferences",
    "set_up_platform",
    "sign_everybody_out",
    "sign_in",
    "sign_out",
    "touch",
    "use_link",
]
