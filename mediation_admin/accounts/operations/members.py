"""A court's own people: they come, change, are invited, leave, go to another court."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mediation_admin.accounts import open_work, queries
from mediation_admin.accounts.enums import Post, SessionEnd
from mediation_admin.accounts.models import Account, CourtMember
from mediation_admin.accounts.operations import ending, telling
from mediation_admin.accounts.operations.links import create_invitation
from mediation_admin.accounts.operations.people import PhoneTaken, check_name, check_phone, create_account, set_name
from mediation_admin.accounts.operations.roles import close, grant_role, keep_an_administrator, place_in, propose_role
from mediation_admin.approvals import kinds
from mediation_admin.approvals import operations as approvals
from mediation_admin.approvals.models import Approval
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.crypto import mask_name
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.permissions import ADMINISTRATOR_ROLES, Permission, Role

LONGEST_DEPARTMENT = 60
TRANSFER = "staff.transfer"


class Changed(RuleBroken):
    """Somebody else changed the person meanwhile; ``version`` is the present one, ``differences`` what is now there."""

    def __init__(self, message: str, version: int) -> None:
        super().__init__(message)
        self.version = version


@dataclass(slots=True)
class Added:
    """Somebody new in a court: whether the account is new, the roles given at once, the requests that wait."""

    account: Account
    is_new: bool
    given: list[Role] = field(default_factory=list)
    asked: list[Approval] = field(default_factory=list)


def add_member(
    *,
    actor: Actor,
    name: str,
    phone: str,
    department: str = "",
    post: Post = Post.OTHER,
    roles: Sequence[Role] = (),
    reason: str = "",
    join: bool = False,
) -> Added:
    """Add somebody to the actor's court, with roles; the administrator's role is asked for instead (``reason``).

    A phone that has an account: refused with the masked name (PhoneTaken), unless ``join`` says that this very person
    is meant; then the account gets its place here, and no second one is made. Refused: joining under another name
    than the account's (nobody learns names by trying phones); no role; what ``grant_role`` refuses.
    """
    court_id = _court(actor)
    name, phone, department = check_name(name), check_phone(phone), check_department(department)
    if not roles:
        raise RuleBroken("请至少选择一个角色，否则登录后没有可做的事。", field="roles")
    held = queries.account_of_phone(db.session(), phone)
    account = create_account(actor=actor, name=name, phone=phone) if held is None else _joining(held, name, join, actor)
    added = Added(account, held is None)
    member = place_in(court_id, account.id)
    member.department, member.post = department, post
    db.session().flush()
    for role in dict.fromkeys(roles):
        if role in ADMINISTRATOR_ROLES:
            asked = propose_role(actor=actor, account=account, role=role, court_id=court_id, reason=reason)
            added.asked.append(asked)
        else:
            grant_role(actor=actor, account=account, role=role, court_id=court_id)
            added.given.append(role)
    if held is not None and added.given:
        telling.role_given(actor, account, added.given, court_id)
    return added


def _joining(held: Account, name: str, join: bool, actor: Actor) -> Account:
    # Two who let the same person join at the same moment wait for each other here.
    held = queries.own_account(db.session(), held.id)
    masked = mask_name(held.name)
    if any(one.court_id == actor.court_id for one in queries.roles_kept(db.session(), held.id)):
        raise RuleBroken(f"这个手机号已是本院用户（{masked}）的账号，无需再新增。请在列表中查找并打开。", field="phone")
    if not join:
        raise PhoneTaken(
            f"这个手机号已有账号（{masked}）。一人只有一个账号：如果就是此人，请点“邀请加入本院”。", held.id
        )
    if held.name != name:
        raise RuleBroken(f"姓名与该账号登记的不一致（{masked}），请核对手机号和姓名后再邀请。", field="name")
    if held.disabled_at is not None:
        raise RuleBroken("该账号已停用，不能加入本院。请联系平台客服。", field="phone")
    return held


def check_department(text: str) -> str:
    """The department or tribunal as it is kept."""
    said = " ".join(text.split())
    if len(said) > LONGEST_DEPARTMENT:
        raise RuleBroken(f"部门或所属法庭最多 {LONGEST_DEPARTMENT} 字，现在是 {len(said)} 字。", field="department")
    return said


def edit_member(*, actor: Actor, account_id: int, name: str, department: str, post: Post, version: int) -> CourtMember:
    """Save a person's form. ``version`` is that of the form: somebody else's change in between is told (Changed), and
    nothing is lost. Refused: an empty name; another name for an account that also works elsewhere."""
    session = db.session()
    account, member = person_here(actor, account_id, lock=True)
    if member.version != version:
        raise Changed(
            f"这位用户的资料刚被他人改过（现在是：{account.name}，{member.department or '无部门'}，{member.post.label}）。"
            "您填写的内容还在下面，请核对后再保存。",
            member.version,
        )
    name = check_name(name)
    if name != account.name:
        if queries.works_outside(session, account.id, member.court_id):
            raise RuleBroken("该用户还有本院以外的角色，姓名由平台客服核实后更改。", field="name")
        set_name(account, name)
    member.department, member.post = check_department(department), post
    member.version += 1
    session.flush()
    return member


def person_here(actor: Actor, account_id: int, *, lock: bool = False) -> tuple[Account, CourtMember]:
    """A person with his place in the actor's court, or NotFound."""
    session = db.session()
    account = fetch(session, Account, account_id, with_for_update=lock)
    member = queries.member_of(session, _court(actor), account_id)
    if member is None:
        raise NotFound(f"account {account_id}")
    if lock:
        session.refresh(member)
    return account, member


