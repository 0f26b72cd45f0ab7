"""What may stand in a text cell, and which texts a spreadsheet program would take for a formula."""

import re

LONGEST = 32_767  # UTF-16 code units, what Excel holds in one cell
CUT_MARK = "…（内容过长，已截断）"

# Characters that XML 1.0 cannot carry (tab and line feed it can; the carriage return is handled as a line end), and
# halves of surrogate pairs, which are no text at all.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n?")
# Excel reads _x000D_ inside a cell as the character itself, so a text that really says so has its underscore escaped.
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

# OWASP's list of openings that a spreadsheet program takes for a formula, and the full-width forms that East Asian
# locales treat the same. Blanks before them do not protect.
_FORMULA = re.compile("[ \u3000\xa0]*[=+\\-@\t\r\n＝＋－＠]")


def clean_text(text: str) -> str:
    """The text as a cell can hold it.

    Line ends become line feeds (what Alt+Enter makes), characters that XML cannot carry are dropped, and what is
    longer than a cell holds (32,767 UTF-16 units) is cut and says so.
    """
    text = _NOT_XML.sub("", _LINE_END.sub("\n", text))
    if len(text) * 2 > LONGEST and len(text.encode("utf-16-le")) // 2 > LONGEST:
        kept = text.encode("utf-16-le")[: (LONGEST - len(CUT_MARK)) * 2]
        text = kept.decode("utf-16-le", "ignore") + CUT_MARK
    return text


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet program might run this text, were it typed in or read from CSV."""
    return _FORMULA.match(text) is not None


def xml_text(text: str) -> str:
    """A clean text as the content of an XML element that Excel reads back as exactly this text."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LOOKS_ESCAPED.sub("_x005F_", text)


def xml_attribute(text: str) -> str:
    """A text as an XML attribute between double quotes."""
    return xml_text(clean_text(text)).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def needs_preserving(text: str) -> bool:
    """Whether XML readers would trim this text unless told not to."""
    return text != text.strip(" \t\n")
