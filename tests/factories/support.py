"""Uploads, reviews and video requests for tests."""

import struct
import zlib
from typing import Any

from mediation_admin.core import clock
from mediation_admin.core.crypto import blind_index
from mediation_admin.core.db import db
from mediation_admin.core.pictures import Upload, judge
from mediation_admin.support import store
from mediation_admin.support.enums import PhotoSide, ReviewStatus
from mediation_admin.support.models import IdentityReview

ID_NUMBER = "110105199003071212"
_HEAD = b"\x89PNG\r\n\x1a\n"


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def a_png(width: int = 640, height: int = 400, *more: tuple[bytes, bytes], shade: int = 200) -> bytes:
    """A grey picture; ``more`` are further chunks (a text, a place)."""
    rows = zlib.compress(b"".join(b"\0" + bytes([shade]) * width for _ in range(height)))
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return _HEAD + head + b"".join(_chunk(*one) for one in more) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def a_jpeg(width: int = 640, height: int = 400, *, exif: bytes = b"", comment: bytes = b"", tail: bytes = b"") -> bytes:
    """The structure of a JPEG with an empty scan; ``tail`` is what a phone hides behind its end."""

    def segment(marker: int, body: bytes) -> bytes:
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body

    parts = [b"\xff\xd8", segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")]
    if exif:
        parts.append(segment(0xE1, b"Exif\0\0" + exif))
    if comment:
        parts.append(segment(0xFE, comment))
    parts.append(segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"))
    parts.append(segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34" + b"\xff\xd9")
    return b"".join(parts) + tail


def an_upload(shade: int = 200) -> Upload:
    """A photo as a form hands it over."""
    return judge(a_png(shade=shade), "photo.png", field="photo")


def photos() -> dict[PhotoSide, Upload]:
    """The three photos of a review."""
    return {side: an_upload(100 + 10 * number) for number, side in enumerate(PhotoSide)}


def a_review(account_id: int, **values: Any) -> IdentityReview:
    """A review that waits, straight into the tables; flushed."""
    moment = clock.now()
    files = {f"{side.value}_file": store.keep(upload)[0] for side, upload in photos().items()}
    row = IdentityReview(
        account_id=account_id,
        **{
            "name": "王某某",
            "id_number": ID_NUMBER,
            "id_number_index": blind_index("id", ID_NUMBER),
            "status": ReviewStatus.WAITING,
            "asked_at": moment,
            "due_at": moment,
            **files,
            **values,
        },
    )
    db.session.add(row)
    db.session.flush()
    return row
