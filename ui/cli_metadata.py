"""`documents set`, `documents settings`: what an editor says of many manuals at once."""

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import SettingError
from serving.settings import load_settings
from ui.cli_documents import JsonOption, documents_app

if TYPE_CHECKING:
    from ingest.pipeline import Job
    from ingest.recorded import Place

_ASSIGNMENT = re.compile(r"([A-Za-z_]+)=(.*)", re.DOTALL)
MOST_SHOWN = 10


def register(_app: typer.Typer) -> None:
    documents_app.command("set", no_args_is_help=True)(set_values)
    documents_app.command("settings")(list_settings)


def set_values(
    what: Annotated[
        list[str],
        typer.Argument(
            help="Names, folders or patterns with * and ?, then what they are: product, model, version, language, "
            "audience, title, valid_from, valid_until.",
            metavar="PATTERN... KEY=VALUE...",
        ),
    ],
    clear: Annotated[list[str] | None, typer.Option(help="Take back what was set for this key.", metavar="KEY")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and set nothing.")] = False,
    later: Annotated[bool, typer.Option("--later", help="Let the next ingest publish it.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say product, audience and the like of many manuals at once; it wins over all that files and folders say.

    Manuals that change are read again and published at once; nothing is embedded that was embedded before.
    """
    from ingest.metadata import with_values
    from ingest.pipeline import published_documents
    from ingest.recorded import opened_records
    from ingest.restating import matched_by, restating, to_change
    from serving.compose import build_place

    patterns, values = _parsed(what, clear or [])
    place = build_place(load_settings())
    matched = matched_by(patterns, published_documents(place.store))
    with opened_records(place.home) as records:
        after = with_values(records.settings(), patterns, values)
        jobs, missing = restating(matched, after)
        touched = [(job, names) for job in jobs if (names := to_change(place.store, job))]
        changed = [name for _job, names in touched for name in names]
        if not dry_run:
            records.set_values(patterns, values)
    published = 0
    if not dry_run and not later:
        published = sum(_publish(place, job) for job, _names in touched)
    summary = {"matched": len(matched), "changed": changed, "missing": missing, "published": published}
    if as_json:
        typer.echo(json.dumps({**summary, "set": not dry_run}, ensure_ascii=False))
    else:
        _tell(patterns, changed, missing, matched=len(matched), state=_state(dry_run, later, published))


def list_settings(as_json: JsonOption = False) -> None:
    """What editors set, the last setting last: it wins where several match a manual."""
    from ingest.recorded import opened_records

    with opened_records(load_settings().home) as records:
        found = records.settings()
    if as_json:
        rows = [{"pattern": known.pattern, "key": known.key, "value": known.value} for known in found]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for known in found:
        typer.echo(f"{known.pattern}  " + (f"{known.key}={known.value}" if known.value else f"--clear {known.key}"))


def _parsed(what: Sequence[str], clear: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Patterns, and values by key (empty: to be taken back). Raises SettingError for what cannot work."""
    from ingest.metadata import metadata_from

    found = [(word, _ASSIGNMENT.fullmatch(word)) for word in what]
    patterns = [word for word, match in found if match is None]
    said = {match.group(1): match.group(2).strip() for _word, match in found if match}
    for key, value in said.items():
        if not value:
            raise SettingError(f"{key} is set to nothing.", hint=f"To take back what was set: --clear {key}")
    metadata_from({**dict.fromkeys(clear, ""), **said}, where="documents set")
    if not patterns:
        raise SettingError("No manual is named.", hint="Name some, or all of a folder: documents set 'pumps/*' ...")
    if not said and not clear:
        raise SettingError("Nothing is said of them.", hint="Such as: documents set 'pumps/*' audience=public")
    return patterns, {**dict.fromkeys(clear, ""), **said}


def _publish(place: "Place", job: "Job") -> int:
    """Publish the manuals of one root; returns how many. Failures are told as those of an ingest."""
    from ingest.recorded import run_recorded
    from ui.cli_ingest import follow
    from ui.run_text import concerns

    report = follow(run_recorded(place, job, kind="set"))
    for line in concerns(report):
        typer.echo(line, err=True)
    return len(report.updated)


def _state(dry_run: bool, later: bool, published: int) -> str:
    if dry_run:
        return "Nothing was set."
    if later:
        return "Set. It takes effect with the next ingest of their folder."
    return f"Set; {published} published anew." if published else "Set."


def _tell(patterns: Sequence[str], changed: Sequence[str], missing: Sequence[str], *, matched: int, state: str) -> None:
    for name in changed[:MOST_SHOWN]:
        typer.echo(f"change  {name}")
    if len(changed) > MOST_SHOWN:
        typer.echo(f"        and {len(changed) - MOST_SHOWN} more")
    manuals = "1 manual matches" if matched == 1 else f"{matched} manuals match"
    typer.echo(f"{manuals}, {len(changed)} to change. {state}")
    if not matched:
        typer.echo(f"No manual that is indexed now matches {' '.join(patterns)}; later ones will.", err=True)
    for name in missing:
        typer.echo(f"{name}: its file is not there any more, so it keeps what it has; restore or remove it.", err=True)
