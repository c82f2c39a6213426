#!/bin/sh
# Sets llm-compressor up in its own environment, .venv-quantize beside the checkout's .venv (`make quantize-env`).
# It wants other versions of transformers than vLLM and the chat UI, so it shares with neither.
# Run again it changes nothing, unless the list beside this script changed.
#   PYTHON=python3.12   another interpreter (3.11 or 3.12)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
environment="$root/.venv-quantize"
python=${PYTHON:-python3}
list="$here/requirements.txt"

stamp="$environment/installed"
wanted=$(cat "$list" "$0" | cksum)
if [ -x "$environment/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    echo "llm-compressor is installed in .venv-quantize" >&2
    exit 0
fi
if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))'; then
    echo "error: $("$python" --version) cannot run it here; set PYTHON to a Python 3.11 or 3.12" >&2
    exit 1
fi
echo "setting llm-compressor up in .venv-quantize; this downloads one to several GB" >&2
rm -f "$stamp"
[ -x "$environment/bin/python" ] || "$python" -m venv "$environment"
# Twice quiet: a registry folder that lacks a package is no news.
pip() { "$environment/bin/python" -m pip --disable-pip-version-check "$@"; }
# The pip that comes with Python 3.11 takes many minutes over lists this long.
pip install --quiet --quiet --upgrade "pip>=25"

if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L >/dev/null 2>&1; then
    pip install --quiet --quiet torch==2.13.0
else
    # The CPU build where a configured index has it; the ordinary one is larger and does as well.
    pip install --quiet --quiet --no-deps torch==2.13.0+cpu 2>/dev/null ||
        pip install --quiet --quiet torch==2.13.0
fi
pip install --quiet --quiet --no-deps --requirement "$list"
"$environment/bin/python" -c 'from importlib.metadata import version as of; import torch
print("llm-compressor", of("llmcompressor"), "with torch", torch.__version__)' >&2
echo "$wanted" >"$stamp"
