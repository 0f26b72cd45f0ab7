"""What somebody who leaves would leave undone: the kinds of open work, how much there is, who takes it.

Higher subjects add their kinds (``register``, joined in backoffice.py); those of the ground are here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mediation_admin.approvals import operations as approvals
from mediation_admin.approvals.enums import ApprovalState
from mediation_admin.approvals.models import Approval
from mediation_admin.core import jobs
from mediation_admin.core.admin.models import ListPreference
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor
from mediation_admin.imports.enums import BatchStatus
from mediation_admin.imports.models import ImportBatch

UNWRITTEN = (BatchStatus.UPLOADED, BatchStatus.MAPPING, BatchStatus.CHECKED)


@dataclass(frozen=True)
class Person:
    """A person in a court."""

    account_id: int
    name: str
    court_id: int


@dataclass(frozen=True)
class Kind:
    """One kind of open work.

    ``count(session, person)``: how much he has open in the court. ``hand_over(actor, person, successor)`` gives it to
    a colleague; None where it cannot go on without him, then ``end(actor, person)`` closes it. ``note`` says what
    happens to it.
    """

    label: str
    note: str
    count: Callable[[Session, Person], int]
    hand_over: Callable[[Actor, Person, Person], None] | None = None
    end: Callable[[Actor, Person], None] | None = None


_kinds: list[Kind] = []


def register(kind: Kind) -> Kind:
    """Make a kind of open work known."""
    _kinds.append(kind)
    return kind


def kinds() -> Sequence[Kind]:
    """Every kind."""
    return tuple(_kinds)


# -- imports not yet written ----------------------------------------------------------------------------------------


def _batches(person: Person) -> Any:
    return (
        ImportBatch.court_id == person.court_id,
        ImportBatch.asked_by == person.account_id,
        ImportBatch.status.in_(UNWRITTEN),
    )


def _count_batches(session: Session, person: Person) -> int:
    return session.scalar(select(func.count()).select_from(ImportBatch).where(*_batches(person))) or 0


def _give_batches(_actor: Actor, person: Person, successor: Person) -> None:
    # The fence is in the condition: the batch is of the person's court, and so is the successor.
    table = ImportBatch.__table__
    db.session.execute(
        update(table)
        .where(
            table.c.court_id == person.court_id,
            table.c.asked_by == person.account_id,
            table.c.status.in_(UNWRITTEN),
        )
        .values(asked_by=successor.account_id, asked_by_name=successor.name)
    )


register(Kind("已上传、还没有写入的导入批次", "移交给接手人继续", _count_batches, hand_over=_give_batches))


# -- saved views ----------------------------------------------------------------------------------------------------


def _views(session: Session, account_id: int) -> Sequence[ListPreference]:
    statement = select(ListPreference).where(
        ListPreference.account_id == account_id, func.jsonb_array_length(ListPreference.views) > 0
    )
    return session.scalars(statement).all()


def _count_views(session: Session, person: Person) -> int:
    return sum(len(one.views) for one in _views(session, person.account_id))


def _copy_views(_actor: Actor, person: Person, successor: Person) -> None:
    session = db.session()
    own = {
        one.list_code: one
        for one in session.scalars(select(ListPreference).where(ListPreference.account_id == successor.account_id))
    }
    for theirs in _views(session, person.account_id):
        held = own.get(theirs.list_code)
        if held is None:
            held = ListPreference(account_id=successor.account_id, list_code=theirs.list_code, views=[])
            session.add(held)
        known = {view["query"] for view in held.views}
        added = [
            {**view, "name": f"{view['name']}（{person.name}）"} for view in theirs.views if view["query"] not in known
        ]
        held.views = [*held.views, *added]
    session.flush()


register(Kind("保存的查询视图", "复制一份给接手人", _count_views, hand_over=_copy_views))


# -- background work and requests: they act with the rights of whoever asked, so they end with them ------------------


def _count_jobs(session: Session, person: Person) -> int:
    statement = select(func.count()).select_from(jobs.Job)
    return session.scalar(statement.where(*_unfinished(person))) or 0


def _unfinished(person: Person) -> Any:
    return (
        jobs.Job.requester_id == person.account_id,
        jobs.Job.court_id == person.court_id,
        jobs.Job.status.in_(jobs.UNFINISHED),
    )


def _cancel_jobs(_actor: Actor, person: Person) -> None:
    session = db.session()
    for job in session.scalars(select(jobs.Job).where(*_unfinished(person))):
        jobs.cancel(session, job)


register(Kind("排队或进行中的后台任务（导出、导入等）", "取消，接手人可重新发起", _count_jobs, end=_cancel_jobs))


def _asked(person: Person) -> Any:
    return (
        Approval.asked_by == person.account_id,
        Approval.asked_court_id == person.court_id,
        Approval.state == ApprovalState.WAITING,
    )


def _count_requests(session: Session, person: Person) -> int:
    return session.scalar(select(func.count()).select_from(Approval).where(*_asked(person))) or 0


def _withdraw_requests(actor: Actor, person: Person) -> None:
    for approval in db.session.scalars(select(Approval).where(*_asked(person))).all():
        approvals.withdraw_for(actor=actor, approval=approval)


register(Kind("提交后还在等待审批的申请", "撤回，接手人可重新提交", _count_requests, end=_withdraw_requests))
