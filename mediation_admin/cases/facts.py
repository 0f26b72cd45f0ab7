"""What the lifecycle table looks at: the case as facts, what the person said with a move, and a refusal."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mediation_admin.cases.enums import CaseKind, CaseSource, CaseState, EndReason, Gap, Result


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a move may not be made.

    ``field`` is the field of the move's own form, ``repair`` where else it can be mended: ``edit#<field>`` (the edit
    page) or the name of another move. The edge turns ``repair`` into an address.
    """

    message: str
    field: str | None = None
    repair: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """The case as the table sees it. ``today`` is the Shanghai date; everything else is read from the row."""

    state: CaseState | None
    today: date
    registered_on: date
    kind: CaseKind = CaseKind.PRE_FILING
    source: CaseSource = CaseSource.COURT
    backfilled: bool = False
    deleted: bool = False
    suspended: bool = False
    simplified: bool = False
    response_due_on: date | None = None
    assigned_on: date | None = None
    accepted_on: date | None = None
    due_on: date | None = None
    close_requested_on: date | None = None
    ended_on: date | None = None
    result: Result | None = None
    extended_days: int = 0
    mediator_id: int | None = None
    organisation_id: int | None = None
    chosen_by_party: bool = False
    applicants: int = 0
    respondents: int = 0
    missing_phones: int = 0
    unverified_phones: int = 0
    cause_known: bool = False
    facts_written: bool = False
    plan_written: bool = False
    gaps: tuple[Gap, ...] = ()
    # The court's own settings.
    regime_changes_on: date = date.max
    refuse_without_phone: bool = False
    # What only a look at other rows tells; asked for by the moves that need it.
    changes_of_mediator: int = 0
    lived_on: bool = False
    # What a later subject (confirmation, judgment, filing) says is under way, in its own words.
    followup: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The mediator or organisation named with a move, as the roster knows them. Nothing named leaves all empty."""

    mediator_id: int | None = None
    mediator_name: str = ""
    mediator_certified: bool = False
    organisation_id: int | None = None
    organisation_name: str = ""
    organisation_certified: bool = False
    ministry_code: str | None = None
    belongs: bool = False

    @property
    def words(self) -> str:
        """张三（某某调解委员会）."""
        if self.mediator_name and self.organisation_name:
            return f"{self.mediator_name}（{self.organisation_name}）"
        return self.mediator_name or self.organisation_name


@dataclass(frozen=True, slots=True)
class Given:
    """What the person said with a move. ``on`` is the day it happened (today if not said)."""

    on: date | None = None
    reason: str = ""
    note: str = ""
    ground: str = ""
    chosen: Chosen = field(default_factory=Chosen)
    end_reason: EndReason | None = None
    result: Result | None = None
    days: int | None = None
    consent: bool = False
    no_conflict: bool = False
    mediator_signed: bool = False
    signed_on_paper: bool = False
    all_signed: bool = False
    withdrawal_recorded: bool = False
    # Kept on the event as it is: the assignment's number, the points behind a choice.
    data: dict[str, Any] = field(default_factory=dict)
    # The row of a ledger a backfilled case follows (rules.backfill); the state is computed from it.
    backfill: Any = None

    @property
    def mediator_id(self) -> int | None:
        return self.chosen.mediator_id

    @property
    def organisation_id(self) -> int | None:
        return self.chosen.organisation_id
