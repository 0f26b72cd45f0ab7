"""People who sign in, the roles they hold, their sign-in sessions, links and given-up passwords; the security policy."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation_admin.accounts.enums import LinkPurpose, PasswordProfile, PhoneProof, Post, SessionEnd
from mediation_admin.accounts.rules import ABSOLUTE_RANGE, IDLE_RANGE
from mediation_admin.audit.recording import Audited
from mediation_admin.core.crypto import Encrypted, index_of, mask_phone
from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.scope import fence
from mediation_admin.courts.models import Court
from mediation_admin.permissions import COURT_ROLES, EXCLUSIVE_ROLES, Role


def _listed(roles: tuple[Role, ...]) -> str:
    return ", ".join(f"'{role.value}'" for role in roles)


class Account(Recorded, Audited, Base):
    """One person: one phone, one account, any number of roles. It has no password until its owner sets one."""

    __tablename__ = "account"
    __table_args__ = (
        Index("uq_account_phone_index", "phone_index", unique=True),
        CheckConstraint("length(phone_index) = 16", name="phone_index_length"),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("failed_count >= 0", name="failed_count_positive"),
        CheckConstraint("disabled_court_id IS NULL OR disabled_at IS NOT NULL", name="disabled_by_has_a_time"),
    )
    audit_secret = frozenset({"password_hash"})

    id: Mapped[pk]
    name: Mapped[str] = mapped_column(Text, comment="姓名")
    phone: Mapped[str] = mapped_column(Encrypted("account.phone"), comment="手机号")
    phone_index: Mapped[bytes] = mapped_column(LargeBinary, comment="手机号盲索引", info=index_of("phone", "phone"))
    password_hash: Mapped[str | None] = mapped_column(Text, comment="密码")
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default="false", comment="须修改密码")
    password_changed_at: Mapped[datetime | None] = mapped_column(comment="密码修改时间")
    disabled_at: Mapped[datetime | None] = mapped_column(comment="停用时间")
    disabled_court_id: Mapped[int | None] = mapped_column(
        ForeignKey("court.id"), comment="停用的法院"
    )  # its administrators may switch the account on again; None = only the platform may
    name_pinyin: Mapped[str] = mapped_column(Text, default="", server_default="")
    name_initials: Mapped[str] = mapped_column(Text, default="", server_default="")
    failed_count: Mapped[int] = mapped_column(default=0, server_default="0", comment="连续登录失败次数")
    locked_until: Mapped[datetime | None] = mapped_column(comment="锁定至")
    last_signed_in_at: Mapped[datetime | None] = mapped_column(comment="最近登录时间")
    preferences: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}", comment="个人偏好")

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="account", foreign_keys="RoleGrant.account_id", order_by="RoleGrant.id"
    )

    @property
    def audit_name(self) -> str:
        """What the audit calls the row."""
        return f"用户 {self.name}"

    @property
    def phone_masked(self) -> str:
        """138****8000."""
        return mask_phone(self.phone)

    def __str__(self) -> str:
        return self.name


class RoleGrant(Recorded, Audited, Base):
    """A role given to a person, for one court or for the platform; revoked, never deleted.

    It may have a beginning and an end; both act by themselves, at the next request. ``stands_in_for`` makes it a 代理:
    the person works in the role of a colleague, for a time that has an end.
    The last index is the wall between the three administrators: one row of the three kinds per person that was not
    taken back, also while it is still to come or has just run out.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(f"(role IN ({_listed(COURT_ROLES)})) = (court_id IS NOT NULL)", name="court_fits_role"),
        CheckConstraint("revoked_at IS NULL OR revoked_at >= granted_at", name="revoked_after_granted"),
        CheckConstraint(
            "valid_until IS NULL OR valid_until > coalesce(valid_from, granted_at)", name="ends_after_it_begins"
        ),
        CheckConstraint(
            "stands_in_for IS NULL OR (valid_until IS NOT NULL AND stands_in_for <> account_id)",
            name="stand_in_has_an_end",
        ),
        Index(
            "uq_role_grant_active_in_court",
            "account_id",
            "role",
            "court_id",
            unique=True,
            postgresql_where="revoked_at IS NULL AND court_id IS NOT NULL",
        ),
        Index(
            "uq_role_grant_active_on_platform",
            "account_id",
            "role",
            unique=True,
            postgresql_where="revoked_at IS NULL AND court_id IS NULL",
        ),
        Index(
            "uq_role_grant_one_of_three_administrators",
            "account_id",
            unique=True,
            postgresql_where=f"revoked_at IS NULL AND role IN ({_listed(EXCLUSIVE_ROLES)})",
        ),
        Index("ix_role_grant_court_id_account_id", "court_id", "account_id"),
        Index("ix_role_grant_account_id", "account_id"),
        Index("ix_role_grant_stands_in_for", "stands_in_for", postgresql_where="stands_in_for IS NOT NULL"),
    )

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), comment="用户")
    role: Mapped[Role] = enum_column(Role, comment="角色")
    court_id: Mapped[int | None] = mapped_column(ForeignKey("court.id"), comment="法院")
    granted_at: Mapped[datetime] = mapped_column(comment="授予时间")
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), comment="授予人")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="收回时间")
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), comment="收回人")
    valid_from: Mapped[datetime | None] = mapped_column(comment="开始时间")
    valid_until: Mapped[datetime | None] = mapped_column(comment="结束时间")
    stands_in_for: Mapped[int | None] = mapped_column(ForeignKey("account.id"), comment="代理")

    account: Mapped[Account] = relationship(back_populates="grants", foreign_keys=[account_id])
    court: Mapped[Court | None] = relationship()

    @property
    def audit_name(self) -> str:
        """What the audit calls the row."""
        return f"角色授予（{self.role.label}）"


