"""Reads that stand in the audit: who opened what, who looked for what, who tried to open what is not theirs.

Written after the answer is made and before it is sent: one INSERT, and no answer goes out whose entry could not be
written. The same act again within ten minutes is the same entry (recording.record_once).
"""

from typing import Any

from flask import Flask, Response, current_app, request

from mediation_admin.audit import objects
from mediation_admin.audit.recording import Audited, record_once
from mediation_admin.core.admin import allowed, current_actor
from mediation_admin.core.admin.looks import Look, told
from mediation_admin.core.crypto import fingerprint, mask_name
from mediation_admin.core.db import db


def install(app: Flask) -> None:
    """Keep account of every request of the app."""
    app.after_request(_keep_account)


def search_mark(text: str) -> str:
    """What the audit keeps of a searched text: enough to find who else looked for it, nothing to read it from."""
    return fingerprint("audit-search", text.strip()).hex()[:16]


def _keep_account(answer: Response) -> Response:
    if current_actor() is None:
        return answer
    looks = told()
    if answer.status_code < 400 and looks:
        _refuse_undone_work()
        for look in looks:
            _write(look)
        db.session.commit()
    elif answer.status_code == 404 and request.endpoint is not None:
        db.session.rollback()
        _write_refusal()
        db.session.commit()
    return answer


def _refuse_undone_work() -> None:
    """Committing the entry must not commit what a view forgot to."""
    session = db.session()
    if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
        raise RuntimeError(f"{request.endpoint} shows a row and left work uncommitted")


def _write(look: Look) -> None:
    if look.model is None:
        record_once(
            db.session(),
            "list:row:searched",
            f"在“{look.where}”查找：{_without_name(look)}",
            changes={"search_mark": [None, search_mark(look.text)]},
        )
        return
    if not issubclass(look.model, Audited):
        return
    table = look.model.__tablename__
    record_once(
        db.session(),
        f"{table}:page:viewed",
        f"查看了{objects.LABELS.get(table, table)}{'' if look.title.startswith('（') else ' '}{look.title}",
        object_type=table,
        object_id=look.ident,
        court_id=look.court_id,
    )


def _without_name(look: Look) -> str:
    """How the list looked, with a typed name masked; numbers that are personal the list has masked itself."""
    typed = look.text.strip()
    if not typed or any(sign.isdigit() for sign in typed):
        return look.words
    return look.words.replace(typed, mask_name(typed))


def _write_refusal() -> None:
    """S24: a page or a row that is not for this person was asked for."""
    code = (request.endpoint or "").partition(".")[0]
    view = next((one for one in current_app.extensions["site"]._views if getattr(one, "code", None) == code), None)
    title = str(view.title) if view is not None else code
    rows = "、".join(f"编号 {value}" for value in _numbers(request.view_args or {}))
    why = "没有权限" if view is not None and not allowed(current_actor(), view.permission) else "不存在或不在可见范围"
    record_once(
        db.session(),
        "access:page:refused",
        f"要求打开“{title}”{f'（{rows}）' if rows else ''}，{why}，未予打开",
        changes={"page": [None, f"{request.method} {request.path}"[:200]]},
    )


def _numbers(view_args: dict[str, Any]) -> list[int]:
    return [value for value in view_args.values() if isinstance(value, int)]
