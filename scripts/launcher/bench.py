"""scripts/bench: hands over to the benchmarks. Started by install.py with .venv's Python."""

import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS.parent)]

from benchmarks.harness import runner

if __name__ == "__main__":
    runner.main(sys.argv[1:])
