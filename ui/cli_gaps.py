"""`manualdesk gaps`: what readers could not find."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import SettingError
from serving.settings import load_settings
from ui.asking_again import asked_again, gaps_of

if TYPE_CHECKING:
    from serving.gaps.types import Gap

gaps_app = typer.Typer(
    help="Questions that readers found no answer to, grouped by meaning; closed when a manual answers them.",
    no_args_is_help=True,
)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Number = Annotated[int, typer.Argument(help="As `manualdesk gaps list` numbers it.")]


def register(app: typer.Typer) -> None:
    app.add_typer(gaps_app, name="gaps")


@gaps_app.command("list")
def list_gaps(
    state: Annotated[str, typer.Option(help="open, closed, dismissed or all.", metavar="STATE")] = "open",
    as_json: JsonOption = False,
) -> None:
    """Gaps, those most asked for first."""
    from serving.gaps.types import GapState

    if state not in ("all", *GapState):
        raise SettingError(f"{state!r} is no state.", hint=f"One of: {', '.join(GapState)}, all.")
    store = gaps_of(load_settings())
    found = store.all(None if state == "all" else GapState(state))
    if waiting := store.waiting():
        typer.echo(f"{waiting} questions are not grouped yet: manualdesk gaps replay", err=True)
    if as_json:
        typer.echo(json.dumps([gap.to_json() for gap in found], ensure_ascii=False))
        return
    for gap in found:
        typer.echo(_line(gap))


@gaps_app.command()
def show(number: Number, as_json: JsonOption = False) -> None:
    """One of them with every time that it was asked."""
    store = gaps_of(load_settings())
    gap, questions = store.get(number), store.questions(number)
    if as_json:
        typer.echo(
            json.dumps({**gap.to_json(), "questions": [asked.to_json() for asked in questions]}, ensure_ascii=False)
        )
        return
    typer.echo(_line(gap))
    near = f"{gap.nearest_document}  {gap.nearest_section}" if gap.nearest_document else "nothing"
    typer.echo(f"      nearest: {near}")
    if gap.answered_by:
        typer.echo(f"      answered by: {gap.answered_by}")
    for asked in questions:
        comment = f"  ({asked.comment})" if asked.comment else ""
        typer.echo(f"      {asked.asked_at[:16].replace('T', ' ')} {asked.cause:9} {asked.question}{comment}")


@gaps_app.command()
def close(
    number: Number,
    why: Annotated[str, typer.Option(help="For whoever reads its history.")] = "",
    dismiss: Annotated[
        bool, typer.Option("--dismiss", help="The manuals need not answer it: never open again.")
    ] = False,
) -> None:
    """Close one by hand; it opens again when it is asked again and not answered."""
    import getpass

    from serving.gaps.types import GapState

    state = GapState.DISMISSED if dismiss else GapState.CLOSED
    gaps_of(load_settings()).set_state(number, state, by=getpass.getuser(), note=why)
    typer.echo(f"Gap {number} is {state}.", err=True)


@gaps_app.command()
def replay(
    seconds: Annotated[
        float, typer.Option(help="What it may take; the rest is left for the next time.", min=1)
    ] = 600.0,
    as_json: JsonOption = False,
) -> None:
    """Ask all open gaps again on what is published, and close those that are answered now."""
    done = asked_again(load_settings(), seconds)
    if as_json:
        typer.echo(json.dumps(done.to_json()))
    else:
        typer.echo(f"{done.asked} asked again, {len(done.closed)} closed, {done.left} left", err=True)


def _line(gap: "Gap") -> str:
    about = f" {gap.product}" if gap.product else ""
    return f"{gap.id:4}  {gap.count:4} x  {gap.state:9} {gap.audience:8} {gap.language:3}{about}  {gap.title}"
