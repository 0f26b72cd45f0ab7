"""`flask audit …`: is the audit whole?"""

import sys

import click

from mediation_admin.audit import jobs


@click.group("audit")
def audit() -> None:
    """The append-only record of what was done."""


@audit.command("verify")
def verify() -> None:
    """Walk the whole chain; names the first entry that was altered, removed or slipped in (exit code 1)."""
    verdict = jobs.check()
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
