"""What the support desk keeps: searches, steps for people with their proofs, identity reviews, video requests."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation_admin.accounts.models import Account
from mediation_admin.core.crypto import Encrypted, index_of
from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.scope import fence
from mediation_admin.courts.models import Court
from mediation_admin.support.enums import ProofKind, ReviewStatus, SearchBy, SupportStep, VideoStatus


class AccountSearch(Base):
    """One search for an account: who, when, by what; never what was typed. Counted against the limit of an hour."""

    __tablename__ = "account_search"
    __table_args__ = (Index("ix_account_search_actor_id_at", "actor_id", "at"),)

    id: Mapped[pk]
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    searched_by: Mapped[SearchBy] = enum_column(SearchBy)


class Proof(Base):
    """A paper somebody showed: the file lies encrypted under a name made here."""

    __tablename__ = "support_proof"
    __table_args__ = (
        Index("ix_support_proof_account_id", "account_id", "id"),
        CheckConstraint("kind <> 'work_card' or organisation <> ''", name="work_card_names_organisation"),
    )

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[ProofKind] = enum_column(ProofKind, comment="证明材料")
    organisation: Mapped[str] = mapped_column(Text, default="", server_default="", comment="所属部委或组织")
    file_name: Mapped[str] = mapped_column(Text)
    mime: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    kept_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class SupportAct(Base):
    """One step of support for a person: what, why, by whom; shown to the person. Only added, never changed."""

    __tablename__ = "support_act"
    __table_args__ = (
        Index("ix_support_act_account_id", "account_id", "id"),
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("actor_id <> account_id", name="not_on_oneself"),
    )

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    step: Mapped[SupportStep] = enum_column(SupportStep)
    reason: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text, default="", server_default="")
    proof_id: Mapped[int | None] = mapped_column(ForeignKey("support_proof.id"))
    actor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class IdentityReview(Recorded, Base):
    """实名人工审核: a person's name, ID number and three photos, to be compared by support within two office hours."""

    __tablename__ = "identity_review"
    __table_args__ = (
        # One at a time; refused and withdrawn ones stay as they were.
        Index("uq_identity_review_waiting", "account_id", unique=True, postgresql_where="status = 'waiting'"),
        Index("ix_identity_review_account_id", "account_id", "id"),
        Index("ix_identity_review_queue", "due_at", "id", postgresql_where="status = 'waiting'"),
        Index("ix_identity_review_id_number_index", "id_number_index"),
        Index("ix_identity_review_photos", "decided_at", postgresql_where="erased_at is null"),
        CheckConstraint("(status in ('approved', 'refused')) = (decided_by is not null)", name="decided_by_somebody"),
        CheckConstraint("(status = 'waiting') = (decided_at is null)", name="ended_has_moment"),
        CheckConstraint("status <> 'refused' or answer <> ''", name="refused_says_why"),
        CheckConstraint("(taken_by is null) = (taken_until is null)", name="taken_has_an_end"),
        CheckConstraint("decided_by <> account_id", name="not_on_oneself"),
        CheckConstraint(
            "(erased_at is null) = (front_file is not null and back_file is not null and holding_file is not null)",
            name="photos_until_erased",
        ),
    )

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), comment="用户")
    name: Mapped[str] = mapped_column(Encrypted("identity_review.name"), comment="姓名")
    id_number: Mapped[str] = mapped_column(Encrypted("identity_review.id_number"), comment="证件号码")
    id_number_index: Mapped[bytes] = mapped_column(LargeBinary, info=index_of("id", "id_number"))
    front_file: Mapped[str | None] = mapped_column(Text)
    back_file: Mapped[str | None] = mapped_column(Text)
    holding_file: Mapped[str | None] = mapped_column(Text)
    status: Mapped[ReviewStatus] = enum_column(ReviewStatus, default=ReviewStatus.WAITING, comment="状态")
    asked_at: Mapped[datetime] = mapped_column(comment="提交时间")
    due_at: Mapped[datetime] = mapped_column(comment="应在此前审核")
    taken_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"), comment="正在审核")
    taken_until: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"), comment="审核人")
    decided_at: Mapped[datetime | None] = mapped_column(comment="审核时间")
    answer: Mapped[str] = mapped_column(Text, default="", server_default="", comment="答复")
    erased_at: Mapped[datetime | None] = mapped_column(comment="照片清除时间")

    account: Mapped[Account] = relationship(foreign_keys=[account_id])


class VideoRequest(Recorded, Base):
    """多路视频申请 of a case (R20). Its court sees it; support decides it and sees nothing of the case but its number."""

    __tablename__ = "video_request"
    __table_args__ = (
        Index("uq_video_request_waiting", "case_id", unique=True, postgresql_where="status = 'waiting'"),
        Index("ix_video_request_court_id_id", "court_id", "id"),
        Index("ix_video_request_case_id", "case_id", "id"),
        Index("ix_video_request_queue", "id", postgresql_where="status = 'waiting'"),
        CheckConstraint("party_count between 2 and 20", name="party_count_fits"),
        CheckConstraint("(status = 'waiting') = (decided_at is null)", name="ended_has_moment"),
        CheckConstraint("status <> 'refused' or answer <> ''", name="refused_says_why"),
    )

    id: Mapped[pk]
    court_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("court.id"), comment="法院")
    case_id: Mapped[int] = mapped_column(ForeignKey("mediation_case.id", ondelete="CASCADE"), comment="案件")
    case_no: Mapped[str] = mapped_column(Text, comment="诉前调解案号")
    party_count: Mapped[int] = mapped_column(comment="参加人数（不含调解员）")
    reason: Mapped[str] = mapped_column(Text, comment="申请理由")
    status: Mapped[VideoStatus] = enum_column(VideoStatus, default=VideoStatus.WAITING, comment="状态")
    asked_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"), comment="申请人")
    asked_by_name: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(comment="申请时间")
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"), comment="审批人")
    decided_by_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(comment="审批时间")
    answer: Mapped[str] = mapped_column(Text, default="", server_default="", comment="答复")

    court: Mapped[Court] = relationship()


# The platform's own: support sees all of it; whom it concerns reads his own rows by queries that say so.
for _model in (AccountSearch, Proof, SupportAct, IdentityReview):
    # No court sees any of them: no row is without an id.
    fence(_model, lambda _court_ids, model=_model: model.id.is_(None), platform=True)
fence(VideoRequest, lambda court_ids: VideoRequest.court_id.in_(court_ids), platform=True)