def invite(*, actor: Actor, account_id: int) -> None:
    """Send the invitation by SMS to the person's own phone: a link that works once, for two days. An earlier one
    stops working. Nobody else sees the link. Refused: as ``create_invitation``; more than the message's limit."""
    account = fetch(db.session(), Account, account_id)
    token = create_invitation(actor=actor, account_id=account.id)
    telling.invite(actor, account, token)


def work_left(account: Account, court_id: int) -> bool:
    """Whether a person has open work in a court that somebody must take."""
    person = open_work.Person(account.id, account.name, court_id)
    return any(kind.hand_over and kind.count(db.session(), person) for kind in open_work.kinds())


def hand_over(*, actor: Actor, account_id: int, successor_id: int | None) -> list[str]:
    """Give a person's open work in the court to a colleague, and end what cannot go on without him; what was done, in
    words. Refused: without a successor while there is something to take; a successor who is not active here."""
    session = db.session()
    account, member = person_here(actor, account_id)
    leaving = open_work.Person(account.id, account.name, member.court_id)
    to_give = [kind for kind in open_work.kinds() if kind.hand_over and kind.count(session, leaving)]
    successor = _successor(actor, account, successor_id, needed=bool(to_give))
    done = []
    for kind in open_work.kinds():
        count = kind.count(session, leaving)
        if not count:
            continue
        if kind.hand_over is not None:
            kind.hand_over(actor, leaving, successor)
            done.append(f"{kind.label} {count} 项交给{successor.name}")
        elif kind.end is not None:
            kind.end(actor, leaving)
            done.append(f"{kind.label} {count} 项已结束")
    if done:
        record(
            session,
            "account:work:handed_over",
            f"交接{account.name}的工作：{'；'.join(done)}",
            object_type="account",
            object_id=account.id,
            court_id=member.court_id,
            actor=actor,
        )
    return done


