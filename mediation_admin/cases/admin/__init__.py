"""Back-office screens of cases: lists, the page of a case, its forms and moves, the recycle bin."""

from mediation_admin.cases.admin.addresses import detail_url, list_url, move_url, repair_url
from mediation_admin.cases.admin.lists import (
    CasesView,
    InternetCasesView,
    PostFilingCasesView,
    PreFilingCasesView,
    RecycleBinView,
)

__all__ = [
    "CasesView",
    "InternetCasesView",
    "PostFilingCasesView",
    "PreFilingCasesView",
    "RecycleBinView",
    "detail_url",
    "list_url",
    "move_url",
    "repair_url",
]
