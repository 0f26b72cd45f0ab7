"""导入名册: the wizards for the mediators' and the organisations' roster."""

from mediation_admin.imports.admin import ImportScreen
from mediation_admin.permissions import Permission
from mediation_admin.rosters.importing import MEDIATORS, ORGANISATIONS


class RosterImportView(ImportScreen):
    """导入调解员名册."""

    code = "roster_import"
    title = "导入调解员名册"
    permission = Permission.ROSTER_IMPORT
    menu_path = ("名册管理",)
    subject = MEDIATORS


class OrganisationImportView(ImportScreen):
    """导入调解组织名册."""

    code = "organisation_import"
    title = "导入调解组织名册"
    permission = Permission.ROSTER_IMPORT
    menu_path = ("名册管理",)
    subject = ORGANISATIONS
