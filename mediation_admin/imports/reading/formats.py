"""What a file is, told by its first bytes and not by its name."""

import re
from enum import StrEnum
from pathlib import Path

from mediation_admin.imports.reading.refused import FileRefused


class FileKind(StrEnum):
    """The kinds that are read."""

    XLSX = "xlsx"  # and xlsm: macros are never run
    XLS = "xls"
    CSV = "csv"


_HEAD = 4_096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF_WITHOUT_OLE = (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00")
_OTHERS = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"Rar!", "RAR 压缩包（请先解压）"),
    (b"7z\xbc\xaf", "7z 压缩包（请先解压）"),
    (b"\x1f\x8b", "gz 压缩包（请先解压）"),
    (b"{\\rtf", "RTF 文档"),
    (b"MZ", "程序文件"),
    (b"\x7fELF", "程序文件"),
    (b"SQLite format 3", "数据库文件"),
)
_HTML = re.compile(
    rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|div|script)\b", re.I | re.S
)


def _name(word: str) -> bytes:
    return word.encode("utf-16-le")


def detect(path: Path) -> FileKind:
    """The kind of the file, or FileRefused with what to do about it."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise FileRefused("missing") from error
    if not size:
        raise FileRefused("empty")
    if head.startswith(b"PK\x03\x04"):
        return FileKind.XLSX
    if head.startswith(b"PK"):
        raise FileRefused("broken")
    if head.startswith(_OLE):
        return _inside_ole(path)
    if head.startswith(_BIFF_WITHOUT_OLE):
        raise FileRefused("other_spreadsheet", what="很旧的 Excel 格式")
    for magic, what in _OTHERS:
        # “BM” may also begin a line of text
        if head.startswith(magic) and (magic != b"BM" or b"\0" in head):
            raise FileRefused("wrong_type", what=what)
    text = head.removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[2:].replace(b"\0", b"")
    if text.lstrip().startswith(b"<?xml") and (
        b"urn:schemas-microsoft-com:office:spreadsheet" in text or b"Excel.Sheet" in text
    ):
        raise FileRefused("xml_2003")
    if _HTML.match(text) or text.lstrip().startswith(b"<?xml"):
        raise FileRefused("html" if _HTML.match(text) or b"<html" in text.lower() else "wrong_type", what="XML 文件")
    if text.startswith((b"MIME-Version:", b"From:")) and b"boundary" in text:
        raise FileRefused("html")
    if not text.strip():
        raise FileRefused("nothing_in_it")
    return FileKind.CSV


def _inside_ole(path: Path) -> FileKind:
    """OLE files carry their stream names in clear, as UTF-16, in their directory."""
    data = path.read_bytes()
    if _name("EncryptedPackage") in data:
        raise FileRefused("encrypted")
    if _name("WordDocument") in data:
        raise FileRefused("wrong_type", what="Word 文档")
    if _name("PowerPoint Document") in data:
        raise FileRefused("wrong_type", what="PowerPoint 文件")
    if _name("__substg1.0_") in data:
        raise FileRefused("wrong_type", what="邮件")
    if _name("Workbook") in data or _name("Book") in data:
        return FileKind.XLS
    raise FileRefused("broken")
