"""Personal data at rest: AES-GCM columns, blind indexes for exact search, and the masks that lists show.

Every key has a number. Values are written with the first key listed and read with any; while the keys are being
changed (``accounts rekey``) a value may be searched for under each of them.
"""

import base64
import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, LargeBinary, type_coerce
from sqlalchemy.types import TypeDecorator

_NONCE = 12
_keys: dict[int, AESGCM] = {}
_current_key_id = 0
# The first is used for writing; all of them are searched under.
_index_keys: list[bytes] = []
# No index is searched under these any more; they know only what was written once and is never changed (the audit).
_retired_index_keys: list[bytes] = []


def configure(
    *,
    encryption_keys: Mapping[int, str],
    current: int,
    index_key: str | Mapping[int, str],
    retired_index_keys: Mapping[int, str] | None = None,
) -> None:
    """Load the keys (base64, 32 bytes each). They live in the environment, never in the database.

    Of several index keys the first is used for writing.
    """
    global _current_key_id
    _keys.clear()
    _keys.update({ident: AESGCM(_raw(text, "ENCRYPTION_KEY")) for ident, text in encryption_keys.items()})
    _current_key_id = current
    listed = [index_key] if isinstance(index_key, str) else list(index_key.values())
    _index_keys[:] = [_raw(text, "INDEX_KEY") for text in listed]
    _retired_index_keys[:] = [_raw(text, "RETIRED_INDEX_KEY") for text in (retired_index_keys or {}).values()]


def _raw(text: str, name: str) -> bytes:
    raw = base64.b64decode(text)
    if len(raw) != 32:
        raise ValueError(f"{name} must be 32 bytes in base64")
    return raw


def encrypt(text: str, purpose: str) -> bytes:
    """key id (1 byte) + nonce (12) + ciphertext; ``purpose`` (the column) is bound in, so values cannot be swapped."""
    nonce = os.urandom(_NONCE)
    return bytes([_current_key_id]) + nonce + _keys[_current_key_id].encrypt(nonce, text.encode(), purpose.encode())


def decrypt(blob: bytes, purpose: str) -> str:
    """The text behind ``encrypt``; raises InvalidTag when bytes or purpose were changed."""
    return _keys[blob[0]].decrypt(blob[1 : 1 + _NONCE], blob[1 + _NONCE :], purpose.encode()).decode()


class Encrypted(TypeDecorator[str]):
    """A text column stored encrypted. ``purpose`` is ``table.column`` and must never change."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, _dialect: Any) -> bytes | None:
        return None if value in (None, "") else encrypt(value, self.purpose)

    def process_result_value(self, value: bytes | None, _dialect: Any) -> str | None:
        return None if value is None else decrypt(bytes(value), self.purpose)


def is_current(blob: bytes) -> bool:
    """Whether the bytes were encrypted with the key that is written with now."""
    return blob[0] == _current_key_id


def blind_index(kind: str, value: str | None) -> bytes | None:
    """A keyed 16-byte fingerprint of a normalised value, to be stored beside it. None for empty."""
    return _index(_index_keys[0], kind, value) if value else None


def blind_indexes(kind: str, value: str | None) -> tuple[bytes, ...]:
    """What a stored index of this value may be, for searching: one per index key. None at all for empty."""
    return tuple(_index(key, kind, value) for key in _index_keys) if value else ()


def _index(key: bytes, kind: str, value: str) -> bytes:
    return hmac.digest(key, f"{kind}:{value}".encode(), hashlib.sha256)[:16]


@dataclass(frozen=True)
class IndexOf:
    """What a column of blind indexes is made from: the encrypted column ``of`` of its table, or that one's ``tail``."""

    kind: str
    of: str
    tail: int | None = None

    def of_value(self, value: str | None) -> bytes | None:
        """The index of a value, under the key that is written with now."""
        return blind_index(self.kind, value[-self.tail :] if self.tail and value else value)


def index_of(kind: str, of: str, tail: int | None = None) -> dict[str, IndexOf]:
    """For ``mapped_column(info=…)`` of every blind index: ``accounts rekey`` makes it anew from this."""
    return {"index_of": IndexOf(kind, of, tail)}


