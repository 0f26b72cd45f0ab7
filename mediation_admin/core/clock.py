"""The one place that asks what time it is. Stored in UTC, shown in Asia/Shanghai."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present date in Asia/Shanghai, the date every deadline is counted in."""
    return now().astimezone(SHANGHAI).date()


def local(moment: datetime | None) -> datetime | None:
    """A stored moment as the people of the court read it."""
    return None if moment is None else moment.astimezone(SHANGHAI)


def start_of(day: date) -> datetime:
    """Midnight of a Shanghai date as an aware moment, for comparing dates with stored moments."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
