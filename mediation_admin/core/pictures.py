"""Uploaded pictures: what they really are, how large, and the same picture without what a camera wrote into it.

Nothing is decoded: the kind is judged by the first bytes, the size read from the header, and metadata (where and when a
photo was taken, by which phone) is cut out of the file's structure. Of EXIF only the turn of the camera is kept, or
portraits would lie on their side.
"""

import struct
from dataclasses import dataclass

import filetype

from mediation_admin.core.errors import RuleBroken

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 60_000_000
SHORTEST_SIDE = 300
ENDINGS = {"image/jpeg": ("jpg", "jpeg"), "image/png": ("png",), "application/pdf": ("pdf",)}
PICTURES = ("image/jpeg", "image/png")

_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"})
_SOF = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_SOS, _EOI, _APP1, _COM = 0xDA, 0xD9, 0xE1, 0xFE
_ADOBE = 0xEE
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was judged: its content as it may be kept, what it is, its size in pixels (0 for what is no picture)."""

    content: bytes
    mime: str
    width: int = 0
    height: int = 0


def judge(content: bytes, file_name: str, *, field: str, allowed: tuple[str, ...] = PICTURES) -> Upload:
    """The upload as it may be kept, without metadata (S28).

    Refused, for ``field``: nothing, too much, another kind than its name says or than ``allowed``, a broken header, a
    picture too small to be read or with more pixels than any camera has (a bomb).
    """
    kinds = "、".join(ending.upper() for kind in allowed for ending in ENDINGS[kind][:1])
    if not content:
        raise RuleBroken(f"请选择文件（{kinds}）。", field=field)
    if len(content) > MOST_BYTES:
        raise RuleBroken(f"文件超过 {MOST_BYTES // 1024 // 1024} MB，请压缩后再上传。", field=field)
    found = filetype.guess(content)
    mime = found.mime if found is not None else ""
    if mime not in allowed:
        raise RuleBroken(f"只能上传 {kinds} 文件，这个文件的内容不是。", field=field)
    ending = file_name.rpartition(".")[2].lower()
    if ending not in ENDINGS[mime]:
        raise RuleBroken(
            f"文件名以 .{ending[:8]} 结尾，内容却是 {ENDINGS[mime][0].upper()}，请核对后上传。", field=field
        )
    if mime not in PICTURES:
        return Upload(content, mime)
    try:
        clean, width, height = (_clean_jpeg if mime == "image/jpeg" else _clean_png)(content)
    except (struct.error, IndexError, ValueError) as error:
        raise RuleBroken("图片已损坏，无法读取，请重新拍摄或导出后上传。", field=field) from error
    if width * height > MOST_PIXELS:
        raise RuleBroken("图片像素过多，请压缩后再上传。", field=field)
    if min(width, height) < SHORTEST_SIDE:
        raise RuleBroken(
            f"图片太小（{width}×{height}），看不清文字，请重新拍摄，短边至少 {SHORTEST_SIDE} 像素。", field=field
        )
    return Upload(clean, mime, width, height)


def _clean_png(content: bytes) -> tuple[bytes, int, int]:
    parts, at = [content[:8]], 8
    width, height = struct.unpack(">II", content[16:24])
    if content[12:16] != b"IHDR":
        raise ValueError("no header")
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise ValueError("cut off")
        if kind in _PNG_KEPT:
            parts.append(content[at:end])
        at = end
        if kind == b"IEND":
            break
    else:
        raise ValueError("no end")
    return b"".join(parts), width, height


def _clean_jpeg(content: bytes) -> tuple[bytes, int, int]:
    parts, at, turned = [], 2, 1
    width = height = 0
    while True:
        if content[at] != 0xFF:
            raise ValueError("no marker")
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == _EOI:
            # Behind it phones hide further pictures, with their own metadata: what follows is not kept.
            parts.append(b"\xff\xd9")
            break
        (length,) = struct.unpack(">H", content[at + 2 : at + 4])
        segment = content[at : at + 2 + length]
        if len(segment) != 2 + length or length < 2:
            raise ValueError("cut off")
        at += 2 + length
        if marker in _SOF:
            height, width = struct.unpack(">HH", segment[5:9])
        if marker == _APP1 and segment[4:10] == b"Exif\0\0":
            turned = _turn_in(segment[10:])
        if marker == _ADOBE or not (0xE1 <= marker <= 0xEF or marker == _COM):
            parts.append(segment)
        if marker == _SOS:
            end = _end_of_scan(content, at)
            parts.append(content[at:end])
            at = end
    if not width or not height:
        raise ValueError("no size")
    head = b"\xff\xd8" + (_turn_alone(turned) if turned != 1 else b"")
    return head + b"".join(parts), width, height


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the next marker stands behind a scan's data; there an FF is followed by 00 or by a restart mark."""
    while True:
        at = content.index(b"\xff", at)
        if content[at + 1] == 0 or 0xD0 <= content[at + 1] <= 0xD7:
            at += 2
        else:
            return at


def _turn_in(tiff: bytes) -> int:
    """How the camera was held (1 upright … 8), from the EXIF of a photo; 1 where that cannot be read."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (first,) = struct.unpack(order + "I", tiff[4:8])
        (count,) = struct.unpack(order + "H", tiff[first : first + 2])
        for number in range(count):
            entry = tiff[first + 2 + 12 * number : first + 14 + 12 * number]
            tag, kind = struct.unpack(order + "HH", entry[:4])
            if tag == _ORIENTATION and kind == 3:
                (value,) = struct.unpack(order + "H", entry[8:10])
                return value if 1 <= value <= 8 else 1
    except (KeyError, struct.error):
        return 1
    return 1


def _turn_alone(turned: int) -> bytes:
    """An EXIF segment that holds the turn and nothing else."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)
    payload = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload
