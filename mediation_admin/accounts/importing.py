"""本院用户 as a workbook: who a row means, what would change, writing it, taking it back. Invitations come afterwards."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from mediation_admin.accounts import queries
from mediation_admin.accounts.enums import Post
from mediation_admin.accounts.models import Account, CourtMember, OneTimeLink, RoleGrant
from mediation_admin.accounts.operations import members, people, roles
from mediation_admin.core.crypto import mask_name
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import unfenced
from mediation_admin.imports.enums import Level, Verdict
from mediation_admin.imports.reading.catalogue import Catalogue, Field
from mediation_admin.imports.reading.values.phones import phone
from mediation_admin.imports.reading.values.texts import free_text, person_name
from mediation_admin.imports.reading.values.words import WordList, WordTable, spelt
from mediation_admin.imports.subjects import Judgement, Note, Row, Run, Subject, Written, WrittenRow, register
from mediation_admin.imports.templates import template_workbook
from mediation_admin.permissions import ADMINISTRATOR_ROLES, Permission, Role

POST_WORDS = WordTable(
    "职务",
    {
        Post.PRESIDENT: ("院长",),
        Post.VICE_PRESIDENT: spelt("副院长 党组成员、副院长"),
        Post.DIVISION_HEAD: spelt("庭长 局长 主任 科长"),
        Post.DEPUTY_HEAD: spelt("副庭长 副局长 副主任 副科长"),
        Post.JUDGE: spelt("法官 员额法官 审判员 助理审判员 审判长"),
        Post.ASSISTANT: spelt("法官助理 助理"),
        Post.CLERK: spelt("书记员 聘用制书记员 速录员"),
        Post.FILING: spelt("立案人员 立案法官 立案窗口人员 导诉员"),
        Post.OTHER: spelt("其他 其它 工作人员 法警 干警"),
    },
    patterns=(
        (r"副院长", Post.VICE_PRESIDENT),
        (r"院长", Post.PRESIDENT),
        (r"副(庭|局|主任|科)", Post.DEPUTY_HEAD),
        (r"庭长|局长|主任|科长", Post.DIVISION_HEAD),
        (r"助理", Post.ASSISTANT),
        (r"书记员", Post.CLERK),
        (r"立案", Post.FILING),
        (r"法官|审判", Post.JUDGE),
    ),
)
ROLE_WORDS = WordTable(
    "角色",
    {
        Role.CLERK: spelt("调解工作人员 调解人员 工作人员 书记员 普通用户 法院用户"),
        Role.JUDGE: spelt("法官 审判员 员额法官 承办人"),
        Role.HIGHER_COURT: spelt("上级法院 上级法院人员"),
        Role.COURT_ADMIN: spelt("法院管理员 管理员 本院管理员"),
    },
)
COLUMNS = Catalogue(
    fields=(
        Field(
            "name", "姓名", spelt("用户姓名 用户名 名字 人员姓名 name"), person_name, required=True, example="王某某"
        ),
        Field(
            "phone",
            "手机号",
            spelt("手机号码 手机 联系电话 电话 联系方式 登录账号 账号 移动电话 phone mobile tel"),
            phone,
            required=True,
            telling=True,
            example="19900000001",
            help="11 位手机号，就是登录账号；邀请短信发到这里",
        ),
        Field(
            "department",
            "部门或所属法庭",
            spelt("部门 所属部门 庭室 所在庭室 所属法庭 法庭 内设机构 科室 department"),
            free_text(members.LONGEST_DEPARTMENT),
            example="立案庭",
        ),
        Field("post", "职务", spelt("职位 岗位 职级 身份 post"), POST_WORDS, telling=True, example="书记员"),
        Field(
            "roles",
            "角色",
            spelt("系统角色 平台角色 权限 用户角色 role"),
            WordList(ROLE_WORDS),
            telling=True,
            example="调解工作人员",
            help="可写多个，用顿号隔开；不填时按职务：法官及以上为“法官”，其余为“调解工作人员”。"
            "管理员须两人办理，导入后在用户页面申请",
        ),
    )
)
_JUDGES = (Post.PRESIDENT, Post.VICE_PRESIDENT, Post.DIVISION_HEAD, Post.DEPUTY_HEAD, Post.JUDGE)

CHANGED_SINCE = "导入之后又被修改过，请先核对"
SIGNED_IN = "本人已设置密码，请用“离开本院”或“停用”办理"
IN_USE = "有其他记录在使用"
GONE = "已不是本院用户"


@dataclass(slots=True)
class Plan:
    """What writing a row would do. ``account`` None: a new person; ``member`` None: new in this court."""

    name: str
    phone: str
    account: Account | None = None
    member: CourtMember | None = None
    place: dict[str, Any] = field(default_factory=dict)
    roles: list[Role] = field(default_factory=list)


class MemberImport(Subject):
    """本院用户."""

    code = "court_users"
    title = "本院用户"
    noun = "用户"
    unit = "人"
    permission = Permission.STAFF_IMPORT

    def catalogue(self) -> Catalogue:
        return COLUMNS

    def template(self) -> bytes:
        return template_workbook(
            COLUMNS,
            self.title,
            [
                "一行一人。带 * 的列必填；其余列可以留空。",
                "手机号已有平台账号的，不另建账号，直接加入本院；姓名须与该账号一致。",
                "写入后不自动发送短信：请在“本院用户”按状态“待激活”查询，全选后点“发送邀请”。",
                "列名、列的次序可以和您自己的名单一样：系统会自己辨认。",
            ],
        )

    def begin(self, run: Run) -> None:
        run.memory["phones"] = {}

    def judge(self, run: Run, rows: list[Row]) -> list[Judgement]:
        phones = {row.values["phone"] for row in rows if row.values.get("phone")}
        indexes = {index for phone in phones for index in queries.phone_indexes(phone)}
        accounts = run.session.scalars(
            unfenced(
                select(Account).where(Account.phone_index.in_(indexes)),
                "a phone belongs to one account on the whole platform",
            )
        ).all()
        held = {account.phone: account for account in accounts}
        places = {
            member.account_id: member
            for member in run.session.scalars(
                select(CourtMember).where(
                    CourtMember.court_id == run.court_id, CourtMember.account_id.in_([one.id for one in accounts])
                )
            )
        }
        given: dict[int, set[Role]] = {}
        for grant in run.session.scalars(
            select(RoleGrant).where(
                RoleGrant.court_id == run.court_id,
                RoleGrant.account_id.in_([one.id for one in accounts]),
                RoleGrant.revoked_at.is_(None),
                queries.not_over(RoleGrant),
            )
        ):
            given.setdefault(grant.account_id, set()).add(grant.role)
        return [_judge_one(run, row, held, places, given) for row in rows]

    def write(self, run: Run, judged: list[tuple[Row, Judgement]]) -> list[Written]:
        return [_write_one(run, judgement.plan) for _, judgement in judged]

    def undo(self, run: Run, rows: list[WrittenRow]) -> list[str | None]:
        return [_take_back(run, row) for row in rows]

    def links(self, run: Run, target_ids: list[int]) -> dict[int, str]:
        return {ident: f"/court-users/{ident}/" for ident in target_ids}


def _judge_one(
    run: Run,
    row: Row,
    held: dict[str, Account],
    places: dict[int, CourtMember],
    given: dict[int, set[Role]],
) -> Judgement:
    cells, notes = row.values, []
    name, number = cells.get("name") or "", cells.get("phone") or ""
    wanted = _roles_of(cells, notes)
    plan = Plan(name, number, place=_place_of(cells))
    judgement = Judgement(Verdict.NEW, label=name, notes=notes, plan=plan)
    try:
        plan.phone = people.check_phone(number)
    except RuleBroken as broken:
        if number:
            notes.append(Note("phone", broken.message))
        judgement.verdict = Verdict.FAULTY
        return judgement
    first = run.memory["phones"].setdefault(plan.phone, row.number)
    if first != row.number:
        notes.append(Note("phone", f"与第 {first} 行的手机号相同，一人只写一行"))
    plan.roles = wanted
    account = held.get(plan.phone)
    if account is None:
        return judgement
    if account.name != name:
        notes.append(Note("phone", f"这个手机号已是 {mask_name(account.name)} 的账号，请核对手机号或姓名"))
        judgement.verdict = Verdict.FAULTY
        return judgement
    if account.disabled_at is not None:
        notes.append(Note("phone", "该账号已停用，请先启用或联系平台客服"))
        judgement.verdict = Verdict.FAULTY
        return judgement
    plan.account, plan.member, judgement.target_id = account, places.get(account.id), account.id
    now = given.get(account.id, set())
    # Roles are added, never taken away: an empty cell, or a shorter one, takes nothing from anybody.
    plan.roles = [role for role in (wanted if cells.get("roles") or not now else []) if role not in now]
    if plan.member is None or plan.member.left_at is not None:
        words = "该手机号已有账号，将加入本院，不另建账号" if plan.member is None else "曾在本院，将重新加入"
        notes.append(Note("phone", words, Level.WARNING))
        judgement.verdict = Verdict.NEW
        return judgement
    plan.place = {key: value for key, value in plan.place.items() if getattr(plan.member, key) != value}
    judgement.verdict = Verdict.CHANGED if plan.place or plan.roles else Verdict.UNCHANGED
    return judgement


def _place_of(cells: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if cells.get("department"):
        found["department"] = " ".join(str(cells["department"]).split())
    if cells.get("post"):
        found["post"] = Post(cells["post"])
    return found


def _roles_of(cells: dict[str, Any], notes: list[Note]) -> list[Role]:
    named = [Role(one) for one in cells.get("roles") or ()]
    if any(role in ADMINISTRATOR_ROLES for role in named):
        notes.append(Note("roles", "管理员角色须两人办理，导入后请在用户页面申请；本行不授予", Level.WARNING))
    plain = [role for role in dict.fromkeys(named) if role not in ADMINISTRATOR_ROLES]
    if plain:
        return plain
    post = cells.get("post")
    return [Role.JUDGE if post and Post(post) in _JUDGES else Role.CLERK]


def _write_one(run: Run, plan: Plan) -> Written:
    session, trace = run.session, {}
    account = plan.account
    if account is None:
        account = people.create_account(actor=run.actor, name=plan.name, phone=plan.phone)
        trace["account"] = account.id
    before = None
    if plan.member is not None:
        before = {
            "department": plan.member.department,
            "post": plan.member.post.value,
            "left_at": plan.member.left_at and plan.member.left_at.isoformat(),
        }
    member = roles.place_in(run.court_id, account.id)
    for key, value in plan.place.items():
        setattr(member, key, value)
    if before is not None:
        member.version += 1
    session.flush()
    trace["grants"] = [
        roles.grant_role(actor=run.actor, account=account, role=role, court_id=run.court_id).id for role in plan.roles
    ]
    return Written(account.id, trace, before)


def _take_back(run: Run, row: WrittenRow) -> str | None:
    session = run.session
    account = session.get(Account, row.target_id)
    member = queries.member_of(session, run.court_id, row.target_id)
    if account is None or member is None:
        return GONE
    is_new = "account" in row.trace
    if is_new and account.password_hash is not None:
        return SIGNED_IN
    if run.written_at is not None and member.updated_at > run.written_at:
        return CHANGED_SINCE
    try:
        with session.begin_nested():
            grants = row.trace.get("grants", [])
            session.execute(delete(RoleGrant).where(RoleGrant.id.in_(grants)))
            if row.before is None:
                session.execute(delete(CourtMember).where(CourtMember.id == member.id))
            else:
                member.department, member.post = row.before["department"], Post(row.before["post"])
                member.left_at = row.before["left_at"] and datetime.fromisoformat(row.before["left_at"])
                session.flush()
            if is_new:
                _remove(run, account.id)
    except IntegrityError:
        return IN_USE
    return None


def _remove(run: Run, account_id: int) -> None:
    why = {"unfenced": "the place that let this court see the person is gone"}
    run.session.execute(delete(OneTimeLink).where(OneTimeLink.account_id == account_id).execution_options(**why))
    run.session.execute(delete(Account).where(Account.id == account_id).execution_options(**why))


MEMBERS = register(MemberImport())
