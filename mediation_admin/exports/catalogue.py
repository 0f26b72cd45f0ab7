"""Finding a source by its code: any exportable list, any report."""

from werkzeug.exceptions import NotFound as NoSuchList

from mediation_admin.core.admin import list_screen
from mediation_admin.core.errors import NotFound
from mediation_admin.core.scope import Actor
from mediation_admin.exports.lists import list_source
from mediation_admin.exports.report_tables import report_source
from mediation_admin.exports.source import Source
from mediation_admin.permissions import Permission
from mediation_admin.reports.catalogue import REPORTS

_REPORT = "report:"


def source_for(actor: Actor, code: str) -> Source:
    """The source, if this person may read what it exports; otherwise NotFound, as for a source that is none."""
    source = _find(code)
    if not actor.may(Permission.EXPORT_REQUEST) or not actor.may(source.permission):
        raise NotFound(code)
    return source


def _find(code: str) -> Source:
    if code.startswith(_REPORT):
        report = REPORTS.get(code[len(_REPORT) :])
        if report is None:
            raise NotFound(code)
        return report_source(report)
    try:
        screen = list_screen(code)
    except NoSuchList:
        raise NotFound(code) from None
    if not screen.exportable:
        raise NotFound(code)
    return list_source(screen)
