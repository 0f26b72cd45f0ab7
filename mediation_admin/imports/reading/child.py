"""The reading process: limits itself, reads one file into a spool folder, says in one JSON line how it went.

Started as a script, never imported by the application. It puts bare packages in place of ``mediation_admin`` and
``mediation_admin.imports``, so that reading a file does not load the web application: the process stays small, starts
quickly, and holds no key, password or connection that a hostile file could reach.
"""

import contextlib
import ctypes
import importlib
import json
import resource
import signal
import sys
import types
from pathlib import Path

MEMORY, REFUSED, BROKEN = 10, 11, 12
_PR_SET_PDEATHSIG = 1


def _bare(name: str, folder: Path) -> None:
    module = types.ModuleType(name)
    module.__path__ = [str(folder)]
    sys.modules[name] = module


def _limit(limits: dict[str, int]) -> None:
    memory = limits["memory_megabytes"] << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))


def _die_with_parent() -> None:
    """When the worker is killed its reading process must not stay behind (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main(source: str, spool: str, limits: str) -> int:
    """0 read; REFUSED with ``refused.json`` in the spool; MEMORY or BROKEN."""
    root = Path(__file__).resolve().parents[2]
    _bare("mediation_admin", root)
    _bare("mediation_admin.imports", root / "imports")
    _bare("mediation_admin.imports.reading", root / "imports" / "reading")
    _die_with_parent()
    given = json.loads(limits)
    _limit(given)
    try:
        extract = importlib.import_module("mediation_admin.imports.reading.extract")
        refused = importlib.import_module("mediation_admin.imports.reading.refused")
        bounds = importlib.import_module("mediation_admin.imports.reading.limits")
    except MemoryError:
        return MEMORY
    try:
        extract.extract(Path(source), Path(spool), bounds.Limits(**given))
    except refused.FileRefused as error:
        (Path(spool) / "refused.json").write_text(
            json.dumps({"code": error.code, "facts": error.facts}, ensure_ascii=False, default=str), encoding="utf-8"
        )
        return REFUSED
    except MemoryError:
        return MEMORY
    except BaseException as error:  # the parser's panics derive from BaseException
        sys.stderr.write(f"{type(error).__name__}: {error}"[:2_000])
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
