# Sourced by scripts/run, test and check: sets $python to a Python 3.11 or newer, or stops with a sentence.
python=
for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    [ -n "$name" ] || continue
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    found=$(python3 --version 2>/dev/null || echo "no python3")
    echo "This needs Python 3.11 or newer, and found $found. Install it (on Debian and Ubuntu: apt-get install python3 python3-venv), or name one: PYTHON=/path/to/python3.12 $0" >&2
    exit 1
fi
