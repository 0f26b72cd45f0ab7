"""The audit, and what is kept and cleared away."""

from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from mediation_admin.audit.models import AuditCheck, AuditEntry
from mediation_admin.core import clock
from mediation_admin.inspection.checks import Finding, bad, check, good, judged, unsure

NIGHT = timedelta(hours=36)
SEALED_WITHIN = timedelta(minutes=10)


@check("S4", title="审计只能增加，不能修改、删除")
def _triggers(session: Session) -> Finding:
    tables = set(
        session.scalars(
            text(
                "select c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
                " where not t.tgisinternal and t.tgenabled in ('O', 'A') and c.relname in ('audit_entry', 'audit_seal')"
            )
        )
    )
    return judged(
        tables == {"audit_entry", "audit_seal"},
        "触发器都在，任何人都改不了、删不了。",
        "保护审计的触发器不全。",
        "请立即通知安全管理员，并运行 flask db upgrade。",
    )


@check("S36", title="审计链每晚核对")
def _verified(session: Session) -> Finding:
    last = session.scalars(select(AuditCheck).order_by(AuditCheck.id.desc()).limit(1)).first()
    if last is None:
        return unsure("还没有核对过。", "每晚 2 点自动核对；现在就要核对，请运行 flask audit verify。")
    when = clock.local(last.checked_at)
    if last.problem:
        return bad(f"{when:%Y-%m-%d %H:%M} 核对发现：{last.problem}", "请立即通知审计管理员，不要重启或清理数据库。")
    if clock.now() - last.checked_at > NIGHT:
        return bad(f"上次核对在 {when:%Y-%m-%d %H:%M}。", "请检查定时进程（flask scheduler）是否在运行。")
    return good(f"{when:%Y-%m-%d %H:%M} 核对 {last.checked:,} 条，完整。")


@check("S35", title="新的审计记录及时封存")
def _sealed(session: Session) -> Finding:
    sealed = session.scalar(text("select coalesce(max(entry_id), 0) from audit_seal"))
    oldest = session.scalar(select(func.min(AuditEntry.at)).where(AuditEntry.id > sealed))
    late = oldest is not None and clock.now() - oldest > SEALED_WITHIN
    return judged(
        not late,
        "每分钟封存一次，没有积压。",
        "有记录超过 10 分钟没有封存。",
        "请检查定时进程（flask scheduler）是否在运行。",
    )
