"""The audit's tables: entries (what happened), seals (the chain), and what is kept of days, archives and checks.

All of them are only ever added to: triggers refuse UPDATE, DELETE and TRUNCATE for every role (migrations 0001, 0003).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mediation_admin.audit.enums import AuditKind, AuditOutcome
from mediation_admin.core.db import Base, enum_column, pk
from mediation_admin.core.scope import fence


class AuditEntry(Base):
    """One thing that happened."""

    __tablename__ = "audit_entry"
    # Every list of entries goes by time, so each way to narrow it down is an index that ends in the time.
    __table_args__ = (
        Index("ix_audit_entry_at", "at", "id"),
        Index("ix_audit_entry_court_id_at", "court_id", "at", "id"),
        Index("ix_audit_entry_kind_at", "kind", "at", "id"),
        Index("ix_audit_entry_object_at", "object_type", "object_id", "at", "id"),
        Index("ix_audit_entry_actor_id_at", "actor_id", "at", "id"),
        Index("ix_audit_entry_role_at", "role", "at", "id"),
        Index("ix_audit_entry_refused_at", "at", "id", postgresql_where="outcome = 'refused'"),
    )

    id: Mapped[pk]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    court_id: Mapped[int | None] = mapped_column(BigInteger)
    tag: Mapped[str] = mapped_column(Text, comment="subject:noun:past-tense verb, e.g. case:assignment:revoked")
    kind: Mapped[AuditKind] = enum_column(AuditKind, server_default="change", comment="种类")
    outcome: Mapped[AuditOutcome] = enum_column(AuditOutcome, server_default="done", comment="结果")
    object_type: Mapped[str] = mapped_column(Text, default="")
    object_id: Mapped[int | None] = mapped_column(BigInteger)
    sentence: Mapped[str] = mapped_column(
        Text, comment="what happened, as a clerk reads it; never personal data in clear"
    )
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, comment="column → [old, new], secrets masked")
    request_id: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(Text, default="")
    mac: Mapped[bytes] = mapped_column(LargeBinary, comment="keyed fingerprint of the entry, written with it")


# Platform entries (no court) are for the platform's audit administrator, whose scope is everything.
fence(AuditEntry, lambda court_ids: AuditEntry.court_id.in_(court_ids))


class AuditSeal(Base):
    """One link of the chain: the entry's fingerprint hashed together with the link before. Days follow one another."""

    __tablename__ = "audit_seal"
    __table_args__ = (
        Index("uq_audit_seal_entry", "entry_id", unique=True),
        Index("ix_audit_seal_day_id", "day", "id"),
    )

    id: Mapped[pk]
    entry_id: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date] = mapped_column(comment="the day of the chain (Asia/Shanghai) this link stands in")
    sealed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditDay(Base):
    """A day of the chain that is over: how many links it has, and the hash it hands to the day after."""

    __tablename__ = "audit_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    entries: Mapped[int] = mapped_column(BigInteger)
    previous: Mapped[bytes] = mapped_column(LargeBinary, comment="head of the day before")
    head: Mapped[bytes] = mapped_column(LargeBinary)
    closed_at: Mapped[datetime]
    mac: Mapped[bytes] = mapped_column(LargeBinary, comment="keyed fingerprint of this row")


class AuditArchive(Base):
    """A day's entries as a sealed file in the second place (S36)."""

    __tablename__ = "audit_archive"

    day: Mapped[date] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    archived_at: Mapped[datetime]
    mac: Mapped[bytes] = mapped_column(LargeBinary, comment="keyed fingerprint of this row")


class AuditRemoval(Base):
    """Proof that the owner took an archived day out of the live table after its retention; its head stays."""

    __tablename__ = "audit_removal"

    day: Mapped[date] = mapped_column(primary_key=True)
    entries: Mapped[int] = mapped_column(BigInteger)
    removed_at: Mapped[datetime]
    mac: Mapped[bytes] = mapped_column(LargeBinary, comment="keyed fingerprint of this row")


class AuditCheck(Base):
    """What one verification of the chain found."""

    __tablename__ = "audit_check"

    id: Mapped[pk]
    checked_at: Mapped[datetime]
    since: Mapped[date | None] = mapped_column(comment="first day walked; empty for the whole chain")
    checked: Mapped[int] = mapped_column(BigInteger)
    unsealed: Mapped[int] = mapped_column(BigInteger)
    problem: Mapped[str] = mapped_column(Text, comment="empty when the chain is whole")
    broken_entry_id: Mapped[int | None] = mapped_column(BigInteger)
    seconds: Mapped[float]
