"""The machine and its servers: queue, workers, clock, disk."""

import shutil
from datetime import UTC, timedelta

from flask import current_app
from redis.exceptions import RedisError
from rq import Worker
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation_admin.core import clock, jobs
from mediation_admin.inspection.checks import Finding, bad, check, good, judged, unsure

DRIFT = timedelta(seconds=5)
WAITING = timedelta(minutes=10)
LEAST_FREE = 0.1


@check("S13", "S14", "S15", title="登录限次有处计数")
def _limits(_session: Session) -> Finding:
    try:
        current_app.extensions["redis"].ping()
    except RedisError:
        return unsure("计数服务不通，各进程暂时各自计数。", "请检查 Valkey/Redis。")
    return good("每个账号、每个地址、全平台都有限次。")


@check("S40", title="后台任务有人做")
def _workers(session: Session) -> Finding:
    oldest = session.scalar(
        select(func.min(jobs.Job.created_at)).where(jobs.Job.status == jobs.JobStatus.WAITING)
    )
    try:
        workers = Worker.count(connection=jobs.connection())
    except RedisError:
        return bad("任务队列不通，导入、导出会等着。", "请检查 Valkey/Redis。")
    if not workers:
        return bad("没有后台进程在运行。", "请启动 flask worker。")
    if oldest is not None and clock.now() - oldest > WAITING:
        return unsure(f"{workers} 个后台进程；有任务等了超过 10 分钟。", "可再启动一个 flask worker。")
    return good(f"{workers} 个后台进程，没有久等的任务。")


@check("S35", title="网站与数据库的时钟一致")
def _clock(session: Session) -> Finding:
    theirs = session.scalar(select(func.clock_timestamp())).astimezone(UTC)
    apart = abs(clock.now() - theirs)
    return judged(
        apart < DRIFT,
        f"相差 {apart.total_seconds():.1f} 秒。",
        f"相差 {apart.total_seconds():.0f} 秒，期限和动态口令会出错。",
        "请在两台机器上启用时间同步。",
    )


@check("S39", title="磁盘有余量")
def _disk(_session: Session) -> Finding:
    usage = shutil.disk_usage(current_app.config["DATA_DIR"])
    share = usage.free / usage.total
    return judged(
        share >= LEAST_FREE,
        f"空闲 {share:.0%}。",
        f"只剩 {share:.0%}。",
        "请清理磁盘或扩容，写满后导入、导出和备份都会失败。",
    )
