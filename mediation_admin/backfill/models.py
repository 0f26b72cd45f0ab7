"""Which ledger row made which case: what makes importing the same ledger twice change nothing."""

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from mediation_admin.core.db import Base, pk
from mediation_admin.core.scope import CourtScoped


class LedgerEntry(CourtScoped, Base):
    """The row of a ledger behind a historic case: what it is known by, and a fingerprint of all it said."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index("uq_ledger_entry_key", "court_id", "key", unique=True),
        Index("uq_ledger_entry_case", "case_id", unique=True),
    )

    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("mediation_case.id", ondelete="CASCADE"))
    key: Mapped[bytes] = mapped_column(LargeBinary, comment="keyed fingerprint of the case number, or of who and when")
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="keyed fingerprint of everything the row said")
