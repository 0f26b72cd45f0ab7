"""Manual identity reviews: submitted by a person, taken one at a time by support, decided, photos erased in time."""

from datetime import timedelta

from mediation_admin.accounts import queries as accounts
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.crypto import blind_index
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.forms import id_number_is_valid
from mediation_admin.core.pictures import Upload
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.notices import operations as notices
from mediation_admin.notices.templates import Template
from mediation_admin.reference.queries import calendar
from mediation_admin.support import queries, rules, store
from mediation_admin.support.enums import PhotoSide, RefusalGround, ReviewStatus
from mediation_admin.support.models import IdentityReview
from mediation_admin.support.operations.helping import note_identity_step

ERASED_AT_ONCE = 200
ORPHANS_AFTER = timedelta(hours=6)


def submit_review(*, actor: Actor, name: str, id_number: str, photos: dict[PhotoSide, Upload]) -> IdentityReview:
    """Ask support to confirm who one is; due within two office hours.

    Refused: while a request waits, after one was approved, without a name, with an ID number that cannot be, without
    all three photos.
    """
    session = db.session()
    if actor.account_id is None:
        raise NotFound("nobody is signed in")
    # Two submissions at once wait for each other here.
    account = accounts.own_account(session, actor.account_id)
    latest = queries.latest_review(session, account.id)
    if latest is not None and latest.status is ReviewStatus.WAITING:
        raise RuleBroken("您的实名审核正在办理，请等待结果；需要更改请先撤回。")
    if queries.verified_identity(session, account.id) is not None:
        raise RuleBroken("您已通过实名审核，不需要再次提交。")
    if not name.strip():
        raise RuleBroken("请填写证件上的姓名。", field="name")
    if not id_number_is_valid(id_number):
        raise RuleBroken("身份证号的校验位不对，请核对。", field="id_number")
    for side in PhotoSide:
        if side not in photos:
            raise RuleBroken(f"请上传{side.label}。", field=side.value)
    moment = clock.now()
    local = clock.local(moment)
    assert local is not None
    row = IdentityReview(
        account_id=account.id,
        name=name.strip(),
        id_number=id_number,
        id_number_index=blind_index("id", id_number),
        status=ReviewStatus.WAITING,
        asked_at=moment,
        due_at=rules.due_in_office_hours(local, rules.REVIEW_WITHIN, calendar(session)),
        **{f"{side.value}_file": store.keep(photos[side])[0] for side in PhotoSide},
    )
    session.add(row)
    session.flush()
    _record(actor, row, "submitted", f"{account.name}提交了实名人工审核")
    return row


def withdraw_review(*, actor: Actor) -> IdentityReview:
    """Take back one's own request; its photos are erased at once. Refused: when none waits."""
    session = db.session()
    row = queries.own_waiting_review(session, actor.account_id or 0)
    if row is None:
        raise RuleBroken("没有等待审核的申请，可能刚刚已经审核，请查看结果。")
    row.status, row.decided_at = ReviewStatus.WITHDRAWN, clock.now()
    row.taken_by = row.taken_until = None
    _erase(row)
    session.flush()
    _record(actor, row, "withdrawn", f"{actor.name}撤回了实名人工审核，照片已清除")
    return row


def take_next(*, actor: Actor) -> IdentityReview | None:
    """The review to look at next, held for a quarter of an hour: two people never look at the same one. None when
    nothing waits that is nobody's."""
    moment = clock.now()
    row = queries.next_review(db.session(), actor.account_id, moment)
    if row is None:
        return None
    _hold(row, actor)
    return row


def take(*, actor: Actor, review_id: int) -> IdentityReview:
    """Hold one review. Refused: one's own; one that is decided; one that somebody else looks at."""
    row = fetch(db.session(), IdentityReview, review_id, with_for_update=True)
    _check_may_decide(row, actor)
    _hold(row, actor)
    return row


def release(*, actor: Actor, review_id: int) -> IdentityReview:
    """Give a review back to the queue."""
    row = fetch(db.session(), IdentityReview, review_id, with_for_update=True)
    if row.taken_by == actor.account_id:
        row.taken_by = row.taken_until = None
        db.session().flush()
    return row


def approve(*, actor: Actor, review_id: int) -> IdentityReview:
    """Confirm the person's name and ID number. Refused: as ``take``; without holding the review."""
    return _decide(actor, review_id, ReviewStatus.APPROVED, "")


