"""`flask audit …`: is the audit whole?"""

import sys
from pathlib import Path

import click
from flask import current_app
from sqlalchemy.exc import ProgrammingError

from mediation_admin.audit import archiving, jobs
from mediation_admin.core.errors import RuleBroken


@click.group("audit")
def audit() -> None:
    """The append-only record of what was done."""


@audit.command("verify")
@click.option("--archive", type=click.Path(path_type=Path), help="a file of the second place instead of the database")
def verify(archive: Path | None) -> None:
    """Walk the whole chain; names the first entry that was altered, removed or slipped in (exit code 1)."""
    verdict = jobs.check() if archive is None else archiving.verify_file(archive)
    if verdict.intact:
        click.echo(f"审计完整：已核对 {verdict.checked} 条，另有 {verdict.unsealed} 条待封存（指纹相符）。")
        return
    which = f"审计记录 {verdict.broken_entry_id} 有问题：" if verdict.broken_entry_id else "审计有问题："
    click.echo(f"{which}{verdict.problem}。此前 {verdict.checked} 条完整。")
    sys.exit(1)


@audit.command("seal")
def seal() -> None:
    """Chain the entries that are not sealed yet (the scheduler does it every minute)."""
    click.echo(f"已封存 {jobs.seal(everything=True)} 条。")


@audit.command("archive")
def archive() -> None:
    """Write every finished day that has no archive yet into AUDIT_ARCHIVE_DIR (the scheduler does it every night)."""
    made = jobs.archive()
    for one in made:
        click.echo(f"{one.day}：{one.entries} 条，{one.size} 字节，{one.path.name}")
    click.echo(f"已归档 {len(made)} 天。")


@audit.command("remove")
@click.option("--keep-days", type=int, default=None, help="days that stay on line (at least 180)")
@click.confirmation_option(prompt="将把已归档且超过在线保存期的审计记录移出数据库，归档文件和证明保留。确定吗？")
def remove(keep_days: int | None) -> None:
    """Take archived days past their retention out of the live tables. Only for the owner of the database."""
    try:
        gone = jobs.remove(keep_days or current_app.config["AUDIT_RETENTION_DAYS"])
    except RuleBroken as broken:
        raise click.ClickException(broken.message) from None
    except ProgrammingError:
        raise click.ClickException("只有数据库所有者能移出审计记录，请用所有者的 DATABASE_URL 运行。") from None
    for day, entries in gone:
        click.echo(f"{day}：移出 {entries} 条")
    click.echo(f"已移出 {len(gone)} 天；链条和证明保留，可用 audit verify 核对。")
