"""flask accounts rekey: write everything encrypted anew under the present keys, while the platform is used."""

import sys
import time
from collections import Counter

import click
from flask.cli import with_appcontext
from sqlalchemy import text

from mediation_admin.accounts.actors import OPERATOR
from mediation_admin.audit.recording import record
from mediation_admin.core import rekeying
from mediation_admin.core.db import Base, db
from mediation_admin.core.files import every_folder
from mediation_admin.core.scope import Scope, enter

_LOCK = 7_260_003
_PATIENCE = 20  # times that rows somebody else holds are tried again


@click.command("rekey")
@click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 10_000), help="Rows per transaction.")
@with_appcontext
def rekey(batch: int) -> None:
    """Encrypt every value and file anew with the first key listed, and make every blind index anew.

    Both kinds of keys may be changed at once. Killed, it is started again and goes on with what is left.
    """
    with db.engine.connect() as turn:
        if not turn.scalar(text("select pg_try_advisory_lock(:key)"), {"key": _LOCK}):
            raise click.ClickException("另一个密钥更换正在进行，请等它结束。")
        _enter()
        record(db.session(), "account:keys:rekeying", "开始更换加密密钥和索引密钥", actor=OPERATOR)
        db.session.commit()
        changed: Counter[str] = Counter()
        wrong: dict[str, int] = {}
        for sealed in rekeying.sealed_tables(Base.metadata):
            changed[sealed.name], left = _table(sealed, batch)
            if left:
                wrong[sealed.name] = left
        files = sum(folder.rekey(name) for folder in every_folder() for name in folder.names())
        words = f"改写 {sum(changed.values())} 行、{files} 个文件"
        if wrong:
            words += "；未能改写：" + "、".join(f"{name} {count} 行" for name, count in wrong.items())
        tag = "account:keys:failed" if wrong else "account:keys:rekeyed"
        record(db.session(), tag, f"更换密钥{'未完成' if wrong else '完成'}：{words}", actor=OPERATOR)
        db.session.commit()
    click.echo(words + "。")
    if wrong:
        click.echo("未能改写的行被占用，或所用的密钥没有列在 ENCRYPTION_KEY 里。请勿移除旧密钥，查明后再运行一次。")
        sys.exit(1)
    click.echo(
        "所有加密内容已使用新密钥。INDEX_KEY 的旧密钥请移到 RETIRED_INDEX_KEY，ENCRYPTION_KEY 的旧密钥可以移除，然后重启。"
    )


def _table(sealed: rekeying.Sealed, size: int) -> tuple[int, int]:
    """One table from its first row to its last; how many rows were changed, and how many could not be."""
    after, seen, changed, busy, damaged = None, 0, 0, [], 0
    told = time.monotonic()
    while (done := rekeying.rekey_after(db.session(), sealed, after, size)).last is not None:
        db.session.commit()
        after, seen, changed = done.last, seen + done.seen, changed + done.changed
        busy += done.busy
        damaged += len(done.damaged)
        if time.monotonic() - told > 2:
            told = time.monotonic()
            click.echo(f"{sealed.name}：已查看 {seen} 行，改写 {changed} 行")
    for _ in range(_PATIENCE):
        if not busy:
            break
        time.sleep(0.5)
        done = rekeying.rekey_rows(db.session(), sealed, busy[:size])
        db.session.commit()
        busy = done.busy + busy[size:]
        changed, damaged = changed + done.changed, damaged + len(done.damaged)
    db.session.commit()
    click.echo(f"{sealed.name}：共 {seen} 行，改写 {changed} 行")
    return changed, len(busy) + damaged


def _enter() -> None:
    enter(db.session(), OPERATOR, Scope.everything("the keys of every court's rows are changed"))
