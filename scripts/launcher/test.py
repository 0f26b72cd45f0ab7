"""scripts/test: every check and every test, or the tests named. Started by install.py with .venv's Python.

The servers are started by tests/conftest.py, so that pytest alone works too; here is what has to be there before.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from launcher.check import failed_checks
from launcher.words import Stop, say, stop

ROOT = Path(__file__).resolve().parent.parent.parent
FONTS = Path("/usr/share/fonts")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Make sure of browser and fonts, run the checks (without arguments), run pytest."""
    arguments = sys.argv[1:]
    try:
        ensure_browser()
    except Stop as refusal:
        stop(refusal)
    failed = [] if arguments else failed_checks()
    pytest = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=test_environment())
    if failed:
        sys.exit(f"failed besides the tests: {', '.join(failed)} (scripts/check shows them alone)")
    sys.exit(pytest.returncode)


def test_environment() -> dict[str, str]:
    """The environment without what would point the tests at somebody's real servers or keys."""
    ours = (
        "DATABASE_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "ENCRYPTION_KEY",
        "INDEX_KEY",
        "DATA_DIR",
        "FLASK_APP",
        "FLASK_DEBUG",
    )
    return {name: value for name, value in os.environ.items() if name not in ours} | {"PYTHONUTF8": "1"}


def ensure_browser() -> None:
    """Chromium and a Chinese font, installed with apt when we are root; otherwise a sentence names the packages."""
    missing = missing_packages()
    if not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"installing {' and '.join(missing)} with apt-get")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
        ):
            subprocess.run(command, env=environment, stdin=subprocess.DEVNULL)
        missing = missing_packages()
    if missing:
        raise Stop(
            f"The browser's tests need {' and '.join(missing)}, and tests are never skipped. "
            f"Install: apt-get install {' '.join(missing)} (as root). Where a package only points to a snap, as on "
            "Ubuntu, install any Chromium and name it: CHROMIUM=/path/to/chromium scripts/test"
        )


def missing_packages() -> list[str]:
    """Debian's names of what is not here."""
    missing = []
    if not os.environ.get("CHROMIUM") and not any(map(shutil.which, CHROMIUM)):
        missing.append("chromium")
    if not has_chinese_font():
        missing.append("fonts-noto-cjk")
    return missing


def has_chinese_font() -> bool:
    """Whether pages will show characters and not boxes."""
    if shutil.which("fc-list"):
        return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True).stdout.strip())
    return any(FONTS.rglob("*CJK*"))


if __name__ == "__main__":
    main()
