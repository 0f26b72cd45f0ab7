"""The ground: every table of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("audit_entry", "audit_seal")


def upgrade() -> None:
    """Every table; then the triggers that keep the audit from being changed, whoever asks."""
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="姓名"),
        sa.Column("phone", sa.LargeBinary(), nullable=False, comment="手机号"),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False, comment="手机号盲索引"),
        sa.Column("password_hash", sa.Text(), nullable=True, comment="密码"),
        sa.Column("must_change_password", sa.Boolean(), server_default="false", nullable=False, comment="须修改密码"),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True, comment="密码修改时间"),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True, comment="停用时间"),
        sa.Column("failed_count", sa.Integer(), server_default="0", nullable=False, comment="连续登录失败次数"),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True, comment="锁定至"),
        sa.Column("last_signed_in_at", sa.DateTime(timezone=True), nullable=True, comment="最近登录时间"),
        sa.Column(
            "preferences",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="个人偏好",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_account_name_given")),
        sa.CheckConstraint("failed_count >= 0", name=op.f("ck_account_failed_count_positive")),
        sa.CheckConstraint("length(phone_index) = 16", name=op.f("ck_account_phone_index_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index("uq_account_phone_index", "account", ["phone_index"], unique=True)
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "tag", sa.Text(), nullable=False, comment="subject:noun:past-tense verb, e.g. case:assignment:revoked"
        ),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "sentence",
            sa.Text(),
            nullable=False,
            comment="what happened, as a clerk reads it; never personal data in clear",
        ),
        sa.Column(
            "changes",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="column → [old, new], secrets masked",
        ),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False, comment="keyed fingerprint of the entry, written with it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_actor_id_id", "audit_entry", ["actor_id", "id"], unique=False)
    op.create_index("ix_audit_entry_court_id_id", "audit_entry", ["court_id", "id"], unique=False)
    op.create_index("ix_audit_entry_object", "audit_entry", ["object_type", "object_id", "id"], unique=False)
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
    )
    op.create_index("uq_audit_seal_entry", "audit_seal", ["entry_id"], unique=True)
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False, comment="日期"),
        sa.Column("is_workday", sa.Boolean(), nullable=False, comment="是否工作日"),
        sa.Column("name", sa.Text(), nullable=False, comment="节日或调休"),
        sa.Column("published", sa.Boolean(), nullable=False, comment="国务院办公厅已公布"),
        sa.Column("source", sa.Text(), nullable=False, comment="来源"),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "case_number_type",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="类型代字"),
        sa.Column("name", sa.Text(), nullable=False, comment="用途"),
        sa.Column(
            "kind",
            sa.Enum(
                "pre_filing",
                "confirmation",
                "mediation_judgment",
                "civil",
                "criminal",
                "administrative",
                "enforcement",
                "preservation",
                "other",
                name="case_number_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="类别",
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="说明"),
        sa.Column("source", sa.Text(), nullable=False, comment="来源"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="生效日期，空为不详"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="失效日期（含当日），空为现行"),
        sa.Column("verified", sa.Boolean(), nullable=False, comment="已与公开文本核对"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from",
            name=op.f("ck_case_number_type_valid_period"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_number_type")),
        sa.UniqueConstraint("code", name=op.f("uq_case_number_type_code")),
    )
    op.create_table(
        "cause_alias",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False, comment="别名"),
        sa.Column("cause_code", sa.Text(), nullable=False, comment="对应的案由代码"),
        sa.Column(
            "kind",
            sa.Enum(
                "renamed", "merged", "short", name="alias_kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
            comment="别名来历",
        ),
        sa.Column("edition", sa.Text(), nullable=True, comment="别名出自哪一版案由规定"),
        sa.Column("source", sa.Text(), nullable=False, comment="来源"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="生效日期，空为不详"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="失效日期（含当日），空为现行"),
        sa.Column("verified", sa.Boolean(), nullable=False, comment="已与公开文本核对"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_cause_alias_valid_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause_alias")),
        sa.UniqueConstraint("alias", name=op.f("uq_cause_alias_alias")),
    )
    op.create_table(
        "cause_of_action",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False, comment="版本（年）"),
        sa.Column("code", sa.Text(), nullable=False, comment="案由代码，如 108.3"),
        sa.Column("name", sa.Text(), nullable=False, comment="案由"),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="级别（1–4）"),
        sa.Column("parent_code", sa.Text(), nullable=True, comment="上级案由代码"),
        sa.Column("position", sa.Integer(), nullable=False, comment="规定中的次序"),
        sa.Column("dispute_type_code", sa.Text(), nullable=False, comment="对应的纠纷类型"),
        sa.Column("source", sa.Text(), nullable=False, comment="来源"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="生效日期，空为不详"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="失效日期（含当日），空为现行"),
        sa.Column("verified", sa.Boolean(), nullable=False, comment="已与公开文本核对"),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_cause_of_action_level_range")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from",
            name=op.f("ck_cause_of_action_valid_period"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause_of_action")),
        sa.UniqueConstraint("edition", "code", name=op.f("uq_cause_of_action_edition_code")),
    )
    op.create_table(
        "court",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="法院代字"),
        sa.Column("name", sa.Text(), nullable=False, comment="全称"),
        sa.Column("short_name", sa.Text(), nullable=False, comment="简称"),
        sa.Column("pinyin", sa.Text(), nullable=False, comment="全称拼音"),
        sa.Column("initials", sa.Text(), nullable=False, comment="全称拼音首字母"),
        sa.Column("short_initials", sa.Text(), nullable=False, comment="简称拼音首字母"),
        sa.Column(
            "level",
            sa.Enum(
                "supreme",
                "high",
                "intermediate",
                "basic",
                name="court_level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="审级",
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "ordinary",
                "railway",
                "maritime",
                "ip",
                "finance",
                "internet",
                "development_zone",
                "corps",
                "military",
                "other",
                name="court_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="类别",
        ),
        sa.Column("parent_id", sa.BigInteger(), nullable=True, comment="上级法院"),
        sa.Column("division_code", sa.Text(), nullable=True, comment="所在地区划代码"),
        sa.Column("province", sa.Text(), nullable=False, comment="省份"),
        sa.Column(
            "regime_changes_on", sa.Date(), server_default="2025-01-01", nullable=False, comment="自该日起先立案后调解"
        ),
        sa.Column(
            "refuse_assignment_without_phone",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="当事人手机号为空时拒绝指派（R01）",
        ),
        sa.Column(
            "success_rate_denominator",
            sa.Enum(
                "closed",
                "received",
                name="success_rate_denominator",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="closed",
            nullable=False,
            comment="成功率分母",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="来源"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="生效日期，空为不详"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="失效日期（含当日），空为现行"),
        sa.Column("verified", sa.Boolean(), nullable=False, comment="已与公开文本核对"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "code ~ '^(最高法|[京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新兵军]([0-9]{2}|[0-9]{4})?)$'",
            name=op.f("ck_court_code_form"),
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_court_parent_is_another")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_court_valid_period")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["court.id"], name=op.f("fk_court_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court")),
        sa.UniqueConstraint("code", name=op.f("uq_court_code")),
    )
    op.create_index("ix_court_division_code", "court", ["division_code"], unique=False)
    op.create_index("ix_court_parent_id", "court", ["parent_id"], unique=False)
    op.create_table(
        "dispute_type",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="代码"),
        sa.Column("name", sa.Text(), nullable=False, comment="纠纷类型"),
        sa.Column("other_names", sa.ARRAY(sa.Text()), nullable=False, comment="台账里的其他写法"),
        sa.Column("position", sa.Integer(), nullable=False, comment="次序"),
        sa.Column("source", sa.Text(), nullable=False, comment="来源"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="生效日期，空为不详"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="失效日期（含当日），空为现行"),
        sa.Column("verified", sa.Boolean(), nullable=False, comment="已与公开文本核对"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from",
            name=op.f("ck_dispute_type_valid_period"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_type")),
        sa.UniqueConstraint("code", name=op.f("uq_dispute_type_code")),
        sa.UniqueConstraint("name", name=op.f("uq_dispute_type_name")),
    )
    op.create_table(
        "division",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="区划代码：六位（GB/T 2260），乡级九位"),
        sa.Column("name", sa.Text(), nullable=False, comment="名称"),
        sa.Column("parent_code", sa.Text(), nullable=True, comment="上级区划代码"),
        sa.Column(
            "level",
            sa.Enum(
                "province",
                "prefecture",
                "county",
                "town",
                name="division_level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="级别",
        ),
        sa.Column("successor_code", sa.Text(), nullable=True, comment="并入或改为的区划代码"),
        sa.Column("source", sa.Text(), nullable=False, comment="来源"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="生效日期，空为不详"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="失效日期（含当日），空为现行"),
        sa.Column("verified", sa.Boolean(), nullable=False, comment="已与公开文本核对"),
        sa.CheckConstraint("code ~ '^[0-9]{6}([0-9]{3})?$'", name=op.f("ck_division_code_form")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_division_valid_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division")),
        sa.UniqueConstraint("code", "name", "valid_from", name=op.f("uq_division_code_name_valid_from")),
    )
    op.create_index("ix_division_parent_code", "division", ["parent_code"], unique=False)
    op.create_index("uq_division_code_current", "division", ["code"], unique=True, postgresql_where="valid_to IS NULL")
    op.create_table(
        "ministry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="代码"),
        sa.Column("name", sa.Text(), nullable=False, comment="全称"),
        sa.Column("short_name", sa.Text(), nullable=False, comment="简称"),
        sa.Column("other_names", sa.ARRAY(sa.Text()), nullable=False, comment="台账里的其他写法"),
        sa.Column("partner", sa.Boolean(), nullable=False, comment="有调解组织接入平台"),
        sa.Column("successor_code", sa.Text(), nullable=True, comment="职责由谁承接"),
        sa.Column("position", sa.Integer(), nullable=False, comment="次序"),
        sa.Column("source", sa.Text(), nullable=False, comment="来源"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="生效日期，空为不详"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="失效日期（含当日），空为现行"),
        sa.Column("verified", sa.Boolean(), nullable=False, comment="已与公开文本核对"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name=op.f("ck_ministry_valid_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ministry")),
        sa.UniqueConstraint("code", name=op.f("uq_ministry_code")),
    )
    op.create_table(
        "reference_version",
        sa.Column("table", sa.Text(), nullable=False, comment="表"),
        sa.Column("digest", sa.Text(), nullable=False, comment="数据文件的 SHA-256"),
        sa.Column("rows", sa.Integer(), nullable=False, comment="行数"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("table", name=op.f("pk_reference_version")),
    )
    op.create_table(
        "case_number_counter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("type_code", sa.Text(), nullable=False, comment="类型代字"),
        sa.Column("year", sa.SmallInteger(), nullable=False, comment="年度"),
        sa.Column("last_number", sa.Integer(), nullable=False, comment="已用到的号数"),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_case_number_counter_last_number_positive")),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_case_number_counter_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_number_counter")),
        sa.UniqueConstraint(
            "court_id", "type_code", "year", name=op.f("uq_case_number_counter_court_id_type_code_year")
        ),
    )
    op.create_index(op.f("ix_case_number_counter_court_id"), "case_number_counter", ["court_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "running",
                "ready",
                "failed",
                "cancelled",
                "expired",
                name="job_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("requester_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("once_key", sa.Text(), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_job_court_id")),
        sa.ForeignKeyConstraint(["requester_id"], ["account.id"], name=op.f("fk_job_requester_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_court_id"), "job", ["court_id"], unique=False)
    op.create_index("ix_job_requester", "job", ["requester_id", "id"], unique=False)
    op.create_index(
        "ix_job_unfinished",
        "job",
        ["status", "lease_until"],
        unique=False,
        postgresql_where="status in ('waiting','running')",
    )
    op.create_index("uq_job_once_key", "job", ["once_key"], unique=True)
    op.create_table(
        "list_preference",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("list_code", sa.String(length=80), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("density", sa.String(length=10), server_default="normal", nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("views", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_list_preference_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_preference")),
        sa.UniqueConstraint("account_id", "list_code", name=op.f("uq_list_preference_account_id_list_code")),
    )
    op.create_table(
        "mediator",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="姓名"),
        sa.Column("pinyin", sa.Text(), nullable=False, comment="拼音"),
        sa.Column("initials", sa.Text(), nullable=False, comment="拼音首字母"),
        sa.Column(
            "sex",
            sa.Enum("female", "male", name="sex", native_enum=False, create_constraint=True, length=40),
            nullable=True,
            comment="性别",
        ),
        sa.Column("birth_month", sa.Text(), nullable=True, comment="出生年月"),
        sa.Column("phone", sa.LargeBinary(), nullable=True, comment="手机号码"),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("phone_tail_index", sa.LargeBinary(), nullable=True),
        sa.Column("id_number", sa.LargeBinary(), nullable=True, comment="证件号码"),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=True),
        sa.Column("identities", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False, comment="调解员身份"),
        sa.Column("nation", sa.Text(), server_default="", nullable=False, comment="民族"),
        sa.Column("political_status", sa.Text(), server_default="", nullable=False, comment="政治面貌"),
        sa.Column("full_time", sa.Boolean(), nullable=True, comment="专职"),
        sa.Column("work_unit", sa.Text(), server_default="", nullable=False, comment="工作单位及职务"),
        sa.Column("education", sa.Text(), server_default="", nullable=False, comment="学历"),
        sa.Column(
            "specialities",
            postgresql.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="擅长的纠纷类型（代码）",
        ),
        sa.Column("speciality_text", sa.Text(), server_default="", nullable=False, comment="擅长领域（原文）"),
        sa.Column("charges_fee", sa.Boolean(), server_default="false", nullable=False, comment="是否收费"),
        sa.Column("accepts", sa.Text(), server_default="", nullable=False, comment="受理纠纷范围"),
        sa.Column("study", sa.Text(), server_default="", nullable=False, comment="学习经历"),
        sa.Column("career", sa.Text(), server_default="", nullable=False, comment="工作经历"),
        sa.Column("expertise", sa.Text(), server_default="", nullable=False, comment="专业特长"),
        sa.Column("qualifications", sa.Text(), server_default="", nullable=False, comment="资格认证"),
        sa.Column("training", sa.Text(), server_default="", nullable=False, comment="培训情况"),
        sa.Column("remark", sa.Text(), server_default="", nullable=False, comment="备注"),
        sa.Column("home_court_id", sa.BigInteger(), nullable=False, comment="首次录入的法院"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("birth_month ~ '^[0-9]{4}(-(0[1-9]|1[0-2]))?$'", name=op.f("ck_mediator_birth_month_form")),
        sa.ForeignKeyConstraint(["home_court_id"], ["court.id"], name=op.f("fk_mediator_home_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediator")),
    )
    op.create_index(op.f("ix_mediator_id_number_index"), "mediator", ["id_number_index"], unique=False)
    op.create_index(
        "ix_mediator_initials", "mediator", ["initials"], unique=False, postgresql_ops={"initials": "text_pattern_ops"}
    )
    op.create_index("ix_mediator_name", "mediator", ["name"], unique=False, postgresql_ops={"name": "text_pattern_ops"})
    op.create_index(op.f("ix_mediator_phone_tail_index"), "mediator", ["phone_tail_index"], unique=False)
    op.create_index(
        "ix_mediator_pinyin", "mediator", ["pinyin"], unique=False, postgresql_ops={"pinyin": "text_pattern_ops"}
    )
    op.create_index("uq_mediator_phone_index", "mediator", ["phone_index"], unique=True)
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "setup", "invite", "reset", name="link_purpose", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(purpose = 'setup') = (account_id IS NULL)", name=op.f("ck_one_time_link_setup_has_no_account")
        ),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_one_time_link_expires_after_creation")),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_one_time_link_token_hash_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_one_time_link_account_id")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_one_time_link_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
    )
    op.create_index(
        "uq_one_time_link_open",
        "one_time_link",
        ["account_id", "purpose"],
        unique=True,
        postgresql_where="used_at IS NULL AND revoked_at IS NULL",
    )
    op.create_index("uq_one_time_link_token_hash", "one_time_link", ["token_hash"], unique=True)
    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="名称"),
        sa.Column("pinyin", sa.Text(), nullable=False, comment="拼音"),
        sa.Column("initials", sa.Text(), nullable=False, comment="拼音首字母"),
        sa.Column(
            "kind",
            sa.Enum(
                "peoples",
                "administrative",
                "commercial",
                "industry",
                "lawyer",
                "court",
                "other",
                name="organisation_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="组织类型",
        ),
        sa.Column("ministry_code", sa.Text(), nullable=True, comment="所属部委（代码）"),
        sa.Column("level", sa.Text(), server_default="", nullable=False, comment="级别"),
        sa.Column("superior", sa.Text(), server_default="", nullable=False, comment="上级单位"),
        sa.Column("head_name", sa.Text(), server_default="", nullable=False, comment="负责人"),
        sa.Column("contact_name", sa.Text(), server_default="", nullable=False, comment="管理员姓名"),
        sa.Column("contact_phone", sa.LargeBinary(), nullable=True, comment="管理员手机"),
        sa.Column("contact_phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("contacts", sa.LargeBinary(), nullable=True, comment="联络人"),
        sa.Column("division_code", sa.Text(), nullable=True, comment="地区（代码）"),
        sa.Column("address", sa.Text(), server_default="", nullable=False, comment="地址"),
        sa.Column("joined_on", sa.Date(), nullable=True, comment="接入时间"),
        sa.Column("duties", sa.Text(), server_default="", nullable=False, comment="主要职责"),
        sa.Column(
            "specialities",
            postgresql.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="专业领域（纠纷类型代码）",
        ),
        sa.Column("accepts", sa.Text(), server_default="", nullable=False, comment="受理纠纷范围"),
        sa.Column("charges_fee", sa.Boolean(), server_default="false", nullable=False, comment="是否收费"),
        sa.Column("remark", sa.Text(), server_default="", nullable=False, comment="备注"),
        sa.Column("home_court_id", sa.BigInteger(), nullable=False, comment="首次录入的法院"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["home_court_id"], ["court.id"], name=op.f("fk_organisation_home_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_index(op.f("ix_organisation_contact_phone_index"), "organisation", ["contact_phone_index"], unique=False)
    op.create_index(
        "ix_organisation_initials",
        "organisation",
        ["initials"],
        unique=False,
        postgresql_ops={"initials": "text_pattern_ops"},
    )
    op.create_index(
        "ix_organisation_pinyin",
        "organisation",
        ["pinyin"],
        unique=False,
        postgresql_ops={"pinyin": "text_pattern_ops"},
    )
    op.create_index("uq_organisation_home_court_id_name", "organisation", ["home_court_id", "name"], unique=True)
    op.create_table(
        "remembered_mapping",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_remembered_mapping_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_mapping")),
        sa.UniqueConstraint(
            "court_id", "subject", "signature", name=op.f("uq_remembered_mapping_court_id_subject_signature")
        ),
    )
    op.create_index(op.f("ix_remembered_mapping_court_id"), "remembered_mapping", ["court_id"], unique=False)
    op.create_table(
        "remembered_word",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_remembered_word_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_word")),
        sa.UniqueConstraint(
            "court_id", "subject", "field", "word", name=op.f("uq_remembered_word_court_id_subject_field_word")
        ),
    )
    op.create_index(op.f("ix_remembered_word_court_id"), "remembered_word", ["court_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False, comment="用户"),
        sa.Column(
            "role",
            sa.Enum(
                "court_admin",
                "clerk",
                "judge",
                "higher_court",
                "support",
                "system_admin",
                "security_admin",
                "audit_admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="角色",
        ),
        sa.Column("court_id", sa.BigInteger(), nullable=True, comment="法院"),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False, comment="授予时间"),
        sa.Column("granted_by", sa.BigInteger(), nullable=True, comment="授予人"),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="收回时间"),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True, comment="收回人"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(role IN ('court_admin', 'clerk', 'judge', 'higher_court')) = (court_id IS NOT NULL)",
            name=op.f("ck_role_grant_court_fits_role"),
        ),
        sa.CheckConstraint(
            "revoked_at IS NULL OR revoked_at >= granted_at", name=op.f("ck_role_grant_revoked_after_granted")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id")),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_role_grant_court_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["account.id"], name=op.f("fk_role_grant_granted_by")),
        sa.ForeignKeyConstraint(["revoked_by"], ["account.id"], name=op.f("fk_role_grant_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index("ix_role_grant_account_id", "role_grant", ["account_id"], unique=False)
    op.create_index("ix_role_grant_court_id_account_id", "role_grant", ["court_id", "account_id"], unique=False)
    op.create_index(
        "uq_role_grant_active_in_court",
        "role_grant",
        ["account_id", "role", "court_id"],
        unique=True,
        postgresql_where="revoked_at IS NULL AND court_id IS NOT NULL",
    )
    op.create_index(
        "uq_role_grant_active_on_platform",
        "role_grant",
        ["account_id", "role"],
        unique=True,
        postgresql_where="revoked_at IS NULL AND court_id IS NULL",
    )
    op.create_index(
        "uq_role_grant_one_of_three_administrators",
        "role_grant",
        ["account_id"],
        unique=True,
        postgresql_where="revoked_at IS NULL AND role IN ('system_admin', 'security_admin', 'audit_admin')",
    )
    op.create_table(
        "export_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("requester_id", sa.BigInteger(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False, comment="list:<code> or report:<code>"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "params",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="(name, value) pairs of the conditions",
        ),
        sa.Column("conditions", sa.Text(), nullable=False, comment="the conditions in words, as the watermark says"),
        sa.Column("columns", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "format",
            sa.Enum("xlsx", "csv", name="export_format", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "mask_names", sa.Boolean(), server_default="false", nullable=False, comment="names of parties masked"
        ),
        sa.Column("file_name", sa.Text(), nullable=False, comment="the name the person sees"),
        sa.Column("stored_name", sa.Text(), nullable=True, comment="the server's own name in the exports folder"),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("downloads", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_export_request_court_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_export_request_job_id")),
        sa.ForeignKeyConstraint(["requester_id"], ["account.id"], name=op.f("fk_export_request_requester_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_request")),
        sa.UniqueConstraint("job_id", name=op.f("uq_export_request_job_id")),
    )
    op.create_index(op.f("ix_export_request_court_id"), "export_request", ["court_id"], unique=False)
    op.create_index("ix_export_request_requester", "export_request", ["requester_id", "id"], unique=False)
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="导入内容"),
        sa.Column(
            "status",
            sa.Enum(
                "uploaded",
                "mapping",
                "checking",
                "checked",
                "committing",
                "committed",
                "undoing",
                "undone",
                "failed",
                "abandoned",
                name="batch_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("note", sa.Text(), server_default="", nullable=False, comment="说明"),
        sa.Column("file_name", sa.Text(), nullable=False, comment="文件名"),
        sa.Column("file_size", sa.BigInteger(), nullable=False, comment="文件大小（字节）"),
        sa.Column("stored_name", sa.Text(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("marked_name", sa.Text(), nullable=True),
        sa.Column("mark_job_id", sa.BigInteger(), nullable=True),
        sa.Column("layout", sa.LargeBinary(), nullable=True),
        sa.Column("sheet", sa.Text(), server_default="", nullable=False, comment="工作表"),
        sa.Column("heading_row", sa.Integer(), nullable=True, comment="表头首行"),
        sa.Column("heading_rows", sa.Integer(), nullable=True, comment="表头行数"),
        sa.Column(
            "mapping",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="列号（从 0 起）→ 字段",
        ),
        sa.Column("signature", sa.Text(), server_default="", nullable=False, comment="表头特征"),
        sa.Column(
            "words",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="人工说明过的词：字段 → 词 → 值",
        ),
        sa.Column(
            "unknown_words",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="没见过的词：字段 → 词 → 次数",
        ),
        sa.Column("new_rows", sa.Integer(), server_default="0", nullable=False, comment="新增"),
        sa.Column("changed_rows", sa.Integer(), server_default="0", nullable=False, comment="更新"),
        sa.Column("unchanged_rows", sa.Integer(), server_default="0", nullable=False, comment="无变化"),
        sa.Column("faulty_rows", sa.Integer(), server_default="0", nullable=False, comment="错误"),
        sa.Column("gap_rows", sa.Integer(), server_default="0", nullable=False, comment="待补"),
        sa.Column("warned_rows", sa.Integer(), server_default="0", nullable=False, comment="有提示"),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("kept_rows", sa.Integer(), server_default="0", nullable=False, comment="撤销时保留"),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("asked_by_name", sa.Text(), server_default="", nullable=False, comment="导入人"),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True, comment="预检时间"),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True, comment="写入时间"),
        sa.Column("written_by_name", sa.Text(), server_default="", nullable=False, comment="写入人"),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True, comment="撤销时间"),
        sa.Column("undone_by_name", sa.Text(), server_default="", nullable=False, comment="撤销人"),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'undone') = (undone_at is not null)", name=op.f("ck_import_batch_undone_has_time")
        ),
        sa.CheckConstraint(
            "(status in ('committed', 'undoing', 'undone')) = (written_at is not null)",
            name=op.f("ck_import_batch_written_has_time"),
        ),
        sa.CheckConstraint(
            "new_rows >= 0 and changed_rows >= 0 and unchanged_rows >= 0 and faulty_rows >= 0",
            name=op.f("ck_import_batch_counts_positive"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_import_batch_asked_by")),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_import_batch_court_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_import_batch_job_id")),
        sa.ForeignKeyConstraint(["mark_job_id"], ["job.id"], name=op.f("fk_import_batch_mark_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_court_id"), "import_batch", ["court_id"], unique=False)
    op.create_index("ix_import_batch_job_id", "import_batch", ["job_id"], unique=False)
    op.create_index("ix_import_batch_list", "import_batch", ["court_id", "subject", "id"], unique=False)
    op.create_index("ix_import_batch_sha256", "import_batch", ["court_id", "subject", "sha256"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("grant_id", sa.BigInteger(), nullable=True, comment="the role in use; NULL until chosen"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, comment="written at most once a minute"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_how",
            sa.Enum(
                "signed_out",
                "ended_by_owner",
                "idle",
                "too_old",
                "credential_changed",
                "account_disabled",
                "too_many",
                name="session_end",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("device", sa.Text(), server_default="", nullable=False, comment="browser and system, in short"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_login_session_end_has_a_reason")),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_login_session_token_hash_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_session_account_id")),
        sa.ForeignKeyConstraint(["grant_id"], ["role_grant.id"], name=op.f("fk_login_session_grant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id", "id"], unique=False)
    op.create_index("uq_login_session_token_hash", "login_session", ["token_hash"], unique=True)
    op.create_table(
        "mediation_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("case_no", sa.Text(), nullable=True, comment="诉前调解案号"),
        sa.Column("case_year", sa.Integer(), nullable=True),
        sa.Column("case_type", sa.Text(), nullable=True),
        sa.Column("case_serial", sa.Integer(), nullable=True),
        sa.Column("inner_case_no", sa.Text(), nullable=True, comment="案号"),
        sa.Column(
            "kind",
            sa.Enum(
                "pre_filing",
                "post_filing",
                "internet",
                name="case_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="案件类型",
        ),
        sa.Column(
            "category",
            sa.Enum(
                "civil",
                "administrative",
                "criminal_civil",
                "enforcement",
                name="case_category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="案件类别",
        ),
        sa.Column(
            "source",
            sa.Enum(
                "court",
                "pushed",
                "party",
                "backfill",
                name="case_source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="来源",
        ),
        sa.Column("cause_code", sa.Text(), nullable=True, comment="案由（代码）"),
        sa.Column("cause_text", sa.Text(), server_default="", nullable=False, comment="案由"),
        sa.Column("dispute_type_code", sa.Text(), nullable=True, comment="纠纷类型（代码）"),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "to_assign",
                "to_accept",
                "mediating",
                "closing",
                "closed",
                "terminated",
                "returned",
                name="case_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="案件状态",
        ),
        sa.Column("suspended", sa.Boolean(), server_default="false", nullable=False, comment="中止（疑似虚假调解）"),
        sa.Column(
            "result",
            sa.Enum(
                "agreement",
                "settled_withdrawn",
                "failed",
                "procedural",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
            comment="调解结果",
        ),
        sa.Column(
            "end_reason",
            sa.Enum(
                "agreement",
                "withdrawn_settled",
                "unreachable",
                "refused",
                "deadlock",
                "expired",
                "refuse_sign",
                "other",
                name="end_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
            comment="终止原因",
        ),
        sa.Column("signed_all", sa.Boolean(), nullable=True, comment="全部签字"),
        sa.Column(
            "simplified",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="适用简易程序（立案后调解 7 天）",
        ),
        sa.Column("registered_on", sa.Date(), nullable=False, comment="登记日期"),
        sa.Column("assigned_on", sa.Date(), nullable=True, comment="指派日期"),
        sa.Column("response_due_on", sa.Date(), nullable=True, comment="受理期限（三个工作日）"),
        sa.Column("accepted_on", sa.Date(), nullable=True, comment="受理日期"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="调解期限"),
        sa.Column(
            "due_provisional",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="期限落在未公布放假安排的年份，暂按双休计算",
        ),
        sa.Column("extended_days", sa.Integer(), server_default="0", nullable=False, comment="延长天数"),
        sa.Column("close_requested_on", sa.Date(), nullable=True, comment="申请结案日期"),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="结束日期"),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=True, comment="标的额（元）"),
        sa.Column("claim", sa.Text(), server_default="", nullable=False, comment="请求事项"),
        sa.Column("facts", sa.Text(), server_default="", nullable=False, comment="纠纷概况"),
        sa.Column("plan", sa.Text(), server_default="", nullable=False, comment="调解方案"),
        sa.Column("remark", sa.Text(), server_default="", nullable=False, comment="备注"),
        sa.Column("ministry_code", sa.Text(), nullable=True, comment="部委（代码），空为否"),
        sa.Column("mediator_id", sa.BigInteger(), nullable=True, comment="调解员"),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True, comment="调解组织"),
        sa.Column("applicants", sa.Text(), server_default="", nullable=False, comment="申请人"),
        sa.Column("respondents", sa.Text(), server_default="", nullable=False, comment="被申请人"),
        sa.Column(
            "search_terms",
            postgresql.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="court id and two-character pieces of the parties' names",
        ),
        sa.Column("missing_phones", sa.Integer(), server_default="0", nullable=False, comment="手机号待补人数"),
        sa.Column("gaps", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False, comment="待补事项"),
        sa.Column("backfilled", sa.Boolean(), server_default="false", nullable=False, comment="补录"),
        sa.Column("batch_id", sa.Integer(), nullable=True, comment="补录批次"),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True, comment="删除时间"),
        sa.Column("deleted_by", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(state in ('closed', 'terminated')) = (ended_on is not null)",
            name=op.f("ck_mediation_case_ended_has_date"),
        ),
        sa.CheckConstraint(
            "(state in ('closed', 'terminated')) = (result is not null)",
            name=op.f("ck_mediation_case_ended_has_result"),
        ),
        sa.CheckConstraint(
            "not suspended or state = 'mediating'", name=op.f("ck_mediation_case_suspended_while_mediating")
        ),
        sa.CheckConstraint(
            "state <> 'closed' or result in ('agreement', 'settled_withdrawn')",
            name=op.f("ck_mediation_case_closed_is_success"),
        ),
        sa.CheckConstraint(
            "state <> 'terminated' or result in ('failed', 'procedural')",
            name=op.f("ck_mediation_case_terminated_is_failure"),
        ),
        sa.CheckConstraint(
            "state = 'draft' or case_no is not null", name=op.f("ck_mediation_case_submitted_has_number")
        ),
        sa.CheckConstraint(
            "state not in ('draft', 'to_assign', 'returned') or mediator_id is null",
            name=op.f("ck_mediation_case_unassigned_has_no_mediator"),
        ),
        sa.CheckConstraint(
            "state not in ('to_accept', 'closing') or mediator_id is not null or organisation_id is not null or kind = 'internet'",
            name=op.f("ck_mediation_case_assigned_has_mediator"),
        ),
        sa.CheckConstraint(
            "accepted_on is null or accepted_on >= registered_on",
            name=op.f("ck_mediation_case_accepted_after_registered"),
        ),
        sa.CheckConstraint("amount is null or amount >= 0", name=op.f("ck_mediation_case_amount_positive")),
        sa.CheckConstraint(
            "ended_on is null or ended_on >= coalesce(accepted_on, registered_on)",
            name=op.f("ck_mediation_case_ended_after_start"),
        ),
        sa.CheckConstraint("extended_days between 0 and 30", name=op.f("ck_mediation_case_extension_cap")),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_mediation_case_court_id")),
        sa.ForeignKeyConstraint(["deleted_by"], ["account.id"], name=op.f("fk_mediation_case_deleted_by")),
        sa.ForeignKeyConstraint(["mediator_id"], ["mediator.id"], name=op.f("fk_mediation_case_mediator_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_mediation_case_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_case")),
    )
    op.create_index(
        "ix_mediation_case_batch", "mediation_case", ["batch_id"], unique=False, postgresql_where="batch_id is not null"
    )
    op.create_index(
        "ix_mediation_case_due",
        "mediation_case",
        ["court_id", "due_on", "id"],
        unique=False,
        postgresql_include=["state"],
        postgresql_where="deleted_at is null and state in ('to_accept','mediating','closing')",
    )
    op.create_index(
        "ix_mediation_case_ended",
        "mediation_case",
        ["court_id", "ended_on", "id"],
        unique=False,
        postgresql_include=["state"],
        postgresql_where="deleted_at is null and ended_on is not null",
    )
    op.create_index(
        "ix_mediation_case_gaps",
        "mediation_case",
        ["court_id", "registered_on", "id"],
        unique=False,
        postgresql_where="deleted_at is null and cardinality(gaps) > 0",
    )
    op.create_index(
        "ix_mediation_case_inner_case_no",
        "mediation_case",
        ["inner_case_no"],
        unique=False,
        postgresql_where="inner_case_no is not null",
    )
    op.create_index(
        "ix_mediation_case_list",
        "mediation_case",
        ["court_id", "kind", "registered_on", "id"],
        unique=False,
        postgresql_where="deleted_at is null",
    )
    op.create_index(
        "ix_mediation_case_mediator",
        "mediation_case",
        ["mediator_id", "court_id", "state"],
        unique=False,
        postgresql_where="mediator_id is not null",
    )
    op.create_index(
        "ix_mediation_case_newest",
        "mediation_case",
        ["court_id", "registered_on", "id"],
        unique=False,
        postgresql_include=["state"],
        postgresql_where="deleted_at is null",
    )
    op.create_index(
        "ix_mediation_case_organisation",
        "mediation_case",
        ["organisation_id", "court_id", "state"],
        unique=False,
        postgresql_where="organisation_id is not null",
    )
    op.create_index(
        "ix_mediation_case_search", "mediation_case", ["search_terms"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_mediation_case_serial", "mediation_case", ["court_id", "case_serial", "case_year"], unique=False
    )
    op.create_index(
        "ix_mediation_case_state",
        "mediation_case",
        ["court_id", "state", "registered_on", "id"],
        unique=False,
        postgresql_where="deleted_at is null",
    )
    op.create_index("uq_mediation_case_case_no", "mediation_case", ["case_no"], unique=True)
    op.create_table(
        "mediator_listing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("mediator_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "roster",
            sa.Enum("invited", "other", name="roster", native_enum=False, create_constraint=True, length=40),
            nullable=False,
            comment="名册",
        ),
        sa.Column("max_open", sa.Integer(), nullable=True, comment="在手上限（件）"),
        sa.Column(
            "certification",
            sa.Enum(
                "pending",
                "certified",
                "refused",
                name="certification",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="认证状态",
        ),
        sa.Column(
            "standing",
            sa.Enum(
                "active", "suspended", "removed", name="standing", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
            comment="名册状态",
        ),
        sa.Column("term_start", sa.Date(), nullable=True, comment="聘任日期"),
        sa.Column("term_end", sa.Date(), nullable=True, comment="聘期至"),
        sa.Column("certificate_no", sa.Text(), server_default="", nullable=False, comment="证书编号"),
        sa.Column(
            "sanction",
            sa.Enum(
                "warning", "notice", "removal", name="sanction", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
            comment="处理（警告/通报/除名）",
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False, comment="理由"),
        sa.Column("granted_by", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="撤销时间"),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True, comment="导入批次"),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "term_end is null or term_start is null or term_end >= term_start",
            name=op.f("ck_mediator_listing_term_order"),
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_mediator_listing_court_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["account.id"], name=op.f("fk_mediator_listing_granted_by")),
        sa.ForeignKeyConstraint(["mediator_id"], ["mediator.id"], name=op.f("fk_mediator_listing_mediator_id")),
        sa.ForeignKeyConstraint(["revoked_by"], ["account.id"], name=op.f("fk_mediator_listing_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediator_listing")),
    )
    op.create_index(op.f("ix_mediator_listing_batch_id"), "mediator_listing", ["batch_id"], unique=False)
    op.create_index(op.f("ix_mediator_listing_court_id"), "mediator_listing", ["court_id"], unique=False)
    op.create_index(op.f("ix_mediator_listing_mediator_id"), "mediator_listing", ["mediator_id"], unique=False)
    op.create_index(
        "uq_mediator_listing_active",
        "mediator_listing",
        ["court_id", "mediator_id"],
        unique=True,
        postgresql_where="revoked_at is null",
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("mediator_id", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["mediator_id"], ["mediator.id"], name=op.f("fk_membership_mediator_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_batch_id"), "membership", ["batch_id"], unique=False)
    op.create_index(op.f("ix_membership_mediator_id"), "membership", ["mediator_id"], unique=False)
    op.create_index(
        "uq_membership_active",
        "membership",
        ["organisation_id", "mediator_id"],
        unique=True,
        postgresql_where="ended_at is null",
    )
    op.create_table(
        "organisation_listing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "certification",
            sa.Enum(
                "pending",
                "certified",
                "refused",
                name="certification",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="认证状态",
        ),
        sa.Column(
            "standing",
            sa.Enum(
                "active", "suspended", "removed", name="standing", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
            comment="名册状态",
        ),
        sa.Column("term_start", sa.Date(), nullable=True, comment="聘任日期"),
        sa.Column("term_end", sa.Date(), nullable=True, comment="聘期至"),
        sa.Column("certificate_no", sa.Text(), server_default="", nullable=False, comment="证书编号"),
        sa.Column(
            "sanction",
            sa.Enum(
                "warning", "notice", "removal", name="sanction", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
            comment="处理（警告/通报/除名）",
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False, comment="理由"),
        sa.Column("granted_by", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="撤销时间"),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True, comment="导入批次"),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "term_end is null or term_start is null or term_end >= term_start",
            name=op.f("ck_organisation_listing_term_order"),
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_organisation_listing_court_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["account.id"], name=op.f("fk_organisation_listing_granted_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_listing_organisation_id")
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["account.id"], name=op.f("fk_organisation_listing_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_listing")),
    )
    op.create_index(op.f("ix_organisation_listing_batch_id"), "organisation_listing", ["batch_id"], unique=False)
    op.create_index(op.f("ix_organisation_listing_court_id"), "organisation_listing", ["court_id"], unique=False)
    op.create_index(
        op.f("ix_organisation_listing_organisation_id"), "organisation_listing", ["organisation_id"], unique=False
    )
    op.create_index(
        "uq_organisation_listing_active",
        "organisation_listing",
        ["court_id", "organisation_id"],
        unique=True,
        postgresql_where="revoked_at is null",
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("mediator_id", sa.BigInteger(), nullable=True, comment="调解员"),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True, comment="调解组织"),
        sa.Column(
            "organisation_stays",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="委派组织先于本次指派，指派结束后仍留在案件上",
        ),
        sa.Column(
            "assigned_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="指派时间",
        ),
        sa.Column("assigned_on", sa.Date(), nullable=False, comment="指派日期"),
        sa.Column("assigned_by", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, comment="指派理由"),
        sa.Column("ranking", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("response_due_on", sa.Date(), nullable=True, comment="受理期限"),
        sa.Column("accepted_on", sa.Date(), nullable=True, comment="受理日期"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="结束时间"),
        sa.Column(
            "end_kind",
            sa.Enum(
                "declined",
                "timed_out",
                "withdrawn",
                "changed",
                "returned",
                "undone",
                "case_ended",
                name="assignment_end",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
            comment="结束方式",
        ),
        sa.Column("end_reason", sa.Text(), server_default="", nullable=False, comment="结束理由"),
        sa.Column("bulk_job_id", sa.BigInteger(), nullable=True, comment="批量指派任务"),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(ended_at is null) = (end_kind is null)", name=op.f("ck_assignment_end_is_whole")),
        sa.CheckConstraint(
            "mediator_id is not null or organisation_id is not null", name=op.f("ck_assignment_names_someone")
        ),
        sa.ForeignKeyConstraint(["assigned_by"], ["account.id"], name=op.f("fk_assignment_assigned_by")),
        sa.ForeignKeyConstraint(["bulk_job_id"], ["job.id"], name=op.f("fk_assignment_bulk_job_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_assignment_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_assignment_court_id")),
        sa.ForeignKeyConstraint(["mediator_id"], ["mediator.id"], name=op.f("fk_assignment_mediator_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_assignment_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(
        "ix_assignment_bulk", "assignment", ["bulk_job_id"], unique=False, postgresql_where="bulk_job_id is not null"
    )
    op.create_index("ix_assignment_case", "assignment", ["case_id", "id"], unique=False)
    op.create_index(op.f("ix_assignment_court_id"), "assignment", ["court_id"], unique=False)
    op.create_index("ix_assignment_mediator", "assignment", ["mediator_id", "assigned_on"], unique=False)
    op.create_index("ix_assignment_organisation", "assignment", ["organisation_id", "assigned_on"], unique=False)
    op.create_index("uq_assignment_active", "assignment", ["case_id"], unique=True, postgresql_where="ended_at is null")
    op.create_table(
        "case_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), server_default="", nullable=False),
        sa.Column("move", sa.Text(), nullable=False, comment="name of the move, or of the other thing that happened"),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_case_event_actor_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_case_event_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_case_event_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
    )
    op.create_index("ix_case_event_case_id_id", "case_event", ["case_id", "id"], unique=False)
    op.create_index(op.f("ix_case_event_court_id"), "case_event", ["court_id"], unique=False)
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False, comment="行号（Excel 中所见）"),
        sa.Column(
            "verdict",
            sa.Enum(
                "new",
                "changed",
                "unchanged",
                "faulty",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="判定",
        ),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("marks", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.Column("target_id", sa.BigInteger(), nullable=True, comment="写入的记录"),
        sa.Column("trace", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("kept_because", sa.Text(), server_default="", nullable=False, comment="撤销时保留的原因"),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("row_no > 0", name=op.f("ck_import_row_row_no_positive")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_import_row_court_id")),
        sa.PrimaryKeyConstraint("batch_id", "row_no", name=op.f("pk_import_row")),
    )
    op.create_index(op.f("ix_import_row_court_id"), "import_row", ["court_id"], unique=False)
    op.create_index("ix_import_row_verdict", "import_row", ["batch_id", "verdict", "row_no"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "key", sa.LargeBinary(), nullable=False, comment="keyed fingerprint of the case number, or of who and when"
        ),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="keyed fingerprint of everything the row said"),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_ledger_entry_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_ledger_entry_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index(op.f("ix_ledger_entry_court_id"), "ledger_entry", ["court_id"], unique=False)
    op.create_index("uq_ledger_entry_case", "ledger_entry", ["case_id"], unique=True)
    op.create_index("uq_ledger_entry_key", "ledger_entry", ["court_id", "key"], unique=True)
    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "applicant",
                "respondent",
                "third",
                name="party_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="诉讼地位",
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "natural",
                "legal",
                "unincorporated",
                name="party_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="类型",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="姓名/名称"),
        sa.Column("phone", sa.LargeBinary(), nullable=True, comment="手机号"),
        sa.Column(
            "phone_state",
            sa.Enum(
                "given",
                "missing",
                "unverified",
                name="phone_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="手机号状态",
        ),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("phone_tail_index", sa.LargeBinary(), nullable=True),
        sa.Column(
            "id_kind",
            sa.Enum(
                "id_card",
                "passport",
                "taiwan",
                "hk_macao",
                "household",
                "foreign",
                "credit_code",
                "other",
                name="id_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
            comment="证件类型",
        ),
        sa.Column("id_number", sa.LargeBinary(), nullable=True, comment="证件号码"),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_tail_index", sa.LargeBinary(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True, comment="性别"),
        sa.Column("birth_date", sa.Date(), nullable=True, comment="出生日期"),
        sa.Column("nation", sa.Text(), server_default="", nullable=False, comment="民族"),
        sa.Column("division_code", sa.Text(), nullable=True, comment="地区（代码）"),
        sa.Column("address", sa.LargeBinary(), nullable=True, comment="详细地址"),
        sa.Column("email", sa.LargeBinary(), nullable=True, comment="电子邮箱"),
        sa.Column("service_consent", sa.Boolean(), server_default="false", nullable=False, comment="同意电子送达"),
        sa.Column("representative", sa.Text(), server_default="", nullable=False, comment="法定代表人或负责人"),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(phone is null) = (phone_state = 'missing')", name=op.f("ck_party_phone_state_fits")),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"], name=op.f("fk_party_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_party_court_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    op.create_index(op.f("ix_party_court_id"), "party", ["court_id"], unique=False)
    op.create_index(op.f("ix_party_id_number_index"), "party", ["id_number_index"], unique=False)
    op.create_index(op.f("ix_party_id_number_tail_index"), "party", ["id_number_tail_index"], unique=False)
    op.create_index(op.f("ix_party_phone_index"), "party", ["phone_index"], unique=False)
    op.create_index(op.f("ix_party_phone_tail_index"), "party", ["phone_tail_index"], unique=False)
    op.create_index("uq_party_case_id_role_position", "party", ["case_id", "role", "position"], unique=True)
    op.create_table(
        "agent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="姓名"),
        sa.Column(
            "kind",
            sa.Enum(
                "lawyer",
                "legal_service",
                "staff",
                "relative",
                "citizen",
                "statutory",
                name="agent_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="代理人类型",
        ),
        sa.Column(
            "authority",
            sa.Enum("general", "special", name="authority", native_enum=False, create_constraint=True, length=40),
            nullable=False,
            comment="授权",
        ),
        sa.Column("phone", sa.LargeBinary(), nullable=True, comment="手机号"),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("id_number", sa.LargeBinary(), nullable=True, comment="证件号码"),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=True),
        sa.Column("firm", sa.Text(), server_default="", nullable=False, comment="律所"),
        sa.Column("licence_no", sa.Text(), server_default="", nullable=False, comment="执业证号"),
        sa.Column("relation", sa.Text(), server_default="", nullable=False, comment="与当事人关系"),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_agent_court_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_agent_party_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
    )
    op.create_index(op.f("ix_agent_court_id"), "agent", ["court_id"], unique=False)
    op.create_index(op.f("ix_agent_id_number_index"), "agent", ["id_number_index"], unique=False)
    op.create_index(op.f("ix_agent_party_id"), "agent", ["party_id"], unique=False)
    op.create_index(op.f("ix_agent_phone_index"), "agent", ["phone_index"], unique=False)

    for table in _APPEND_ONLY:
        op.execute(
            f"create function {table}_is_append_only() returns trigger language plpgsql as "
            f"$$ begin raise exception '{table} is append-only'; end $$"
        )
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            f"for each statement execute function {table}_is_append_only()"
        )


def downgrade() -> None:
    """Back to an empty database."""
    for table in _APPEND_ONLY:
        op.execute(f"drop trigger {table}_append_only on {table}")
        op.execute(f"drop function {table}_is_append_only()")
    op.drop_index(op.f("ix_agent_phone_index"), table_name="agent")
    op.drop_index(op.f("ix_agent_party_id"), table_name="agent")
    op.drop_index(op.f("ix_agent_id_number_index"), table_name="agent")
    op.drop_index(op.f("ix_agent_court_id"), table_name="agent")
    op.drop_table("agent")
    op.drop_index("uq_party_case_id_role_position", table_name="party")
    op.drop_index(op.f("ix_party_phone_tail_index"), table_name="party")
    op.drop_index(op.f("ix_party_phone_index"), table_name="party")
    op.drop_index(op.f("ix_party_id_number_tail_index"), table_name="party")
    op.drop_index(op.f("ix_party_id_number_index"), table_name="party")
    op.drop_index(op.f("ix_party_court_id"), table_name="party")
    op.drop_table("party")
    op.drop_index("uq_ledger_entry_key", table_name="ledger_entry")
    op.drop_index("uq_ledger_entry_case", table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_court_id"), table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_index("ix_import_row_verdict", table_name="import_row")
    op.drop_index(op.f("ix_import_row_court_id"), table_name="import_row")
    op.drop_table("import_row")
    op.drop_index(op.f("ix_case_event_court_id"), table_name="case_event")
    op.drop_index("ix_case_event_case_id_id", table_name="case_event")
    op.drop_table("case_event")
    op.drop_index("uq_assignment_active", table_name="assignment", postgresql_where="ended_at is null")
    op.drop_index("ix_assignment_organisation", table_name="assignment")
    op.drop_index("ix_assignment_mediator", table_name="assignment")
    op.drop_index(op.f("ix_assignment_court_id"), table_name="assignment")
    op.drop_index("ix_assignment_case", table_name="assignment")
    op.drop_index("ix_assignment_bulk", table_name="assignment", postgresql_where="bulk_job_id is not null")
    op.drop_table("assignment")
    op.drop_index(
        "uq_organisation_listing_active", table_name="organisation_listing", postgresql_where="revoked_at is null"
    )
    op.drop_index(op.f("ix_organisation_listing_organisation_id"), table_name="organisation_listing")
    op.drop_index(op.f("ix_organisation_listing_court_id"), table_name="organisation_listing")
    op.drop_index(op.f("ix_organisation_listing_batch_id"), table_name="organisation_listing")
    op.drop_table("organisation_listing")
    op.drop_index("uq_membership_active", table_name="membership", postgresql_where="ended_at is null")
    op.drop_index(op.f("ix_membership_mediator_id"), table_name="membership")
    op.drop_index(op.f("ix_membership_batch_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index("uq_mediator_listing_active", table_name="mediator_listing", postgresql_where="revoked_at is null")
    op.drop_index(op.f("ix_mediator_listing_mediator_id"), table_name="mediator_listing")
    op.drop_index(op.f("ix_mediator_listing_court_id"), table_name="mediator_listing")
    op.drop_index(op.f("ix_mediator_listing_batch_id"), table_name="mediator_listing")
    op.drop_table("mediator_listing")
    op.drop_index("uq_mediation_case_case_no", table_name="mediation_case")
    op.drop_index("ix_mediation_case_state", table_name="mediation_case", postgresql_where="deleted_at is null")
    op.drop_index("ix_mediation_case_serial", table_name="mediation_case")
    op.drop_index("ix_mediation_case_search", table_name="mediation_case", postgresql_using="gin")
    op.drop_index(
        "ix_mediation_case_organisation", table_name="mediation_case", postgresql_where="organisation_id is not null"
    )
    op.drop_index(
        "ix_mediation_case_newest",
        table_name="mediation_case",
        postgresql_include=["state"],
        postgresql_where="deleted_at is null",
    )
    op.drop_index("ix_mediation_case_mediator", table_name="mediation_case", postgresql_where="mediator_id is not null")
    op.drop_index("ix_mediation_case_list", table_name="mediation_case", postgresql_where="deleted_at is null")
    op.drop_index(
        "ix_mediation_case_inner_case_no", table_name="mediation_case", postgresql_where="inner_case_no is not null"
    )
    op.drop_index(
        "ix_mediation_case_gaps",
        table_name="mediation_case",
        postgresql_where="deleted_at is null and cardinality(gaps) > 0",
    )
    op.drop_index(
        "ix_mediation_case_ended",
        table_name="mediation_case",
        postgresql_include=["state"],
        postgresql_where="deleted_at is null and ended_on is not null",
    )
    op.drop_index(
        "ix_mediation_case_due",
        table_name="mediation_case",
        postgresql_include=["state"],
        postgresql_where="deleted_at is null and state in ('to_accept','mediating','closing')",
    )
    op.drop_index("ix_mediation_case_batch", table_name="mediation_case", postgresql_where="batch_id is not null")
    op.drop_table("mediation_case")
    op.drop_index("uq_login_session_token_hash", table_name="login_session")
    op.drop_index("ix_login_session_account_id", table_name="login_session")
    op.drop_table("login_session")
    op.drop_index("ix_import_batch_sha256", table_name="import_batch")
    op.drop_index("ix_import_batch_list", table_name="import_batch")
    op.drop_index("ix_import_batch_job_id", table_name="import_batch")
    op.drop_index(op.f("ix_import_batch_court_id"), table_name="import_batch")
    op.drop_table("import_batch")
    op.drop_index("ix_export_request_requester", table_name="export_request")
    op.drop_index(op.f("ix_export_request_court_id"), table_name="export_request")
    op.drop_table("export_request")
    op.drop_index(
        "uq_role_grant_one_of_three_administrators",
        table_name="role_grant",
        postgresql_where="revoked_at IS NULL AND role IN ('system_admin', 'security_admin', 'audit_admin')",
    )
    op.drop_index(
        "uq_role_grant_active_on_platform",
        table_name="role_grant",
        postgresql_where="revoked_at IS NULL AND court_id IS NULL",
    )
    op.drop_index(
        "uq_role_grant_active_in_court",
        table_name="role_grant",
        postgresql_where="revoked_at IS NULL AND court_id IS NOT NULL",
    )
    op.drop_index("ix_role_grant_court_id_account_id", table_name="role_grant")
    op.drop_index("ix_role_grant_account_id", table_name="role_grant")
    op.drop_table("role_grant")
    op.drop_index(op.f("ix_remembered_word_court_id"), table_name="remembered_word")
    op.drop_table("remembered_word")
    op.drop_index(op.f("ix_remembered_mapping_court_id"), table_name="remembered_mapping")
    op.drop_table("remembered_mapping")
    op.drop_index("uq_organisation_home_court_id_name", table_name="organisation")
    op.drop_index("ix_organisation_pinyin", table_name="organisation", postgresql_ops={"pinyin": "text_pattern_ops"})
    op.drop_index(
        "ix_organisation_initials", table_name="organisation", postgresql_ops={"initials": "text_pattern_ops"}
    )
    op.drop_index(op.f("ix_organisation_contact_phone_index"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_index("uq_one_time_link_token_hash", table_name="one_time_link")
    op.drop_index(
        "uq_one_time_link_open", table_name="one_time_link", postgresql_where="used_at IS NULL AND revoked_at IS NULL"
    )
    op.drop_table("one_time_link")
    op.drop_index("uq_mediator_phone_index", table_name="mediator")
    op.drop_index("ix_mediator_pinyin", table_name="mediator", postgresql_ops={"pinyin": "text_pattern_ops"})
    op.drop_index(op.f("ix_mediator_phone_tail_index"), table_name="mediator")
    op.drop_index("ix_mediator_name", table_name="mediator", postgresql_ops={"name": "text_pattern_ops"})
    op.drop_index("ix_mediator_initials", table_name="mediator", postgresql_ops={"initials": "text_pattern_ops"})
    op.drop_index(op.f("ix_mediator_id_number_index"), table_name="mediator")
    op.drop_table("mediator")
    op.drop_table("list_preference")
    op.drop_index("uq_job_once_key", table_name="job")
    op.drop_index("ix_job_unfinished", table_name="job", postgresql_where="status in ('waiting','running')")
    op.drop_index("ix_job_requester", table_name="job")
    op.drop_index(op.f("ix_job_court_id"), table_name="job")
    op.drop_table("job")
    op.drop_index(op.f("ix_case_number_counter_court_id"), table_name="case_number_counter")
    op.drop_table("case_number_counter")
    op.drop_table("reference_version")
    op.drop_table("ministry")
    op.drop_index("uq_division_code_current", table_name="division", postgresql_where="valid_to IS NULL")
    op.drop_index("ix_division_parent_code", table_name="division")
    op.drop_table("division")
    op.drop_table("dispute_type")
    op.drop_index("ix_court_parent_id", table_name="court")
    op.drop_index("ix_court_division_code", table_name="court")
    op.drop_table("court")
    op.drop_table("cause_of_action")
    op.drop_table("cause_alias")
    op.drop_table("case_number_type")
    op.drop_table("calendar_day")
    op.drop_index("uq_audit_seal_entry", table_name="audit_seal")
    op.drop_table("audit_seal")
    op.drop_index("ix_audit_entry_object", table_name="audit_entry")
    op.drop_index("ix_audit_entry_court_id_id", table_name="audit_entry")
    op.drop_index("ix_audit_entry_actor_id_id", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index("uq_account_phone_index", table_name="account")
    op.drop_table("account")
