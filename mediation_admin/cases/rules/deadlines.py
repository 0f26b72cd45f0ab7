"""Deadlines of a case: how long each step may take, from when, and in which legal era. Counting itself is
reference.workdays' work; dates and the working-day calendar are arguments."""

from dataclasses import dataclass
from datetime import date

from mediation_admin.cases.enums import CaseKind, Regime
from mediation_admin.reference.workdays import Calendar, Deadline

RESPONSE_WORKDAYS = 3  # L1§12
PRE_FILING_DAYS = 30  # L1§24, L2§27
ORDINARY_DAYS = 15  # L2§27, after filing
SIMPLIFIED_DAYS = 7  # L2§27, after filing, simplified procedure
EXTENSION_CAP = 30  # L8; before filing a local rule (P28) taken over
NOTICE_DAYS = 3  # announced so many days before the end (T12c)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What the counting needs beside the case: the working-day calendar and when the court's regime changed."""

    calendar: Calendar
    regime_changes_on: date


def regime_of(kind: CaseKind, registered_on: date, regime_changes_on: date) -> Regime:
    """The era a case belongs to: after the court's change every case of the court is mediated after filing; what a
    party applied for on the internet is before filing in any case."""
    if kind is CaseKind.INTERNET:
        return Regime.PRE_FILING
    if kind is CaseKind.POST_FILING or registered_on >= regime_changes_on:
        return Regime.POST_FILING
    return Regime.PRE_FILING


def default_kind(regime_changes_on: date, day: date) -> CaseKind:
    """The kind a new case has unless the clerk says otherwise."""
    return CaseKind.POST_FILING if day >= regime_changes_on else CaseKind.PRE_FILING


def mediation_days(kind: CaseKind, simplified: bool, registered_on: date, regime_changes_on: date) -> int:
    """How many days mediation may take (D5, D6)."""
    if regime_of(kind, registered_on, regime_changes_on) is Regime.PRE_FILING:
        return PRE_FILING_DAYS
    return SIMPLIFIED_DAYS if simplified else ORDINARY_DAYS


def due_after_acceptance(
    accepted_on: date, kind: CaseKind, simplified: bool, registered_on: date, deadlines: Deadlines
) -> Deadline:
    """The end of mediation, counted from acceptance (L1§24)."""
    days = mediation_days(kind, simplified, registered_on, deadlines.regime_changes_on)
    return deadlines.calendar.due_after_days(accepted_on, days)


def extended_due(due_on: date, days: int, calendar: Calendar) -> Deadline:
    """The end after an extension, counted from the end before (T16)."""
    return calendar.due_after_days(due_on, days)


def response_due(start: date, calendar: Calendar) -> Deadline:
    """The third working day after the referral (D3)."""
    return calendar.add_working_days(start, RESPONSE_WORKDAYS)


def days_left(due_on: date, today: date) -> int:
    """Days that remain; 0 on the last day, negative when it is over."""
    return (due_on - today).days
