#!/bin/sh
# Chromium for the browser tests, fonts that hold Chinese, Redis and PostgreSQL for the tests of what several processes
# share, from Debian's own packages. Where they cannot be installed this says so and goes on: the tests that need them then skip with the same word.
set -eu

missing=
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 || missing="chromium"
[ -n "$(find /usr/share/fonts -iname '*cjk*' -print -quit 2>/dev/null)" ] || missing="$missing fonts-noto-cjk"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
[ -n "$(find /usr/lib/postgresql -name initdb -print -quit 2>/dev/null)" ] || command -v initdb >/dev/null 2>&1 ||
    missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "note: install $missing for the tests (Debian, Ubuntu: sudo apt-get install $missing)" >&2
    exit 0
fi
echo "installing $missing for the tests" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 - a list of packages
if ! { apt-get update && apt-get install --yes --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 3 "$log" >&2
    echo "note: $missing could not be installed; tests that need it will be skipped" >&2
fi
