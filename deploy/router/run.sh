#!/bin/sh
# One address for several vLLM: `deploy/router/run.sh [FILE]`, settings from FILE (router.env beside this script).
# Manualdesk is told with MANUALDESK_LLM_URL=http://ADDRESS:PORT/v1. Ctrl-C ends the router, not the replicas.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
settings=${1:-$here/router.env}
router="$here/../../.venv-router/bin/vllm-router"
if [ ! -x "$router" ]; then
    printf 'error: vllm-router is not installed\nhint: make router\n' >&2
    exit 1
fi
if [ ! -r "$settings" ]; then
    printf 'error: %s cannot be read\nhint: copy deploy/router/router.env and name the copy\n' "$settings" >&2
    exit 1
fi
# shellcheck source=router.env
. "$(cd "$(dirname "$settings")" && pwd)/$(basename "$settings")"
if [ -z "${REPLICAS:-}" ]; then
    printf 'error: %s names no REPLICAS\n' "$settings" >&2
    exit 1
fi
# shellcheck disable=SC2086 # addresses hold no spaces: each is a word
exec "$router" --worker-urls $REPLICAS --host "${ADDRESS:-127.0.0.1}" --port "${PORT:-8010}" \
    --policy "${POLICY:-cache_aware}" --health-check-interval-secs "${LOOK_SECONDS:-5}" \
    --health-failure-threshold 2 --health-success-threshold 1 --worker-startup-check-interval 2 \
    --worker-startup-timeout-secs "${START_SECONDS:-3600}"
