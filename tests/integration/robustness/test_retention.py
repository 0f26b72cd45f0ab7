"""What is kept how long, that it goes then, and that the audit proves it (S34)."""

import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, text

from mediation_admin.accounts.enums import LinkPurpose, SessionEnd
from mediation_admin.accounts.models import LoginSession, OneTimeLink
from mediation_admin.accounts.tokens import new_token, token_hash
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.schedule import PERIODIC, clear_old_sign_ins, expire_exports
from tests import people
from tests.factories.accounts import an_account

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "operations.md").read_text()


def _sentences(session) -> list[str]:
    return list(session.execute(select(AuditEntry.__table__.c.sentence).order_by(AuditEntry.__table__.c.id)).scalars())


def test_s34_everything_that_is_cleared_stands_in_the_guide_with_its_period():
    rows = [line for line in GUIDE.splitlines() if line.startswith("| `") and "：" in line]
    for periodic in PERIODIC:
        if periodic.clears:
            wanted = f"| `{periodic.name}` | {periodic.clears} |"
            assert wanted in rows, f"docs/operations.md lacks the line {wanted}"
    assert sum(bool(one.clears) for one in PERIODIC) >= 4


def test_s34_old_links_and_sessions_go_and_the_audit_counts_them(app, working_as):
    actor, within = people.acting(app, people.system_admin)
    now = clock.now()
    with working_as(actor, within) as session:
        ident = an_account(session).id
        for age, ended in ((200, True), (100, True), (200, False)):
            moment = now - timedelta(days=age)
            session.add(
                LoginSession(
                    account_id=ident,
                    token_hash=token_hash(new_token()),
                    created_at=moment,
                    seen_at=moment,
                    ended_at=moment if ended else None,
                    ended_how=SessionEnd.IDLE if ended else None,
                )
            )
        for age in (60, 3):
            made = now - timedelta(days=age)
            session.add(
                OneTimeLink(
                    purpose=LinkPurpose.INVITE,
                    account_id=ident,
                    token_hash=token_hash(new_token()),
                    created_at=made,
                    expires_at=made + timedelta(days=2),
                    revoked_at=made,
                )
            )
        session.commit()
    with app.app_context():
        assert clear_old_sign_ins() == 2
        db.session.remove()
        with db.engine.connect() as connection:
            left = connection.execute(
                select(func.count()).select_from(LoginSession.__table__).where(LoginSession.account_id == ident)
            ).scalar()
            assert left == 2
            assert _sentences(connection)[-1] == "按保留期限删除一次性链接 1 个、已结束的登录 1 个"
    with app.app_context():
        assert clear_old_sign_ins() == 0
        db.session.remove()


def test_s34_an_export_that_expired_is_proved_gone_by_its_number(app, working_as, run_jobs):
    from mediation_admin.exports import operations
    from mediation_admin.exports.enums import ExportFormat

    actor, within = people.acting(app, people.admin_a)
    with working_as(actor, within) as session:
        made = operations.request_export(actor=actor, code="cases", params=[], keys=None, file_format=ExportFormat.CSV)
        ident = made.id
        session.commit()
        run_jobs()
        session.execute(text("update export_request set expires_at = now() - interval '1 second'"))
        session.commit()
        stored = session.execute(text("select stored_name from export_request")).scalar()
        path = operations.exports_folder() / stored
        assert path.exists()
    with app.app_context():
        assert expire_exports() == 1
        db.session.remove()
        assert not path.exists()
        with db.engine.connect() as connection:
            entry = connection.execute(
                text("select sentence, changes from audit_entry where tag = 'export:files:deleted'")
            ).one()
    assert re.fullmatch(r"按保留期限删除导出文件 1 个、无主文件 \d+ 个", entry.sentence)
    assert entry.changes == {"requests": [[ident], None]}
