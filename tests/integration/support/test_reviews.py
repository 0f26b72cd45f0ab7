"""Manual identity reviews: submitted once, looked at by one at a time, decided with words, erased in time."""

import contextvars
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.files import data_folder
from mediation_admin.core.scope import enter
from mediation_admin.permissions import Role
from mediation_admin.schedule import PERIODIC
from mediation_admin.support import jobs, operations, queries, rules
from mediation_admin.support.enums import PhotoSide, RefusalGround, ReviewStatus, SupportStep
from mediation_admin.support.models import IdentityReview
from tests import people
from tests.factories import accounts
from tests.factories.support import ID_NUMBER, a_review, photos


def _files() -> set[str]:
    return {path.name for path in data_folder("support").iterdir() if not path.name.startswith(".")}


def _submit(actor, **values):
    return operations.submit_review(
        actor=actor, **{"name": "王某某", "id_number": ID_NUMBER, "photos": photos(), **values}
    )


@pytest.fixture
def clerk(app, working_as):
    actor, scope = people.acting(app, people.clerk_a)
    with working_as(actor, scope) as session:
        yield actor, session


def test_a_person_asks_once_and_may_take_it_back(clerk):
    actor, session = clerk
    row = _submit(actor)
    assert row.due_at > row.asked_at
    with pytest.raises(RuleBroken, match="正在办理"):
        _submit(actor)
    held = {row.front_file, row.back_file, row.holding_file}
    assert held <= _files()
    operations.withdraw_review(actor=actor)
    assert not held & _files()
    assert row.erased_at is not None
    with pytest.raises(RuleBroken, match="没有等待审核"):
        operations.withdraw_review(actor=actor)
    assert _submit(actor).id != row.id
    session.rollback()


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": " "}, "name"), ({"id_number": "110105199003071218"}, "id_number"), ({"photos": {}}, "front")],
)
def test_what_is_missing_is_named(clerk, values, field):
    with pytest.raises(RuleBroken) as refused:
        _submit(clerk[0], **values)
    assert refused.value.field == field


def test_names_and_numbers_lie_encrypted(clerk):
    actor, session = clerk
    row = _submit(actor)
    held = session.execute(text("select name, id_number from identity_review where id = :id"), {"id": row.id}).one()
    assert "王某某".encode() not in bytes(held[0])
    assert ID_NUMBER.encode() not in bytes(held[1])


def test_who_was_confirmed_needs_no_second_review(desk):
    account = desk.person()
    row = a_review(account.id)
    operations.take(actor=desk.actor, review_id=row.id)
    operations.approve(actor=desk.actor, review_id=row.id)
    assert row.status is ReviewStatus.APPROVED
    assert queries.verified_identity(desk.session, account.id) == ("王某某", ID_NUMBER)
    assert desk.messages(account) == ["identity_reviewed"]
    assert [one.step for one in desk.acts(account)] == [SupportStep.IDENTITY_APPROVED]


def test_a_refusal_says_why_and_leaves_the_way_open(desk):
    account = desk.person()
    row = a_review(account.id)
    operations.take(actor=desk.actor, review_id=row.id)
    with pytest.raises(RuleBroken) as refused:
        operations.refuse(actor=desk.actor, review_id=row.id, ground=RefusalGround.OTHER)
    assert refused.value.field == "note"
    operations.refuse(actor=desk.actor, review_id=row.id, ground=RefusalGround.UNREADABLE, note="请在光线充足处重拍")
    assert row.answer == "照片模糊、反光或遮挡，看不清文字；请在光线充足处重拍"
    assert queries.verified_identity(desk.session, account.id) is None
    assert [one.step for one in desk.acts(account)] == [SupportStep.IDENTITY_REFUSED]
    with pytest.raises(RuleBroken, match="不能再审核"):
        operations.approve(actor=desk.actor, review_id=row.id)


def test_nobody_decides_without_holding_it_nor_his_own(desk):
    row = a_review(desk.person().id)
    with pytest.raises(RuleBroken, match="开始审核"):
        operations.approve(actor=desk.actor, review_id=row.id)
    with pytest.raises(RuleBroken, match="开始审核"):
        operations.look_at_photo(actor=desk.actor, review_id=row.id, side=PhotoSide.FRONT)
    own = a_review(desk.actor.account_id)
    with pytest.raises(RuleBroken, match="自己的申请"):
        operations.take(actor=desk.actor, review_id=own.id)
    assert operations.take_next(actor=desk.actor).id == row.id


def test_each_look_at_a_photo_is_in_the_audit(desk):
    row = a_review(desk.person().id)
    operations.take(actor=desk.actor, review_id=row.id)
    for side in PhotoSide:
        assert operations.look_at_photo(actor=desk.actor, review_id=row.id, side=side) == photos()[side].content
    assert len(desk.said("support:identity:photo_viewed")) == 3


