"""特邀调解员认证 and 特邀调解组织认证: 待认证 | 已认证 | 未通过, with the two decisions."""

from typing import Any

from sqlalchemy import ColumnElement

from mediation_admin.core.admin import Action, Empty, Preset, current_actor
from mediation_admin.permissions import Permission
from mediation_admin.rosters.admin.mediators import MediatorList
from mediation_admin.rosters.admin.organisations import OrganisationList
from mediation_admin.rosters.enums import Certification

PRESETS = [
    Preset("待认证", (("certification", "pending"),)),
    Preset("已认证", (("certification", "certified"),)),
    Preset("未通过", (("certification", "refused"),)),
]


class _Certification:
    """The same list seen as a queue: what waits first, and the decisions beside each row."""

    presets = PRESETS
    exportable = False

    def conditions(self, values: dict[str, Any]) -> list[ColumnElement[bool]]:
        # Opened plainly the queue shows what waits.
        if not values:
            values = {"certification": Certification.PENDING}
        return super().conditions(values)

    def actions(self) -> list[Action]:
        return []

    def row_actions(self, row: Any) -> list[Action]:
        if not current_actor().may(Permission.ROSTER_EDIT) or row.certification is Certification.CERTIFIED:
            return []
        return [
            Action("通过", self.url_for("step", ident=row.id, step="certify"), method="post"),
            Action("不通过", self.url_for("reasoned_step", ident=row.id, step="refuse")),
        ]


class MediatorCertificationList(_Certification, MediatorList):
    """特邀调解员认证."""

    code = "mediator_certification"
    title = "特邀调解员认证"
    empty = Empty("没有待认证的调解员。")


class OrganisationCertificationList(_Certification, OrganisationList):
    """特邀调解组织认证."""

    code = "organisation_certification"
    title = "特邀调解组织认证"
    empty = Empty("没有待认证的调解组织。")
