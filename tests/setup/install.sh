#!/bin/sh
# Sets the application up in .venv beside this checkout's Makefile. Nothing but Python, venv and pip is needed.
# PYTHON=... names another interpreter than the one found.
set -eu
cd "$(dirname "$0")/../.."
torch=$(sed -n 's/^torch==/torch==/p' constraints.txt)

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' >/dev/null 2>&1; }

find_python() {
    # A version manager's launcher may exist and not run, so each is tried.
    for candidate in ${PYTHON:-python3.12 python3.11 python3 python}; do
        if fits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "error: no Python 3.11 or 3.12 was found${PYTHON:+ (PYTHON is $PYTHON)}." >&2
    echo "hint: install one (Debian, Ubuntu: python3 python3-venv), or name it: make install PYTHON=/path/to/python3.12" >&2
    exit 1
}

if ! { [ -x .venv/bin/python ] && fits .venv/bin/python; }; then
    python=$(find_python)
    echo "setting up .venv with $("$python" --version); this takes some minutes" >&2
    rm -rf .venv
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "hint: this Python lacks its venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi

# Twice quiet: a registry folder that lacks a package is no news.
pip() { .venv/bin/python -m pip --disable-pip-version-check --quiet --quiet "$@"; }
.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
# The pip that comes with Python 3.11 needs many minutes to resolve a set of this size.
pip install --upgrade "pip>=25"

# torch comes first: asked for by the others, pip may take a build with several GB of CUDA libraries. Without an
# NVIDIA card the CPU build is looked for first (PyTorch's installation page names the index to set in
# PIP_EXTRA_INDEX_URL for it), and any build does in the end.
if nvidia-smi -L >/dev/null 2>&1; then
    pip install "$torch"
else
    pip install "$torch+cpu" 2>/dev/null ||
        pip install "$torch"
fi
pip install --constraint constraints.txt --editable ".[dev]"
.venv/bin/python -m pip check >/dev/null || .venv/bin/python -m pip check >&2
echo "Manualdesk is installed in .venv" >&2
