"""After a publish: the curated answers that lost a passage, told to whoever published."""

from typing import TYPE_CHECKING

import typer

from ingest.errors import ManualdeskError

if TYPE_CHECKING:
    from ingest.recorded import Place


def tell_of_reviews(place: "Place") -> None:
    """Name them on stderr. What was published is published: nothing here fails it."""
    from serving.stored.sweep import sweep_published

    try:
        flagged = sweep_published(place)
    except ManualdeskError as error:
        typer.echo(f"curated answers were not looked through: {error.message}", err=True)
        return
    for answer in flagged:
        typer.echo(f"curated answer {answer.number} needs review: {answer.reason}", err=True)
