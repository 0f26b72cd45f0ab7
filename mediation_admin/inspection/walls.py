"""Walls between courts, and what leaves the platform: personal data, headers, files."""

from typing import Any

from flask import current_app
from sqlalchemy import Column, LargeBinary, Select, exists, func, inspect, select, type_coerce
from sqlalchemy.orm import Session

from mediation_admin.accounts.models import Account
from mediation_admin.core import crypto, headers
from mediation_admin.core.db import Base
from mediation_admin.core.sheets import looks_like_formula
from mediation_admin.inspection.checks import Finding, bad, check, good, judged


@check("S25", title="每个表单都有防伪标记")
def _forms(_session: Session) -> Finding:
    fine = current_app.config.get("WTF_CSRF_ENABLED", True) and current_app.config.get("WTF_CSRF_CHECK_DEFAULT", True)
    return judged(bool(fine), "所有写操作都核对防伪标记。", "防伪标记被关掉了。", "请去掉 WTF_CSRF_ENABLED 的设置并重启。")


@check("S26", title="浏览器只运行平台自己的脚本")
def _policy(_session: Session) -> Finding:
    fine = "unsafe" not in headers.POLICY and "nonce-" in headers.POLICY and "'none'" in headers.POLICY
    return judged(fine, "内容安全策略不允许内联脚本和外部来源，页面不留缓存。", "内容安全策略放得太宽。", "请恢复出厂设置。")


@check("S27", title="导出的单元格不会被当作公式")
def _formulas(_session: Session) -> Finding:
    missed = [one for one in ("=1+1", "+1", "-1", "@A1", "\t=1", "＝1") if not looks_like_formula(one)]
    return judged(not missed, "以 = + - @ 开头的文字都会转义。", f"没有转义：{missed}。", "请重新安装平台。")


@check("S32", title="手机号、证件号默认遮掩")
def _masks(_session: Session) -> Finding:
    phone, number = crypto.mask_phone("13800138000"), crypto.mask_id_number("110101199003070011")
    fine = "00138" not in phone and "19900307" not in number
    return judged(fine, f"显示为 {phone}、{number}。", "遮掩没有起作用。", "请重新安装平台。")


def _looks_plain(column: Column[Any]) -> Select[tuple[bool]]:
    # The first byte of a ciphertext is its key's number; eleven digits at the beginning are a phone in clear.
    kept = select(type_coerce(column, LargeBinary).label("kept")).where(column.is_not(None)).limit(1000).subquery()
    return select(exists().where(func.encode(kept.c.kept, "escape").regexp_match("^[0-9]{11}")))


@check("S33", title="手机号、证件号在数据库里是密文")
def _ciphertext(session: Session) -> Finding:
    columns = [
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, crypto.Encrypted)
    ]
    readable = [
        f"{table}.{column}"
        for table, column in columns
        if session.scalar(_looks_plain(Base.metadata.tables[table].c[column]))
    ]
    if readable:
        return bad(f"有明文：{'、'.join(readable)}。", "请运行 flask accounts rekey。")
    people = session.scalar(select(func.count()).select_from(Account))
    return good(f"{len(columns)} 个字段都是密文（{people} 个账号），密钥不在数据库里。")


@check("S38", title="出错时不泄露内部情况")
def _errors(_session: Session) -> Finding:
    return judged(
        not current_app.debug and not current_app.testing,
        "出错只显示编号，详情在日志里。",
        "网站在调试方式下运行。",
        "请去掉 FLASK_DEBUG 并重启。",
    )


@check("S22", title="每个页面都写明了谁能打开")
def _screens(_session: Session) -> Finding:
    views = current_app.extensions["site"]._views
    without = [view.endpoint for view in views if getattr(view, "permission", None) is None]
    return judged(not without, f"{len(views)} 个页面都有权限。", f"没有写权限：{'、'.join(without)}。", "请联系开发者。")


@check("S22", title="数据库结构是最新的")
def _migrated(session: Session) -> Finding:
    missing = sorted(set(Base.metadata.tables) - set(inspect(session.connection()).get_table_names()))
    return judged(not missing, "所有表都在。", f"缺少：{'、'.join(missing)}。", "请运行 flask db upgrade。")
