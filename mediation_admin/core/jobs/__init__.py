"""Background work. A job is a row first: the row is the truth, RQ only carries its id.

waiting → running → ready | failed | cancelled (→ expired, for results that were cleared away). The worker claims the
row with one conditional UPDATE, acts as the person who asked with the rights that person has now, renews a lease while
it works, and commits its work together with the end state. A sweep returns rows whose worker died.
"""

from mediation_admin.core.jobs.asking import ask, cancel, connection, enqueue, hand_over, install, queue
from mediation_admin.core.jobs.kinds import (
    LEASE,
    JobCancelled,
    JobRun,
    TakenOver,
    job_kind,
    load_actors_with,
    on_failure,
)
from mediation_admin.core.jobs.models import UNFINISHED, Job, JobStatus
from mediation_admin.core.jobs.performing import perform
from mediation_admin.core.jobs.sweeping import MAX_ATTEMPTS, sweep

__all__ = [
    "LEASE",
    "MAX_ATTEMPTS",
    "UNFINISHED",
    "Job",
    "JobCancelled",
    "JobRun",
    "JobStatus",
    "TakenOver",
    "ask",
    "cancel",
    "connection",
    "enqueue",
    "hand_over",
    "install",
    "job_kind",
    "load_actors_with",
    "on_failure",
    "perform",
    "queue",
    "sweep",
]
