"""How the launcher speaks: progress lines, and one clear sentence when it has to stop."""

import contextlib
import sys
import time
from typing import NoReturn

_started = time.monotonic()


class Stop(Exception):
    """The launcher cannot go on; the message is a sentence that says what to do."""


def say(line: str) -> None:
    """A progress line, with the seconds since the start."""
    tell(f"[{time.monotonic() - _started:5.1f} s] {line}")


def tell(text: str) -> None:
    """Print; a terminal that is gone must not keep the launcher from stopping what it started."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def stop(refusal: Stop) -> NoReturn:
    """End with the sentence of the refusal on stderr and exit code 1."""
    print(f"\n{refusal}", file=sys.stderr, flush=True)
    sys.exit(1)
