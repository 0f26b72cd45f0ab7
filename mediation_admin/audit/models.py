"""The audit's two tables: entries (what happened) and seals (the chain that shows nothing was altered)."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mediation_admin.core.db import Base, pk
from mediation_admin.core.scope import fence


class AuditEntry(Base):
    """One thing that happened. Rows are only ever added; triggers refuse UPDATE and DELETE."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_court_id_id", "court_id", "id"),
        Index("ix_audit_entry_object", "object_type", "object_id", "id"),
        Index("ix_audit_entry_actor_id_id", "actor_id", "id"),
    )

    id: Mapped[pk]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    court_id: Mapped[int | None] = mapped_column(BigInteger)
    tag: Mapped[str] = mapped_column(Text, comment="subject:noun:past-tense verb, e.g. case:assignment:revoked")
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
    """One link of the chain: the entry's fingerprint hashed together with the link before."""

    __tablename__ = "audit_seal"
    __table_args__ = (Index("uq_audit_seal_entry", "entry_id", unique=True),)

    id: Mapped[pk]
    entry_id: Mapped[int] = mapped_column(BigInteger)
    sealed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