def _successor(actor: Actor, account: Account, successor_id: int | None, *, needed: bool) -> open_work.Person | None:
    if successor_id is None:
        if needed:
            raise RuleBroken("还有未了结的工作，请选择接手人。", field="successor_id")
        return None
    session = db.session()
    if successor_id == account.id:
        raise RuleBroken("接手人不能是本人，请另选一位。", field="successor_id")
    found = fetch(session, Account, successor_id)
    active = queries.is_active(session, found.id) and queries.grants_kept(session, found.id, actor.court_id)
    if not active:
        raise RuleBroken("接手人须是本院在用的用户，请另选一位。", field="successor_id")
    return open_work.Person(found.id, found.name, _court(actor))


def leave(
    *, actor: Actor, account_id: int, successor_id: int | None = None, to_court_id: int | None = None, reason: str = ""
) -> tuple[list[str], Approval | None]:
    """离开本院: open work is handed over, every role here ends at once, the place stays as history.

    ``to_court_id``: he is offered to that court (``reason``), whose administrator accepts or not; the account itself
    goes on. Refused: as ``hand_over``; the last active administrator.
    """
    session = db.session()
    account, member = person_here(actor, account_id, lock=True)
    if account.id == actor.account_id:
        raise RuleBroken("不能为自己办理离开，请由另一位管理员办理。")
    keep_an_administrator(actor, account.id)
    kept = queries.grants_kept(session, account.id, member.court_id)
    offered = [one.role for one in kept if one.role not in ADMINISTRATOR_ROLES and one.stands_in_for is None]
    done = hand_over(actor=actor, account_id=account.id, successor_id=successor_id)
    for grant in kept:
        close(grant, actor)
    member.left_at, member.version = clock.now(), member.version + 1
    if not queries.roles_kept(session, account.id):
        ending.end_sessions(session, account.id, SessionEnd.ACCOUNT_DISABLED)
        ending.revoke_links(session, account.id)
    session.flush()
    asked = None
    if to_court_id is not None:
        asked = _offer(actor, account, member, to_court_id, offered, reason)
    return done, asked


def _offer(
    actor: Actor, account: Account, member: CourtMember, to_court_id: int, roles: Sequence[Role], reason: str
) -> Approval:
    session = db.session()
    if to_court_id == member.court_id:
        raise RuleBroken("请选择另一家法院。", field="to_court_id")
    there, here = queries.court_name(session, to_court_id), queries.court_name(session, member.court_id)
    if there is None:
        raise RuleBroken("没有这家法院，请重新选择。", field="to_court_id")
    wanted = list(roles) or [Role.CLERK]
    words = "、".join(role.label for role in wanted)
    return approvals.ask(
        actor=actor,
        kind=TRANSFER,
        key=f"transfer:{account.id}",
        title=f"{account.name}由{here}调往{there}，任{words}",
        reason=reason,
        payload={
            "account_id": account.id,
            "roles": [role.value for role in wanted],
            "department": "",
            "post": member.post.value,
        },
        court_id=to_court_id,
        about_id=account.id,
    )


def _accept(actor: Actor, approval: Approval) -> None:
    session = db.session()
    account = queries.own_account(session, approval.payload["account_id"])
    member = place_in(approval.court_id, account.id)
    member.post = Post(approval.payload["post"])
    held = {(one.role, one.court_id) for one in queries.roles_kept(session, account.id)}
    for word in approval.payload["roles"]:
        if (Role(word), approval.court_id) not in held:
            grant_role(actor=actor, account=account, role=Role(word), court_id=approval.court_id, approved=True)
    session.flush()


kinds.register(
    kinds.Kind(
        code=TRANSFER,
        label="人员调入",
        permission=Permission.ROLE_APPROVE,
        deciders="调入法院的管理员或平台的安全管理员",
        effect=lambda approval: f"{approval.title}，立即生效；其账号和手机号不变。",
        apply=_accept,
        asked=telling.approval_wanted,
        decided=telling.approval_decided,
    )
)


def _court(actor: Actor) -> int:
    if actor.court_id is None:
        raise NotFound("a court's own people, asked by somebody without a court")
    return actor.court_id
