"""What formulas compute with: numbers, texts and dates as Excel coerces them, and the functions ledgers use."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from mediation_admin.imports.reading.cells import Cell
from mediation_admin.imports.reading.values.dates import calendar_date
from mediation_admin.imports.reading.values.outcome import Parsed

_EPOCH = date(1899, 12, 30)


class Refused(Exception):
    """The formula is beyond this evaluator; the argument is a Chinese half-sentence."""


class Broken(Exception):
    """The formula gives an error value."""


class Budget(Exception):
    """Too many cells were looked at."""


def as_cell(value: Any) -> Cell:
    if isinstance(value, list):
        raise Refused("公式的结果是一片区域")
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else round(value, 10)
    return value if value != "" else None


def _serial(value: date | datetime) -> float:
    if isinstance(value, datetime):
        return (value.date() - _EPOCH).days + (value - datetime.combine(value.date(), time(0))).total_seconds() / 86_400
    return (value - _EPOCH).days


def as_number(value: Any) -> float:
    if value is None:
        return 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, date):
        return _serial(value)
    if isinstance(value, str):
        text = value.strip().replace(",", "")
        try:
            return float(text)
        except ValueError:
            if (day := as_day(value)) is not None:
                return _serial(day)
    raise Broken("#VALUE!")


def as_day(value: Any) -> date | None:
    """The date a cell means, if it means one."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) or (isinstance(value, int) and 19_491_001 <= value <= 20_991_231):
        outcome = calendar_date(value)
        if isinstance(outcome, Parsed) and not (isinstance(value, str) and len(value.strip()) < 6):
            return outcome.value
    return None


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return str(int(_serial(value)))
    return str(value)


def same(left: Any, right: Any) -> bool:
    if left is None or right is None:
        other = right if left is None else left
        return other is None or other == "" or (not isinstance(other, str) and as_number(other) == 0)
    if isinstance(left, str) or isinstance(right, str):
        return isinstance(left, str) and isinstance(right, str) and left.lower() == right.lower()
    return as_number(left) == as_number(right)


def less(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        one, other = as_day(left), as_day(right)
        return one < other if one and other else left.lower() < right.lower()
    if isinstance(left, str) != isinstance(right, str):
        one, other = as_day(left), as_day(right)
        if one and other:
            return one < other
        return not isinstance(left, str)  # Excel: numbers come before texts
    return as_number(left) < as_number(right)


def minus(left: Any, right: Any) -> Any:
    one, other = as_day(left), as_day(right)
    if one is not None and other is not None:
        return (one - other).days
    if isinstance(left, date):
        return left - timedelta(days=as_number(right))
    return as_number(left) - as_number(right)


def plus(left: Any, right: Any) -> Any:
    for day, days in ((left, right), (right, left)):
        if isinstance(day, date) and not isinstance(days, date):
            return day + timedelta(days=as_number(days))
    return as_number(left) + as_number(right)


def over(left: Any, right: Any) -> float:
    if not as_number(right):
        raise Broken("#DIV/0!")
    return as_number(left) / as_number(right)


def as_truth(value: Any) -> bool:
    if isinstance(value, str):
        if value.upper() in ("TRUE", "FALSE"):
            return value.upper() == "TRUE"
        raise Broken("#VALUE!")
    return bool(as_number(value))


def _numbers(arguments: list[Any]) -> Iterator[float]:
    """As SUM counts: texts in cells are passed over."""
    for argument in arguments:
        if isinstance(argument, list):
            yield from (
                as_number(value)
                for value in argument
                if isinstance(value, int | float | date) and not isinstance(value, bool)
            )
        elif argument is not None and not isinstance(argument, str):
            yield as_number(argument)


def _flat(arguments: list[Any]) -> Iterator[Any]:
    for argument in arguments:
        yield from argument if isinstance(argument, list) else (argument,)


def _rounded(arguments: list[Any]) -> float:
    number, digits = as_number(arguments[0]), int(as_number(arguments[1])) if len(arguments) > 1 else 0
    scale = 10.0**digits
    return (1 if number >= 0 else -1) * int(abs(number) * scale + 0.5 + 1e-9) / scale


def _days_apart(first: Any, last: Any) -> tuple[date, date]:
    one, other = as_day(first), as_day(last)
    if one is None or other is None:
        raise Broken("#VALUE!")
    return one, other


def _date_difference(arguments: list[Any]) -> int:
    if len(arguments) != 3:
        raise Refused("DATEDIF 的参数个数不对")
    first, last = _days_apart(arguments[0], arguments[1])
    if first > last:
        raise Broken("#NUM!")
    unit = str(arguments[2]).upper()
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    if unit == "D":
        return (last - first).days
    if unit == "M":
        return months
    if unit == "Y":
        return months // 12
    raise Refused(f"不重算 DATEDIF 的“{unit}”")


def _days(arguments: list[Any]) -> int:
    last, first = _days_apart(arguments[0], arguments[1])
    return (last - first).days


FUNCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "SUM": lambda given: sum(_numbers(given)),
    "MAX": lambda given: max(_numbers(given), default=0),
    "MIN": lambda given: min(_numbers(given), default=0),
    "COUNT": lambda given: sum(1 for _ in _numbers(given)),
    "COUNTA": lambda given: sum(1 for value in _flat(given) if value is not None),
    "ROUND": _rounded,
    "INT": lambda given: int(as_number(given[0]) // 1),
    "ABS": lambda given: abs(as_number(given[0])),
    "AND": lambda given: all(as_truth(value) for value in _flat(given) if value is not None),
    "OR": lambda given: any(as_truth(value) for value in _flat(given) if value is not None),
    "NOT": lambda given: not as_truth(given[0]),
    "ISBLANK": lambda given: given[0] is None,
    "DATEDIF": _date_difference,
    "DAYS": _days,
    "DATE": lambda given: date(*(int(as_number(value)) for value in given)),
    "TRIM": lambda given: " ".join(as_text(given[0]).split()),
}
