"""Processes that never outlive their parent: the death signal, the subreaper, and the walk over what is left.

Linux gives three things that together leave nothing behind, even after kill -9:
a child can ask to be signalled when its parent dies (PR_SET_PDEATHSIG); a process can adopt all orphans among its
descendants (PR_SET_CHILD_SUBREAPER), so that /proc shows its whole tree; and a lock is let go with its last holder.
"""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

# Loaded here, not in the child: between fork and exec nothing may be imported.
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int, death: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """What a child runs between fork and exec, so that it gets ``death`` when ``parent`` dies.

    The kernel forgets the wish when the user id changes, so it must run after that: subprocess.Popen calls
    preexec_fn after it has applied ``user=``. It is tied to the thread that forks: fork from the main thread.
    """

    def ask() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the wish was made
            os._exit(1)

    return ask


def adopt_orphans() -> None:
    """From now on a process whose parent died becomes our child, however deep below us it was started."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(ancestor: int) -> set[int]:
    """The processes now below ``ancestor``, dead ones that nobody has waited for left out."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(errors="replace")
        except OSError:  # gone between listing and reading
            continue
        state, parent = stat[stat.rindex(")") + 2 :].split()[:2]
        if state not in "ZX":
            children.setdefault(int(parent), []).append(int(entry.name))
    found: set[int] = set()
    waiting = [ancestor]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found.add(child)
            waiting.append(child)
    return found


def signal_all(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to each; one that is gone already is what we wanted."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def end_descendants(ancestor: int, patience: float) -> None:
    """Leave nothing below ``ancestor``: wait ``patience`` seconds for what is ending by itself, then SIGKILL."""
    deadline = time.monotonic() + patience
    while left := descendants(ancestor):
        if time.monotonic() > deadline:
            signal_all(left, signal.SIGKILL)
        time.sleep(0.05)
        _reap()


def is_alive(pid: int) -> bool:
    """Whether this process exists (whoever owns it) and is not a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return False
    return stat[stat.rindex(")") + 2] not in "ZX"


def _reap() -> None:
    """Bury adopted orphans; only called when nobody else waits for children any more."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
