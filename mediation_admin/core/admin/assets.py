"""Our CSS, JS and icons under an address that changes with their content, so browsers may keep them for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Response, abort, current_app, send_from_directory

STATIC = Path(__file__).resolve().parents[2] / "static"


@lru_cache(maxsize=1)
def version() -> str:
    """A short digest of every file under static/, taken once per process."""
    digest = hashlib.blake2b(digest_size=5)
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def asset(name: str) -> str:
    """The address of a static file. ES modules import each other relatively, so the version is a folder."""
    if current_app.debug:
        version.cache_clear()
    return f"/assets/{version()}/{name}"


def serve(stamp: str, name: str) -> Response:
    """GET /assets/<version>/<path>: an old version is answered with the present file, but not kept."""
    if name.startswith("."):
        abort(404)
    answer = send_from_directory(STATIC, name)
    if stamp == version():
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        answer.headers["Cache-Control"] = "no-cache"
    return answer