def test_afterwards_only_who_decided_may_look_again(desk):
    row = a_review(desk.person().id)
    operations.take(actor=desk.actor, review_id=row.id)
    operations.approve(actor=desk.actor, review_id=row.id)
    look = operations.look_at_photo
    assert look(actor=desk.actor, review_id=row.id, side=PhotoSide.BACK) == photos()[PhotoSide.BACK].content
    other = accounts.an_account(desk.session(), "客服乙", roles=[(Role.SUPPORT, None)])
    colleague = type(desk.actor)(other.id, other.name, Role.SUPPORT.value, None, desk.actor.permissions)
    with pytest.raises(RuleBroken, match="只有审核人"):
        look(actor=colleague, review_id=row.id, side=PhotoSide.BACK)


def test_the_queue_goes_by_due_time_and_back_when_the_lease_is_over(app, desk, working_as):
    moment = clock.now()
    late = a_review(desk.person().id, due_at=moment - timedelta(hours=1))
    soon = a_review(desk.person().id, due_at=moment + timedelta(hours=1))
    assert operations.take_next(actor=desk.actor).id == late.id
    # What one has begun comes first.
    assert operations.take_next(actor=desk.actor).id == late.id
    other = accounts.an_account(desk.session(), "客服乙", roles=[(Role.SUPPORT, None)])
    colleague = type(desk.actor)(other.id, other.name, Role.SUPPORT.value, None, desk.actor.permissions)
    assert operations.take_next(actor=colleague).id == soon.id
    with pytest.raises(RuleBroken, match="另一位客服"):
        operations.take(actor=colleague, review_id=late.id)
    operations.release(actor=colleague, review_id=soon.id)
    late.taken_until = moment - timedelta(seconds=1)
    desk.session.flush()
    assert operations.take_next(actor=colleague).id == late.id


def test_s30_two_of_support_never_get_the_same_review(app, desk):
    made = {a_review(desk.person(f"申请{n}某").id).id for n in range(5)}
    helpers = [accounts.an_account(desk.session(), f"客服{n}某", roles=[(Role.SUPPORT, None)]) for n in range(5)]
    actors = [type(desk.actor)(one.id, one.name, "support", None, desk.actor.permissions) for one in helpers]
    desk.session.commit()
    _, scope = people.acting(app, people.support)
    start, got, wrong = threading.Barrier(5), [], []

    def take(actor) -> None:
        with app.app_context():
            enter(db.session(), actor, scope)
            try:
                start.wait(timeout=30)
                row = operations.take_next(actor=actor)
                got.append(row.id if row else None)
                db.session.commit()
            except Exception as error:
                wrong.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=contextvars.Context().run, args=(take, actor)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not wrong
    taken = [one for one in got if one is not None]
    assert len(taken) == len(set(taken))
    assert set(taken) <= made
    assert len(taken) >= 1


def test_s34_photos_are_erased_in_time_with_proof_and_strangers_files_too(app, desk):
    account = desk.person()
    row = a_review(account.id)
    operations.take(actor=desk.actor, review_id=row.id)
    operations.approve(actor=desk.actor, review_id=row.id)
    waiting = a_review(desk.person().id)
    held = {row.front_file, row.back_file, row.holding_file}
    row.decided_at = clock.now() - rules.PHOTOS_KEPT + timedelta(hours=1)
    desk.session.commit()

    def run() -> int:
        with app.app_context():
            try:
                return jobs.erase_photos()
            finally:
                db.session.remove()

    run_alone = lambda: contextvars.Context().run(run)  # noqa: E731 - a context of its own, as the scheduler has
    assert run_alone() == 0
    assert held <= _files()
    row.decided_at = clock.now() - rules.PHOTOS_KEPT - timedelta(minutes=1)
    desk.session.commit()
    assert run_alone() == 1
    desk.session.rollback()
    desk.session.refresh(row)
    assert row.erased_at is not None
    assert not held & _files()
    assert waiting.front_file in _files()
    assert desk.said("support:identity:photos_erased") == [
        f"清除了实名审核（编号 {row.id}）的 3 张照片：审核后已满 30 天"
    ]
    assert any(one.work is jobs.erase_photos for one in PERIODIC)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("status = 'approved'", "ck_identity_review_decided_by_somebody"),
        ("decided_at = now()", "ck_identity_review_ended_has_moment"),
        ("taken_by = account_id", "ck_identity_review_taken_has_an_end"),
        ("front_file = null", "ck_identity_review_photos_until_erased"),
        ("status = 'approved', decided_at = now(), decided_by = account_id", "ck_identity_review_not_on_oneself"),
    ],
)
def test_the_database_knows_what_a_review_is(desk, change, name):
    row = a_review(desk.person().id)
    with pytest.raises(IntegrityError, match=name):
        desk.session.execute(text(f"update identity_review set {change} where id = :id"), {"id": row.id})
    desk.session.rollback()


def test_one_request_waits_at_a_time_in_the_database_too(desk):
    account = desk.person()
    a_review(account.id)
    with pytest.raises(IntegrityError, match="uq_identity_review_waiting"):
        a_review(account.id)
    desk.session.rollback()


def test_a_court_sees_nobodys_review_but_each_his_own(clerk, app, working_as):
    actor, session = clerk
    row = _submit(actor)
    session.commit()
    assert queries.latest_review(session, actor.account_id).id == row.id
    assert session.scalar(select(IdentityReview.id)) is None
    with working_as(*people.acting(app, people.admin_a)) as other:
        assert other.scalar(select(IdentityReview.id)) is None