def refuse(*, actor: Actor, review_id: int, ground: RefusalGround, note: str = "") -> IdentityReview:
    """Do not confirm, with the reason the person reads. Refused: as ``take``; 其他 without a note."""
    note = " ".join(note.split())[: rules.LONGEST_REASON]
    if ground is RefusalGround.OTHER and not note:
        raise RuleBroken("选择“其他”时请写明原因，申请人会看到。", field="note")
    answer = note if ground is RefusalGround.OTHER else ground.label + (f"；{note}" if note else "")
    return _decide(actor, review_id, ReviewStatus.REFUSED, answer)


def look_at_photo(*, actor: Actor, review_id: int, side: PhotoSide) -> bytes:
    """One photo in clear, for who holds the review, and afterwards for who decided it (complaints); each look is in the
    audit. Refused: to everybody else, and when erased."""
    row = fetch(db.session(), IdentityReview, review_id)
    _check_held(row, actor)
    held = store.content(getattr(row, f"{side.value}_file"))
    _record(actor, row, "photo_viewed", f"查看了实名审核（编号 {row.id}）的{side.label}")
    return held


def erase_photos() -> int:
    """Erase the photos of reviews decided long enough ago (S34), with proof in the audit; files no row knows too.
    Returns how many reviews."""
    session = db.session()
    moment = clock.now()
    rows = queries.photos_to_erase(session, moment - rules.PHOTOS_KEPT, ERASED_AT_ONCE)
    for row in rows:
        _erase(row)
        _record(
            None,
            row,
            "photos_erased",
            f"清除了实名审核（编号 {row.id}）的 3 张照片：审核后已满 {rules.PHOTOS_KEPT.days} 天",
        )
    session.flush()
    store.files.sweep(queries.known_files(session), (moment - ORPHANS_AFTER).timestamp())
    return len(rows)


def _decide(actor: Actor, review_id: int, status: ReviewStatus, answer: str) -> IdentityReview:
    session = db.session()
    row = fetch(session, IdentityReview, review_id, with_for_update=True)
    _check_may_decide(row, actor)
    _check_held(row, actor)
    row.status, row.answer = status, answer
    row.decided_by, row.decided_at = actor.account_id, clock.now()
    row.taken_by = row.taken_until = None
    session.flush()
    approved = status is ReviewStatus.APPROVED
    said = "已通过" if approved else f"未通过：{answer}"
    _record(actor, row, status.value, f"实名审核（编号 {row.id}）{said}")
    note_identity_step(actor=actor, account_id=row.account_id, approved=approved, result=answer)
    account = accounts.own_account_shown(session, row.account_id)
    notices.send(
        actor=actor,
        template=Template.IDENTITY_REVIEWED,
        phone=account.phone,
        facts={"name": account.name, "result": "已通过" if approved else "未通过"},
    )
    session.flush()
    return row


def _check_may_decide(row: IdentityReview, actor: Actor) -> None:
    if row.account_id == actor.account_id:
        raise RuleBroken("不能审核自己的申请，请由另一位客服办理。")
    if row.status is not ReviewStatus.WAITING:
        raise RuleBroken(f"这份申请{row.status.label}，不能再审核。")
    if row.taken_by not in (None, actor.account_id) and row.taken_until is not None and row.taken_until > clock.now():
        raise RuleBroken("另一位客服正在审核这份申请，请“审核下一份”。")


def _check_held(row: IdentityReview, actor: Actor) -> None:
    if row.status is not ReviewStatus.WAITING:
        if row.decided_by != actor.account_id:
            raise RuleBroken("这份申请已经办结，照片清除前只有审核人可以复看。")
        return
    if row.taken_by != actor.account_id or row.taken_until is None or row.taken_until <= clock.now():
        raise RuleBroken("请先按“开始审核”再查看照片和作出决定；超过 15 分钟未办完的会放回队列。")


def _hold(row: IdentityReview, actor: Actor) -> None:
    row.taken_by, row.taken_until = actor.account_id, clock.now() + rules.REVIEW_LEASE
    db.session().flush()


def _erase(row: IdentityReview) -> None:
    for side in PhotoSide:
        name = getattr(row, f"{side.value}_file")
        if name:
            store.files.remove(name)
        setattr(row, f"{side.value}_file", None)
    row.erased_at = clock.now()


def _record(actor: Actor | None, row: IdentityReview, verb: str, sentence: str) -> None:
    record(
        db.session(),
        f"support:identity:{verb}",
        sentence,
        object_type="account",
        object_id=row.account_id,
        actor=actor,
    )
