"""All kept answers against the published index at once: what an editor's list and the cache's figures stand on.

Reading a kept answer checks it too, so nothing waits for this; it finds those that nobody asked for since.
"""

from contextlib import closing

from ingest.recorded import Place
from serving.prompt import PROMPT_VERSION
from serving.stored.book import FILE, CuratedBook
from serving.stored.shelf import Shelf
from serving.stored.standing import Published
from serving.stored.types import CachedAnswer, CuratedAnswer, State, all_grounds


def sweep_published(place: Place) -> tuple[CuratedAnswer, ...]:
    """After a publish: `sweep_curated` with what this place holds, which is closed again. Raises ManualdeskError."""
    if not (place.home / FILE).exists():
        return ()
    with closing(place.store.open()) as index, closing(CuratedBook(place.home)) as book:
        return sweep_curated(book, Published(index))


def sweep_curated(book: CuratedBook, published: Published) -> tuple[CuratedAnswer, ...]:
    """Take approved answers out of service that lost a passage; returns them as they are now."""
    approved = [answer for answer in book.all() if answer.state is State.APPROVED and answer.grounds]
    generation = published.generation()
    found = published.find([ground for answer in approved for ground in answer.grounds])
    flagged = []
    for answer in approved:
        reason = found.reason(answer.grounds)
        # An older index than the editor looked at, after a rollback, says nothing against the answer.
        if reason and generation >= answer.generation:
            book.needs_review(answer, reason)
            flagged.append(book.get(answer.number))
    return tuple(flagged)


def sweep_cached(shelf: Shelf, published: Published) -> tuple[CachedAnswer, ...]:
    """Drop cached answers that lost a passage or are of another prompt; returns them."""
    answers = shelf.answers()
    found = published.find([ground for answer in answers for ground in all_grounds(answer.citations)])
    gone = tuple(
        answer for answer in answers if answer.prompt != PROMPT_VERSION or found.gone(all_grounds(answer.citations))
    )
    shelf.drop([answer.key for answer in gone])
    return gone
