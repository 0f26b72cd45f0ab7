"""The files of the support desk at rest: identity photos and proofs, encrypted, under names made by the platform."""

import io

from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.files import EncryptedFolder
from mediation_admin.core.pictures import MOST_BYTES, Upload

files = EncryptedFolder("support", "support_file")
GONE = "文件已按规定清除，不能再查看。"


def keep(upload: Upload) -> tuple[str, bytes]:
    """Put a judged upload away; returns its name and digest."""
    kept = files.keep(io.BytesIO(upload.content), MOST_BYTES + 1)
    assert kept is not None, "a judged upload is not longer than it may be"
    return kept.name, kept.sha256


def content(name: str | None) -> bytes:
    """The file in clear. Refuses when it was erased."""
    if name is None:
        raise RuleBroken(GONE)
    try:
        return b"".join(files.pieces(name))
    except FileNotFoundError as error:
        raise RuleBroken(GONE) from error
