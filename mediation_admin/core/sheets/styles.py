"""The formats cells wear: a fixed few, and one more for each number of decimal places that is asked for."""

from mediation_admin.core.sheets.columns import Column, Kind
from mediation_admin.core.sheets.texts import xml_attribute

GENERAL, HEADING, WATERMARK, WRAPPED, TEXT_KEPT, CODE, CODE_KEPT, INTEGER, MONEY, DATE, DATETIME, BOOLEAN = range(12)

_DATE_FORMAT, _DATETIME_FORMAT, _BOOLEAN_FORMAT, _FIRST_OWN_FORMAT = 164, 165, 166, 167
_CENTRED = '<alignment horizontal="center"/>'
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
)
_FONT = '<name val="等线"/><family val="2"/><charset val="134"/>'
_FONTS = (
    '<fonts count="3">'
    f'<font><sz val="11"/>{_FONT}</font>'
    f'<font><b/><sz val="11"/>{_FONT}</font>'
    f'<font><sz val="10"/><color rgb="FF666666"/>{_FONT}</font>'
    "</fonts>"
)
_FILLS = (
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF7"/><bgColor indexed="64"/></patternFill></fill></fills>'
)
_BORDERS = (
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"><color rgb="FF9AAAC2"/></bottom><diagonal/></border></borders>'
)


class StyleBook:
    """Gives out style numbers while sheets are written and makes styles.xml when they are done."""

    def __init__(self) -> None:
        self._formats = {
            _DATE_FORMAT: "yyyy\\-mm\\-dd",
            _DATETIME_FORMAT: "yyyy\\-mm\\-dd\\ hh:mm:ss",
            # Excel and WPS show TRUE and FALSE whatever the format is; LibreOffice would show some of them as 0 and 1.
            _BOOLEAN_FORMAT: '"是";"是";"否"',
        }
        self._own: dict[str, int] = {}
        self._cells = [
            _cell(),
            _cell(font=1, fill=2, border=1, alignment='<alignment vertical="center" wrapText="1"/>'),
            _cell(font=2, alignment='<alignment vertical="center"/>'),
            _cell(alignment='<alignment vertical="top" wrapText="1"/>'),
            # quotePrefix is Excel's own mark for "the apostrophe was typed": editing the cell again keeps it a text.
            _cell(kept=True),
            _cell(49),
            _cell(49, kept=True),
            _cell(1),
            _cell(4),
            _cell(_DATE_FORMAT, alignment=_CENTRED),
            _cell(_DATETIME_FORMAT, alignment=_CENTRED),
            _cell(_BOOLEAN_FORMAT, alignment=_CENTRED),
        ]

    def of(self, column: Column) -> int:
        """The style of a column's ordinary cells."""
        match column.kind:
            case Kind.CODE:
                return CODE
            case Kind.INTEGER:
                return INTEGER
            case Kind.MONEY:
                return MONEY
            case Kind.DATE:
                return DATE
            case Kind.DATETIME:
                return DATETIME
            case Kind.BOOLEAN:
                return BOOLEAN
            case Kind.DECIMAL:
                return self._with_format(_places(column.places))
            case Kind.PERCENT:
                return self._with_format(_places(column.places) + "%")
            case _:
                return GENERAL

    def _with_format(self, code: str) -> int:
        if code not in self._own:
            number = _FIRST_OWN_FORMAT + len(self._own)
            self._formats[number] = code
            self._own[code] = len(self._cells)
            self._cells.append(_cell(number))
        return self._own[code]

    def xml(self) -> bytes:
        """styles.xml with everything that was given out."""
        formats = "".join(
            f'<numFmt numFmtId="{number}" formatCode="{xml_attribute(code)}"/>'
            for number, code in self._formats.items()
        )
        return (
            f'{_HEAD}<numFmts count="{len(self._formats)}">{formats}</numFmts>{_FONTS}{_FILLS}{_BORDERS}'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{len(self._cells)}">{"".join(self._cells)}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        ).encode()


def _places(places: int) -> str:
    return "0." + "0" * places if places else "0"


def _cell(number_format: int = 0, *, font=0, fill=0, border=0, kept: bool = False, alignment: str = "") -> str:
    applied = "".join(
        f' apply{what}="1"'
        for what, there in (
            ("NumberFormat", number_format),
            ("Font", font),
            ("Fill", fill),
            ("Border", border),
            ("Alignment", alignment),
        )
        if there
    )
    start = f'<xf numFmtId="{number_format}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"{applied}'
    if kept:
        start += ' quotePrefix="1"'
    return f"{start}>{alignment}</xf>" if alignment else f"{start}/>"