def comparable(column: Any) -> ColumnElement[bytes | None]:
    """A column of blind indexes for comparing with those of other rows, in the columns of a select.

    While keys are changed, stored indexes of the same value differ from row to row; then each is made anew from the
    encrypted value beside it.
    """
    if len(_index_keys) < 2:
        return column
    made = column.info["index_of"]
    source = column.class_.__table__.c[made.of]
    # In the caller's class, so that the fence sees the table as before.
    return type_coerce(getattr(column.class_, made.of), _Reindexed(source.type.purpose, made)).label(column.key)


class _Reindexed(TypeDecorator[bytes]):
    """An encrypted column read as the blind index of what it holds."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str, made: IndexOf) -> None:
        super().__init__()
        self.purpose = purpose
        self.made = made

    def process_result_value(self, value: bytes | None, _dialect: Any) -> bytes | None:
        return None if value is None else self.made.of_value(decrypt(bytes(value), self.purpose))


def fingerprint(purpose: str, content: str) -> bytes:
    """A keyed 32-byte fingerprint that only the holder of the index key can make or check."""
    return _fingerprint(_index_keys[0], purpose, content)


def fingerprints(purpose: str, content: str) -> tuple[bytes, ...]:
    """What the fingerprint of this content may be: under each index key, retired ones included."""
    return tuple(_fingerprint(key, purpose, content) for key in (*_index_keys, *_retired_index_keys))


def _fingerprint(key: bytes, purpose: str, content: str) -> bytes:
    return hmac.digest(key, f"{purpose}\0{content}".encode(), hashlib.sha256)


def normalise_phone(text: str | None) -> str:
    """Digits of a phone: full-width to half-width, blanks and dashes off, +86 off. Empty for nothing."""
    half = unicodedata.normalize("NFKC", text or "")
    digits = re.sub(r"[\s\-—–()（）]", "", half)
    return re.sub(r"^(\+?86)(?=1\d{10}$)", "", digits)


def normalise_id_number(text: str | None) -> str:
    """An identity or credit-code number: half-width, no blanks, upper case."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text or "")).upper()


def mask_phone(phone: str | None) -> str:
    """138****8000; short numbers keep two digits at each end."""
    if not phone:
        return ""
    if len(phone) < 8:
        return phone[:2] + "*" * max(len(phone) - 4, 1) + phone[-2:]
    return f"{phone[:3]}****{phone[-4:]}"


def mask_id_number(number: str | None) -> str:
    """110105********0123: the first six and the last four stay."""
    if not number:
        return ""
    return f"{number[:6]}{'*' * max(len(number) - 10, 4)}{number[-4:]}"


def mask_name(name: str | None) -> str:
    """张*; 欧**国 keeps first and last of three and more characters."""
    if not name:
        return ""
    return name[0] + "*" if len(name) < 3 else name[0] + "*" * (len(name) - 2) + name[-1]


# What an address may show: the country's divisions down to the town, and the street. Never number, building, room.
_STREET = re.compile(r".*(?:大街|大道|街道|胡同|[路街道巷弄镇乡])")
_DIVISION = re.compile(r".*(?:自治[区州县]|[省市区县旗州盟])")
_FIRST_NUMBER = re.compile(r"[0-9０-９A-Za-zＡ-Ｚａ-ｚ#＃]|[一二三四五六七八九十百零〇]+(?=[号幢栋座楼层室单组队])")


def mask_address(address: str | None) -> str:
    """虚构市虚构区虚构路***: the street or town stays, number, building and room go.

    An address that names nothing finer than a division or a street is shown as it is; one that cannot be read keeps its
    first signs only.
    """
    text = (address or "").strip()
    if not text:
        return ""
    found = _FIRST_NUMBER.search(text)
    head = text[: found.start()] if found else text
    for level in (_STREET, _DIVISION):
        kept = level.match(head)
        if kept:
            return kept[0] if kept[0] == text else f"{kept[0]}***"
    return f"{text[: min(3, len(text) // 3)]}***"


def mask_email(email: str | None) -> str:
    """a***@example.cn."""
    name, at, host = (email or "").partition("@")
    return f"{name[:1]}***{at}{host}" if name else ""


def mask_numbers(text: str | None) -> str:
    """A text with every number of seven or more digits in it masked as a phone or an identity number would be."""
    return re.sub(
        r"(?<![0-9])[0-9]{7,17}[0-9Xx]?(?![0-9])",
        lambda found: mask_id_number(found[0]) if len(found[0]) >= 15 else mask_phone(found[0]),
        text or "",
    )
