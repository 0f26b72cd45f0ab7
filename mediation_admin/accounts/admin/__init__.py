"""The screens of accounts, in menu order."""

from mediation_admin.accounts.admin.mine import MyAccountView
from mediation_admin.accounts.admin.policy import SecurityPolicyView
from mediation_admin.accounts.admin.users import CourtUsersView, UsersView

__all__ = ["CourtUsersView", "MyAccountView", "SecurityPolicyView", "UsersView"]
