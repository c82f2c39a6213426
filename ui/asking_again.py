"""Gaps from the command line: settings come in, the gaps of an installation leave, asked again where that is wanted.

A server does all of this by itself, where one runs; doing it twice changes nothing.
"""

from typing import TYPE_CHECKING, Final

import typer

from ingest.errors import ManualdeskError
from serving.settings import Settings

if TYPE_CHECKING:
    from serving.gaps.store import Gaps
    from serving.gaps.types import Replayed

_SECONDS: Final = 30.0
"""What asking again may add to an ingest; a server, or the next ingest, goes on."""


def gaps_of(settings: Settings) -> "Gaps":
    """Without models; what waits to be grouped waits on."""
    from serving.database.engine import Database
    from serving.gaps.store import Gaps

    return Gaps(Database(settings.home, settings.database_url))


def asked_again(settings: Settings, seconds: float, *, every: bool = True) -> "Replayed":
    """Group what waits, then ask open gaps again: all, or those that were not asked on this generation yet.

    Loads the models, about 3 s. Raises what opening the index raises.
    """
    from serving.compose import build_answers, build_retriever, build_store
    from serving.database.engine import Database
    from serving.gaps.store import Gaps
    from serving.gaps.types import GapState

    retriever = build_retriever(settings)
    answers = build_answers(settings, retriever)
    store = Gaps(Database(settings.home, settings.database_url), lambda: retriever, lambda: answers)
    while store.group():
        pass
    only = tuple(gap.id for gap in store.all(GapState.OPEN)) if every else None
    return store.replay(answers, build_store(settings).open().info().generation, seconds=seconds, only=only)


def tell_of_gaps(settings: Settings, generation: str) -> None:
    """After a publish: ask open gaps again that were not asked on this generation, and tell on stderr how many closed.

    What was published is published: nothing here fails it.
    """
    from serving.database.engine import FILE

    if not settings.database_url and not (settings.home / FILE).exists():
        return
    try:
        store = gaps_of(settings)
        if not store.to_replay(generation) and not store.waiting():
            return
        done = asked_again(settings, _SECONDS, every=False)
    except ManualdeskError as error:
        typer.echo(f"gaps were not asked again: {error.message}", err=True)
        return
    if done.closed:
        typer.echo(f"{len(done.closed)} content gaps closed: manualdesk gaps list --state closed", err=True)
