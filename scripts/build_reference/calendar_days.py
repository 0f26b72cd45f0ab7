"""Days that are not what their weekday says, 2004 to the last year the State Council published."""

from datetime import date, timedelta
from typing import NamedTuple

from chinese_calendar.constants import Holiday, holidays, workdays

_NAMES = {holiday.value: holiday.chinese for holiday in Holiday}


class Day(NamedTuple):
    """One line of calendar.csv."""

    day: date
    is_workday: str
    name: str


def exceptions() -> list[Day]:
    """Holidays that fall on a weekday, and weekends that are worked."""
    day, last = date(min(holidays).year, 1, 1), date(max(holidays).year, 12, 31)
    found = []
    while day <= last:
        weekend = day.weekday() >= 5
        if weekend and day in workdays:
            found.append(Day(day, "true", f"{_NAMES[workdays[day]]}调休上班"))
        elif not weekend and day in holidays and day not in workdays:
            found.append(Day(day, "false", _NAMES[holidays[day]]))
        day += timedelta(days=1)
    return found
