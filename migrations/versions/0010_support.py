"""The support desk: searches, proofs, steps, identity reviews, video requests; more ways to end a session."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PROOFS = ("'in_person', 'called_back', 'letter'", ", 'support'")
_ENDS = (
    "'signed_out', 'ended_by_owner', 'idle', 'too_old', 'credential_changed', 'account_disabled', 'too_many'",
    ", 'ended_by_staff'",
)


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _pk(table: str) -> tuple[sa.Column, sa.PrimaryKeyConstraint]:
    return (
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _fk(table: str, column: str, target: str, **how: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **how)


def _moment(name: str, *, comment: str | None = None, now: bool = False, nullable: bool = False) -> sa.Column:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable, comment=comment)


def upgrade() -> None:
    """Five tables, and two words for columns of before."""
    op.create_table(
        "account_search",
        *_pk("account_search"),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        _moment("at", now=True),
        sa.Column("searched_by", _enum("search_by", "phone", "id_number", "name"), nullable=False),
        _fk("account_search", "actor_id", "account.id"),
    )
    op.create_index("ix_account_search_actor_id_at", "account_search", ["actor_id", "at"])

    op.create_table(
        "support_proof",
        *_pk("support_proof"),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            _enum("proof_kind", "id_card", "work_card", "letter", "video"),
            nullable=False,
            comment="证明材料",
        ),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False, comment="所属部委或组织"),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("kept_by", sa.BigInteger(), nullable=True),
        _moment("at", now=True),
        sa.CheckConstraint(
            "kind <> 'work_card' or organisation <> ''", name=op.f("ck_support_proof_work_card_names_organisation")
        ),
        _fk("support_proof", "account_id", "account.id"),
        _fk("support_proof", "kept_by", "account.id"),
    )
    op.create_index("ix_support_proof_account_id", "support_proof", ["account_id", "id"])

    op.create_table(
        "support_act",
        *_pk("support_act"),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "step",
            _enum(
                "support_step",
                "unlocked",
                "sessions_ended",
                "link_sent",
                "invited_again",
                "second_factor_reset",
                "phone_corrected",
                "let_in_by_work_card",
                "identity_approved",
                "identity_refused",
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("proof_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        _moment("at", now=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_support_act_reason_given")),
        sa.CheckConstraint("actor_id <> account_id", name=op.f("ck_support_act_not_on_oneself")),
        _fk("support_act", "account_id", "account.id"),
        _fk("support_act", "proof_id", "support_proof.id"),
        _fk("support_act", "actor_id", "account.id"),
    )
    op.create_index("ix_support_act_account_id", "support_act", ["account_id", "id"])

    op.create_table(
        "identity_review",
        *_pk("identity_review"),
        sa.Column("account_id", sa.BigInteger(), nullable=False, comment="用户"),
        sa.Column("name", sa.LargeBinary(), nullable=False, comment="姓名"),
        sa.Column("id_number", sa.LargeBinary(), nullable=False, comment="证件号码"),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=False),
        sa.Column("front_file", sa.Text(), nullable=True),
        sa.Column("back_file", sa.Text(), nullable=True),
        sa.Column("holding_file", sa.Text(), nullable=True),
        sa.Column(
            "status",
            _enum("review_status", "waiting", "approved", "refused", "withdrawn"),
            nullable=False,
            comment="状态",
        ),
        _moment("asked_at", comment="提交时间"),
        _moment("due_at", comment="应在此前审核"),
        sa.Column("taken_by", sa.BigInteger(), nullable=True, comment="正在审核"),
        _moment("taken_until", nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True, comment="审核人"),
        _moment("decided_at", nullable=True, comment="审核时间"),
        sa.Column("answer", sa.Text(), server_default="", nullable=False, comment="答复"),
        _moment("erased_at", nullable=True, comment="照片清除时间"),
        _moment("created_at", now=True),
        _moment("updated_at", now=True),
        sa.CheckConstraint(
            "(status in ('approved', 'refused')) = (decided_by is not null)",
            name=op.f("ck_identity_review_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "(status = 'waiting') = (decided_at is null)", name=op.f("ck_identity_review_ended_has_moment")
        ),
        sa.CheckConstraint("status <> 'refused' or answer <> ''", name=op.f("ck_identity_review_refused_says_why")),
        sa.CheckConstraint(
            "(taken_by is null) = (taken_until is null)", name=op.f("ck_identity_review_taken_has_an_end")
        ),
        sa.CheckConstraint("decided_by <> account_id", name=op.f("ck_identity_review_not_on_oneself")),
        sa.CheckConstraint(
            "(erased_at is null) = (front_file is not null and back_file is not null and holding_file is not null)",
            name=op.f("ck_identity_review_photos_until_erased"),
        ),
        _fk("identity_review", "account_id", "account.id"),
        _fk("identity_review", "taken_by", "account.id"),
        _fk("identity_review", "decided_by", "account.id"),
    )
    waiting = sa.text("status = 'waiting'")
    op.create_index(
        "uq_identity_review_waiting", "identity_review", ["account_id"], unique=True, postgresql_where=waiting
    )
    op.create_index("ix_identity_review_account_id", "identity_review", ["account_id", "id"])
    op.create_index("ix_identity_review_queue", "identity_review", ["due_at", "id"], postgresql_where=waiting)
    op.create_index("ix_identity_review_id_number_index", "identity_review", ["id_number_index"])
    op.create_index(
        "ix_identity_review_photos",
        "identity_review",
        ["decided_at"],
        postgresql_where=sa.text("erased_at is null"),
    )

    op.create_table(
        "video_request",
        *_pk("video_request"),
        sa.Column("court_id", sa.BigInteger(), nullable=False, comment="法院"),
        sa.Column("case_id", sa.BigInteger(), nullable=False, comment="案件"),
        sa.Column("case_no", sa.Text(), nullable=False, comment="诉前调解案号"),
        sa.Column("party_count", sa.Integer(), nullable=False, comment="参加人数（不含调解员）"),
        sa.Column("reason", sa.Text(), nullable=False, comment="申请理由"),
        sa.Column(
            "status",
            _enum("video_status", "waiting", "approved", "refused", "withdrawn"),
            nullable=False,
            comment="状态",
        ),
        sa.Column("asked_by", sa.BigInteger(), nullable=True, comment="申请人"),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        _moment("asked_at", comment="申请时间"),
        sa.Column("decided_by", sa.BigInteger(), nullable=True, comment="审批人"),
        sa.Column("decided_by_name", sa.Text(), server_default="", nullable=False),
        _moment("decided_at", nullable=True, comment="审批时间"),
        sa.Column("answer", sa.Text(), server_default="", nullable=False, comment="答复"),
        _moment("created_at", now=True),
        _moment("updated_at", now=True),
        sa.CheckConstraint("party_count between 2 and 20", name=op.f("ck_video_request_party_count_fits")),
        sa.CheckConstraint(
            "(status = 'waiting') = (decided_at is null)", name=op.f("ck_video_request_ended_has_moment")
        ),
        sa.CheckConstraint("status <> 'refused' or answer <> ''", name=op.f("ck_video_request_refused_says_why")),
        _fk("video_request", "court_id", "court.id"),
        _fk("video_request", "case_id", "mediation_case.id", ondelete="CASCADE"),
        _fk("video_request", "asked_by", "account.id"),
        _fk("video_request", "decided_by", "account.id"),
    )
    op.create_index("uq_video_request_waiting", "video_request", ["case_id"], unique=True, postgresql_where=waiting)
    op.create_index("ix_video_request_court_id_id", "video_request", ["court_id", "id"])
    op.create_index("ix_video_request_case_id", "video_request", ["case_id", "id"])
    op.create_index("ix_video_request_queue", "video_request", ["id"], postgresql_where=waiting)

    _words("login_session", "ended_how", "session_end", "".join(_ENDS))
    _words("phone_change", "proof", "phone_proof", "".join(_PROOFS))


def downgrade() -> None:
    """The tables go; what only the new words could say is told by the nearest old one."""
    op.execute("update login_session set ended_how = 'ended_by_owner' where ended_how = 'ended_by_staff'")
    _words("login_session", "ended_how", "session_end", _ENDS[0])
    op.execute("update phone_change set proof = 'letter' where proof = 'support'")
    _words("phone_change", "proof", "phone_proof", _PROOFS[0])
    for table in ("video_request", "identity_review", "support_act", "support_proof", "account_search"):
        op.drop_table(table)


def _words(table: str, column: str, check: str, words: str) -> None:
    """Another set of words for a column."""
    name = op.f(f"ck_{table}_{check}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} in ({words})")
