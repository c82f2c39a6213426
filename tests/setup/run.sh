#!/bin/sh
# The first run: ingest, one question answered in the terminal, then the chat.
#   DOCS=folder      manuals to ingest instead of data/samples
#   QUESTION="..."   to ask instead of one about the samples (or about the first heading of DOCS)
#   ONCE=1           end after the answer
set -eu
cd "$(dirname "$0")/../.."
manualdesk=.venv/bin/manualdesk
docs=${DOCS:-data/samples}

"$manualdesk" ingest "$docs"

question=${QUESTION:-}
if [ -z "$question" ]; then
    if [ -z "${DOCS:-}" ]; then
        question="How do I reset the T200 Pro to its factory settings?"
    else
        question=$(.venv/bin/python tests/setup/first_question.py "$docs")
    fi
fi
printf '\nQuestion: %s\n\n' "$question"
"$manualdesk" ask "$question"

if [ "${ONCE:-}" = 1 ]; then
    exit 0
fi
printf '\nFor answers by a language model, in another terminal: make vllm, then .venv/bin/manualdesk llm serve\n' >&2
exec "$manualdesk" serve
