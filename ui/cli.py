"""The `manualdesk` command: answers and data on stdout, everything else on stderr, errors with the next step."""

import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from ingest.errors import ManualdeskError
from ui import (
    cli_answers,
    cli_cache,
    cli_curated,
    cli_diff,
    cli_documents,
    cli_evaluate,
    cli_gaps,
    cli_ingest,
    cli_keys,
    cli_llm,
    cli_mcp,
    cli_metadata,
    cli_originals,
    cli_people,
    cli_products,
    cli_runs,
    cli_serve,
    cli_sites,
    cli_state,
)
from ui.complaint import complain, disk_hint

STOPPED = 130
"""Exit status after Ctrl-C, as shells have it."""

app = typer.Typer(
    name="manualdesk",
    help="Answers questions about product manuals, with sources that can be checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed_version

        typer.echo(f"manualdesk {installed_version('manualdesk')}")
        raise typer.Exit


for part in (
    cli_ingest,
    cli_answers,
    cli_cache,
    cli_curated,
    cli_gaps,
    cli_products,
    cli_documents,
    cli_metadata,
    cli_diff,
    cli_originals,
    cli_runs,
    cli_state,
    cli_serve,
    cli_llm,
    cli_keys,
    cli_people,
    cli_sites,
    cli_mcp,
    cli_evaluate,
):
    part.register(app)


def main() -> None:
    """Run the command line. Exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C."""
    # Every library that might ask a hub or print a banner learns before its import that it must not.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        status = app(standalone_mode=False)
    except ManualdeskError as error:
        complain(error.message, error.hint)
        status = 1
    except (KeyboardInterrupt, typer.Abort):
        status = STOPPED
    except BrokenPipeError:
        # The reader of our output left (`| head`): no error, but Python must not complain while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
        status = _unexpected(error)
    if status == STOPPED:
        complain("Stopped.")  # Typer turns most Ctrl-C into this status by itself, in silence
    sys.exit(status if isinstance(status, int) else 0)


def _unexpected(error: Exception) -> int:
    if isinstance(error, TyperException):  # wrong usage: it knows how to show itself
        error.show()  # type: ignore[attr-defined]
        return int(getattr(error, "exit_code", 2))
    if os.environ.get("MANUALDESK_DEBUG"):
        raise error
    if isinstance(error, OSError) and (hint := disk_hint(error)):
        complain(f"{error.filename2 or error.filename or 'A file'}: {error.strerror}", hint)
        return 1
    complain(
        f"Something unexpected went wrong: {type(error).__name__}: {error}",
        "Run it again with MANUALDESK_DEBUG=1 and report what it prints.",
    )
    return 1