class CourtMember(Recorded, Audited, Base):
    """A person's place in a court: department, post. It stays when he has left, so that old records keep their names.

    ``version`` is raised by every change of the person in this court; a form that was opened before is told so.
    """

    __tablename__ = "court_member"
    __table_args__ = (
        Index("uq_court_member_court_id_account_id", "court_id", "account_id", unique=True),
        Index("ix_court_member_account_id", "account_id"),
    )

    id: Mapped[pk]
    court_id: Mapped[int] = mapped_column(ForeignKey("court.id"), comment="法院")
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), comment="用户")
    department: Mapped[str] = mapped_column(Text, default="", server_default="", comment="部门或所属法庭")
    post: Mapped[Post] = enum_column(Post, default=Post.OTHER, server_default=Post.OTHER.value, comment="职务")
    left_at: Mapped[datetime | None] = mapped_column(comment="离开时间")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    account: Mapped[Account] = relationship()
    court: Mapped[Court] = relationship()

    @property
    def audit_name(self) -> str:
        """What the audit calls the row."""
        return f"本院用户（{self.post.label}）"


class PhoneChange(Recorded, Base):
    """A person's phone was changed for him: from what to what, who proved what, why. Kept for good."""

    __tablename__ = "phone_change"
    __table_args__ = (Index("ix_phone_change_account_id", "account_id", "id"),)

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    court_id: Mapped[int | None] = mapped_column(ForeignKey("court.id"), index=True)
    old_phone: Mapped[str] = mapped_column(Encrypted("phone_change.old_phone"))
    new_phone: Mapped[str] = mapped_column(Encrypted("phone_change.new_phone"))
    proof: Mapped[PhoneProof] = enum_column(PhoneProof, comment="核实方式")
    reason: Mapped[str] = mapped_column(Text, comment="原因")
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_by_name: Mapped[str] = mapped_column(Text)


class LoginSession(Base):
    """One sign-in on one device. Only the hash of its token is stored; ended, never deleted while it can be asked about."""

    __tablename__ = "login_session"
    __table_args__ = (
        Index("uq_login_session_token_hash", "token_hash", unique=True),
        Index("ix_login_session_account_id", "account_id", "id"),
        CheckConstraint("length(token_hash) = 32", name="token_hash_length"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="end_has_a_reason"),
    )

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    grant_id: Mapped[int | None] = mapped_column(
        ForeignKey("role_grant.id"), comment="the role in use; NULL until chosen"
    )
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(comment="written at most once a minute")
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[SessionEnd | None] = enum_column(SessionEnd)
    address: Mapped[str] = mapped_column(Text, default="", server_default="")
    device: Mapped[str] = mapped_column(Text, default="", server_default="", comment="browser and system, in short")
    factor_at: Mapped[datetime | None] = mapped_column(comment="when the second factor was passed")
    proven_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), comment="when the person last proved to be there"
    )

    account: Mapped[Account] = relationship()


class OneTimeLink(Base):
    """A link that works once and for a while. Only the hash of its token is stored."""

    __tablename__ = "one_time_link"
    __table_args__ = (
        Index("uq_one_time_link_token_hash", "token_hash", unique=True),
        Index(
            "uq_one_time_link_open",
            "account_id",
            "purpose",
            unique=True,
            postgresql_where="used_at IS NULL AND revoked_at IS NULL",
        ),
        CheckConstraint("length(token_hash) = 32", name="token_hash_length"),
        CheckConstraint("(purpose = 'setup') = (account_id IS NULL)", name="setup_has_no_account"),
        CheckConstraint("expires_at > created_at", name="expires_after_creation"),
    )

    id: Mapped[pk]
    purpose: Mapped[LinkPurpose] = enum_column(LinkPurpose)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])


