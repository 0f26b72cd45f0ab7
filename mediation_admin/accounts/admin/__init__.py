"""The screens of accounts, in menu order."""

from mediation_admin.accounts.admin.court_users import CourtUsersView
from mediation_admin.accounts.admin.importing import CourtUsersImportView
from mediation_admin.accounts.admin.mine import MyAccountView
from mediation_admin.accounts.admin.policy import SecurityPolicyView
from mediation_admin.accounts.admin.roles import PermissionsView, PlatformRoleHoldersView, RoleHoldersView
from mediation_admin.accounts.admin.users import UsersView

__all__ = [
    "CourtUsersImportView",
    "CourtUsersView",
    "MyAccountView",
    "PermissionsView",
    "PlatformRoleHoldersView",
    "RoleHoldersView",
    "SecurityPolicyView",
    "UsersView",
]
