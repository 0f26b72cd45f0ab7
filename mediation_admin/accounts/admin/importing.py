"""导入本院用户: the wizard."""

from mediation_admin.accounts.importing import MEMBERS
from mediation_admin.imports.admin import ImportScreen
from mediation_admin.permissions import Permission


class CourtUsersImportView(ImportScreen):
    """导入本院用户."""

    code = "court_users_import"
    title = "导入本院用户"
    permission = Permission.STAFF_IMPORT
    menu_path = ("本院管理",)
    subject = MEMBERS
