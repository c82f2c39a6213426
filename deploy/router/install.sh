#!/bin/sh
# Sets vllm-router up in its own environment, .venv-router beside the checkout's .venv (`make router`).
# Run again it changes nothing, unless the list beside this script changed.
#   PYTHON=python3.12   another interpreter
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
environment="$root/.venv-router"
python=${PYTHON:-python3}
list="$here/requirements.txt"

stamp="$environment/installed"
wanted=$(cat "$list" "$0" | cksum)
if [ -x "$environment/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    echo "vllm-router is installed in .venv-router" >&2
    exit 0
fi
rm -f "$stamp"
[ -x "$environment/bin/python" ] || "$python" -m venv "$environment"
# Twice quiet: a registry folder that lacks a package is no news.
"$environment/bin/python" -m pip --disable-pip-version-check install --quiet --quiet --no-deps --requirement "$list"
"$environment/bin/vllm-router" --help >/dev/null
echo "vllm-router is installed in .venv-router" >&2
echo "$wanted" >"$stamp"
