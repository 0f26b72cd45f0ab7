"""What a person prefers on one list: columns, density, page size and saved views."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mediation_admin.core.db import Base, Recorded, pk


class ListPreference(Recorded, Base):
    """One row per person and list. ``views`` is [{"name", "query"}], the query sealed where it holds personal data."""

    __tablename__ = "list_preference"
    __table_args__ = (UniqueConstraint("account_id", "list_code"),)

    id: Mapped[pk]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id", ondelete="CASCADE"))
    list_code: Mapped[str] = mapped_column(String(80))
    columns: Mapped[list[str] | None] = mapped_column(JSONB)
    density: Mapped[str] = mapped_column(String(10), default="normal", server_default="normal")
    size: Mapped[int | None]
    views: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
