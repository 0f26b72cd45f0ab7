"""Error pages in the user's words: what happened, what to do next, and the number under which it stands in the log."""

import logging
import secrets
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from psycopg.errors import DeadlockDetected, QueryCanceled
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from mediation_admin.core.admin import shell
from mediation_admin.core.admin.access import current_actor
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken

log = logging.getLogger(__name__)

# Fields that never come back on the "your text is kept" page.
UNKEPT = ("csrf_token", "password", "new_password", "repeat", "otp", "code", "token")

WORDS: dict[int, tuple[str, str]] = {
    400: ("请求无法处理", "提交的内容不完整或已被改动。请返回上一页，刷新后重试。"),
    403: ("不能进行这项操作", "您的账号目前不能进行这项操作。如果工作需要，请联系本院管理员调整角色。"),
    404: ("没有找到这个页面", "地址可能有误，内容可能已被移走，或者您当前的角色不能查看它。"),
    405: ("请求方式不对", "请从页面上的按钮或链接进入。"),
    409: ("内容已被他人修改", "请刷新页面查看最新内容后再保存。"),
    413: ("文件太大", "上传的文件超过了大小限制。请拆分后分次上传。"),
    429: ("操作太频繁", "为保护账号安全，请稍等片刻再试。"),
    500: ("系统出错了", "您刚才的操作没有保存，数据没有被改动一半。请重试；仍然出错，请把下面的编号告诉平台客服。"),
    503: ("暂时不可用", "系统正在维护或太忙，请稍后再试。"),
}


def install(app: Flask) -> None:
    """Answer every error with our own page (or JSON when a script asked)."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(NotFound, lambda error: _page(404))
    app.register_error_handler(RuleBroken, _rule)
    app.register_error_handler(Exception, _crash)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(DataError, _senseless)


def _http(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if type(error).__name__ == "CSRFError":
        return _page(
            400,
            "页面停留太久，已失效",
            "为防止冒用，页面的验证信息会过期。您填写的内容还在下面，请重新提交。",
            keep=True,
        )
    headers = {}
    retry = error.get_response().headers.get("Retry-After") if error.code in (429, 503) else None
    if retry:
        headers["Retry-After"] = retry
    return _page(error.code, headers=headers, wait=retry)


def _rule(error: RuleBroken) -> Any:
    return _page(400, "不能这样做", error.message, repair=error.repair)


def _crash(error: Exception) -> Any:
    number = new_number()
    # The address is logged without its query, which may hold what a person typed, and quoted: a line break in it
    # must not begin a line of its own.
    log.exception("error %s at %s %r", number, request.method, request.path)
    return _page(500, number=number)


def _database(error: OperationalError) -> Any:
    """The database went away or refuses connections: nothing was saved, and it is worth trying again."""
    if not error.connection_invalidated and isinstance(error.orig, QueryCanceled | DeadlockDetected):
        return _crash(error)
    number = new_number()
    log.error("error %s at %s %r: the database does not answer: %s", number, request.method, request.path, error.orig)
    db.session.remove()
    g.actor = g.login = None  # the frame of a signed-in page would ask the database
    words = "数据库暂时连接不上，您刚才的操作没有保存。系统会自动恢复，请过几秒刷新页面重试；持续不行，请把编号告诉平台客服。"
    return _page(503, words=words, headers={"Retry-After": "5"}, number=number)


def _senseless(error: DataError) -> Any:
    """A value that the database cannot hold (a number of forty digits): what was asked makes no sense, nothing broke."""
    db.session.remove()
    number = new_number()
    log.warning("error %s at %s %r: %s", number, request.method, request.path, type(error.orig).__name__)
    return _page(400, words="提交的内容里有超出范围的数字、日期或字符。请返回上一页检查后重试。", number=number)


def new_number() -> str:
    """What a person reads out to the support desk."""
    return secrets.token_hex(4).upper()


def _drawn(heading: str, told: dict[str, Any]) -> str:
    """The page in the frame of whoever is signed in; where drawing the frame is what breaks, without it."""
    try:
        inside = current_actor() is not None
        return render_template("errors/error.html", page=shell.Page(title=heading), inside=inside, **told)
    except Exception:
        log.exception("error %s: the frame of the error page broke too", told["number"])
        return render_template("errors/bare.html", heading=heading, **told)


def _page(
    code: int,
    heading: str | None = None,
    words: str | None = None,
    *,
    headers: dict[str, str] | None = None,
    number: str | None = None,
    repair: str | None = None,
    keep: bool = False,
    wait: str | None = None,
) -> Response:
    if number is None:
        number = new_number()
        log.info("answered %s (%s) at %s %r", code, number, request.method, request.path)
    default_heading, default_words = WORDS.get(code, WORDS[400 if code < 500 else 500])
    heading, words = heading or default_heading, words or default_words
    if shell.is_fetch() or request.accept_mimetypes.best == "application/json":
        answer = jsonify(message=words, number=number, repair=repair)
    else:
        kept = []
        if keep:
            kept = [
                (name, value)
                for name, values in request.form.lists()
                for value in values
                if name not in UNKEPT and "password" not in name
            ]
        told = {"code": code, "words": words, "number": number, "repair": repair, "kept": kept, "wait": wait}
        answer = make_response(_drawn(heading, told))
    answer.status_code = code
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer
