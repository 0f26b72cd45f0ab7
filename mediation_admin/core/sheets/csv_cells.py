"""Values in wire form as the texts of a CSV file."""

from mediation_admin.core.sheets.columns import Column, Kind
from mediation_admin.core.sheets.texts import clean_text, looks_like_formula
from mediation_admin.core.sheets.wire import wire

_TRUTH = {b"t": "TRUE", b"f": "FALSE"}
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT)


def csv_column(column: Column, values: list[bytes]) -> list[str]:
    """The texts of one column: labels looked up, formulas made harmless."""
    if column.labels is not None:
        words = {wire(value): wire(label) for value, label in column.labels.items()}
        values = [words.get(value, value) for value in values]
    match column.kind:
        case Kind.BOOLEAN:
            return [_TRUTH.get(value) or harmless(value.decode()) for value in values]
        case Kind.DATE:
            return [harmless(value[:10].decode()) for value in values]
        case Kind.DATETIME:
            return [harmless(value[:19].decode()) for value in values]
        case kind if kind in _NUMBERS:
            return [_number(value.decode()) for value in values]
    return [harmless(value.decode()) for value in values]


def harmless(text: str) -> str:
    """A text for a CSV cell: control characters gone, and an apostrophe before what would be read as a formula (S27)."""
    text = clean_text(text)
    return "'" + text if looks_like_formula(text) else text


def _number(text: str) -> str:
    try:
        float(text)
    except ValueError:
        return harmless(text)
    return text
