#!/bin/sh
# Installs into .venv: `tools/install.sh runtime` what the site needs, `tools/install.sh all` tests and checks as well.
# With uv the lock file decides; without it pip does the same with the versions of the lock file as constraints.
# Nothing happens when the wanted set is already there.
set -eu
wanted=${1:-all}
cd "$(dirname "$0")/.."
stamp=.venv/.installed-$wanted

say() { printf '%s\n' "$*" >&2; }
fresh() { [ -f "$1" ] && [ "$1" -nt pyproject.toml ] && [ "$1" -nt uv.lock ] && [ -x .venv/bin/python ]; }
mark() { touch "$stamp"; if [ "$wanted" = all ]; then touch .venv/.installed-runtime; fi; }

if fresh "$stamp" || { [ "$wanted" = runtime ] && fresh .venv/.installed-all; }; then exit 0; fi

# uv's answer to a package index of its own is in its configuration; one that only pip knows is for pip.
pip_has_own_index() {
    [ -n "${PIP_INDEX_URL:-}" ] || { command -v python3 >/dev/null 2>&1 && python3 -m pip config get global.index-url >/dev/null 2>&1; }
}

if command -v uv >/dev/null 2>&1 && ! pip_has_own_index; then
    extras=""
    if [ "$wanted" = all ]; then extras="--all-extras"; fi
    say "Installing with uv into .venv ..."
    # --inexact: a lighter install never removes what a fuller one has brought.
    # shellcheck disable=SC2086
    if uv sync --quiet --frozen --inexact $extras; then mark; exit 0; fi
    say "uv could not do it; trying pip."
fi

python=""
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    say "Frontdesk needs Python 3.11 or newer; ${PYTHON:-python3 on PATH} is missing or older."
    say "Install one (Debian, Ubuntu: apt install python3 python3-venv), or name it: make install PYTHON=/path/to/python3"
    exit 2
fi

say "Installing with pip into .venv; the first time this takes a minute or two ..."
install="pip"
if ! { [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
    if "$python" -c 'import ensurepip' >/dev/null 2>&1; then
        "$python" -m venv .venv
    elif "$python" -m pip --python "$python" --version >/dev/null 2>&1; then
        # Debian keeps ensurepip in python3-venv; the pip that is there can install into a bare environment.
        "$python" -m venv --without-pip .venv
        install="outside"
    else
        say "Python cannot make a virtual environment here: the module ensurepip is missing."
        say "On Debian and Ubuntu it is in a package of its own: apt install python3-venv (then run make again)."
        exit 2
    fi
fi
if [ "$install" = pip ]; then install=".venv/bin/python -m pip"; else install="$python -m pip --python .venv/bin/python"; fi
if [ "$wanted" = all ]; then what=".[dev,sentry]"; else what="."; fi
.venv/bin/python tools/constraints.py > .venv/constraints.txt
$install install --quiet --disable-pip-version-check --no-input --constraint .venv/constraints.txt --editable "$what"
mark
