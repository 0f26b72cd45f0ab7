"""scripts/check: the quick checks without any test. Started by install.py with .venv's Python."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CHECKS = {
    "ruff": [sys.executable, "-m", "ruff", "check", "--quiet", "."],
    "import rules": [str(Path(sys.executable).parent / "lint-imports"), "--no-logo"],
}


def failed_checks() -> list[str]:
    """Run each check, its words on the terminal; the names of those that failed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return [
        name for name, command in CHECKS.items() if subprocess.run(command, cwd=ROOT, env=environment).returncode != 0
    ]


if __name__ == "__main__":
    if failed := failed_checks():
        sys.exit(f"failed: {', '.join(failed)}")
