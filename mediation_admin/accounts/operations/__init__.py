"""Changes to people, their roles, links, passwords and sessions. All flush, none commits."""

from mediation_admin.accounts.operations.ending import clear_old_sign_ins, sign_everybody_out
from mediation_admin.accounts.operations.factors import (
    begin_enrolment,
    confirm_enrolment,
    pass_second_factor,
    prove_again,
    renew_recovery_codes,
    reset_second_factor,
    switch_factor_off,
)
from mediation_admin.accounts.operations.links import (
    create_invitation,
    create_reset_link,
    create_setup_link,
    link_behind,
    set_up_platform,
    use_link,
)
from mediation_admin.accounts.operations.members import add_member, edit_member, hand_over, invite, leave
from mediation_admin.accounts.operations.passwords import change_password, set_initial_password
from mediation_admin.accounts.operations.people import (
    PhoneTaken,
    create_account,
    disable_account,
    enable_account,
    set_preferences,
)
from mediation_admin.accounts.operations.phones import change_phone
from mediation_admin.accounts.operations.policy import set_policy
from mediation_admin.accounts.operations.resetting import ResetRefused, ask_for_reset, send_reset_code, use_reset_code
from mediation_admin.accounts.operations.roles import Period, grant_role, propose_role, revoke_role
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
    "Period",
    "PhoneTaken",
    "ResetRefused",
    "SignInRefused",
    "SignedIn",
    "add_member",
    "ask_for_reset",
    "begin_enrolment",
    "change_password",
    "change_phone",
    "choose_role",
    "clear_old_sign_ins",
    "confirm_enrolment",
    "create_account",
    "create_invitation",
    "create_reset_link",
    "create_setup_link",
    "disable_account",
    "edit_member",
    "enable_account",
    "end_expired",
    "end_other_sessions",
    "end_session",
    "grant_role",
    "hand_over",
    "invite",
    "leave",
    "link_behind",
    "pass_second_factor",
    "propose_role",
    "prove_again",
    "renew_recovery_codes",
    "renew_token",
    "reset_second_factor",
    "revoke_role",
    "send_reset_code",
    "set_initial_password",
    "set_policy",
    "set_preferences",
    "set_up_platform",
    "sign_everybody_out",
    "sign_in",
    "sign_out",
    "switch_factor_off",
    "touch",
    "use_link",
    "use_reset_code",
]