class FormerPassword(Base):
    """The hash of a password somebody has given up, so that it is not taken again too soon (S8)."""

    __tablename__ = "former_password"
    __table_args__ = (Index("ix_former_password_account_id", "account_id", "id"),)

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    password_hash: Mapped[str] = mapped_column(Text)
    given_up_at: Mapped[datetime]


class SecondFactor(Base):
    """The authenticator of one person: its secret, encrypted; another one that is being set up beside it."""

    __tablename__ = "second_factor"
    __table_args__ = (CheckConstraint("(secret IS NULL) = (confirmed_at IS NULL)", name="confirmed_with_secret"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str | None] = mapped_column(Encrypted("second_factor.secret"))
    pending_secret: Mapped[str | None] = mapped_column(
        Encrypted("second_factor.pending_secret"), comment="shown, not yet confirmed by a code"
    )
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger, comment="the half minute of the last code used")


class RecoveryCode(Base):
    """A code that stands in for the authenticator, once. Only its keyed hash is stored."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        UniqueConstraint("account_id", "code_hash"),
        CheckConstraint("length(code_hash) = 32", name="code_hash_length"),
    )

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ResetRequest(Base):
    """Somebody asked for a new password by SMS. Kept for known and unknown numbers alike: nothing here says which."""

    __tablename__ = "reset_request"
    __table_args__ = (
        Index("uq_reset_request_token_hash", "token_hash", unique=True),
        Index("ix_reset_request_phone_index", "phone_index", "created_at"),
        CheckConstraint("length(phone_index) = 16", name="phone_index_length"),
        CheckConstraint("length(token_hash) = 32", name="token_hash_length"),
        CheckConstraint("expires_at > created_at", name="expires_after_creation"),
    )

    id: Mapped[pk]
    phone_index: Mapped[bytes] = mapped_column(LargeBinary, info={"gone_within_minutes": True})
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, comment="held by the browser that asked")
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary, comment="NULL until a code is sent, if ever")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    failed_count: Mapped[int] = mapped_column(default=0, server_default="0")
    used_at: Mapped[datetime | None]


class SecurityPolicy(Recorded, Audited, Base):
    """The platform's security policy: one row, or none as long as nobody has changed it (rules.Policy says what holds
    then). Every request reads it along with its session, so a change acts at once."""

    __tablename__ = "security_policy"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint(f"idle_minutes BETWEEN {IDLE_RANGE[0]} AND {IDLE_RANGE[-1]}", name="idle_minutes_allowed"),
        CheckConstraint(
            f"absolute_hours BETWEEN {ABSOLUTE_RANGE[0]} AND {ABSOLUTE_RANGE[-1]}", name="absolute_hours_allowed"
        ),
    )
    audit_name = "安全策略"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    profile: Mapped[PasswordProfile] = enum_column(PasswordProfile, comment="密码规则")
    idle_minutes: Mapped[int] = mapped_column(comment="无操作退出（分钟）")
    absolute_hours: Mapped[int] = mapped_column(comment="最长登录（小时）")
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


def _people_of(court_ids: frozenset[int]) -> Any:
    """Everybody who holds or held a role or a place in these courts: whoever left is still named in their history."""
    grants, members = RoleGrant.__table__, CourtMember.__table__
    return union_all(
        select(grants.c.account_id).where(grants.c.court_id.in_(court_ids)),
        select(members.c.account_id).where(members.c.court_id.in_(court_ids)),
    )


def _account_criterion(court_ids: frozenset[int]) -> ColumnElement[bool]:
    return Account.id.in_(_people_of(court_ids))


fence(Account, _account_criterion, platform=True)
fence(RoleGrant, lambda court_ids: RoleGrant.court_id.in_(court_ids), platform=True)
fence(CourtMember, lambda court_ids: CourtMember.court_id.in_(court_ids), platform=True)
fence(PhoneChange, lambda court_ids: PhoneChange.account_id.in_(_people_of(court_ids)), platform=True)
fence(LoginSession, lambda court_ids: LoginSession.account_id.in_(_people_of(court_ids)), platform=True)
fence(OneTimeLink, lambda court_ids: OneTimeLink.account_id.in_(_people_of(court_ids)), platform=True)
