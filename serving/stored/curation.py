"""The editors' desk of curated answers: add, change, approve, bring in and take out, each checked before it is kept.

Used by the command line; every call opens what it needs. The index is opened only where something is quoted.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import cast

from ingest.errors import NothingPublished
from ingest.index.contract import EVERYTHING, Index, IndexStore
from ingest.types import Audience
from retrieval.aliases import Aliases
from retrieval.models import Catalogue
from serving.stored.as_json import curated_to_row
from serving.stored.book import CuratedBook
from serving.stored.editing import (
    Quoted,
    Wanted,
    check_unique,
    composed,
    found_again,
    wanted_from_cache,
    wanted_of,
)
from serving.stored.shelf import Shelf
from serving.stored.standing import Published
from serving.stored.sweep import sweep_curated
from serving.stored.types import CuratedAnswer, CuratedUnusable, State

SHOWN_KEY = 8
"""Characters of a cached answer's key that stand for it."""


class Curation:
    """Curated answers of one installation with the index that they quote."""

    def __init__(self, book: CuratedBook, store: IndexStore, aliases: Aliases) -> None:
        self._book = book
        self._store = store
        self._aliases = aliases

    @cached_property
    def _index(self) -> Index:
        return self._store.open()

    def close(self) -> None:
        """Close the index, where something opened it."""
        if "_index" in self.__dict__:
            self._index.close()

    def add(self, wanted: Wanted, *, by: str = "") -> CuratedAnswer:
        """`by`: who did it; empty: the user of this process, as everywhere here.

        Raises CuratedUnusable for what could not be served, and what opening the index raises.
        """
        answer = self._composed(wanted)
        check_unique(answer, self._book.all())
        return self._book.add(answer, by=by)

    def add_cached(self, shelf: Shelf, key: str) -> CuratedAnswer:
        """A draft of what the model answered. `key`: the beginning of the cached answer's key."""
        found = [answer for answer in shelf.answers() if answer.key.startswith(key)]
        if len(found) != 1:
            count = f"{len(found)} cached answers begin" if found else "No cached answer begins"
            raise CuratedUnusable(f"{count} with {key!r}.", hint="See: manualdesk cache list")
        return self.add(wanted_from_cache(found[0]))

    def edit(self, number: int, *, by: str = "", **changed: object) -> CuratedAnswer:
        """`changed`: fields of `Wanted`. Its quotes are looked up anew; its state stays."""
        before = self._book.get(number)
        wanted = replace(wanted_of(before), **changed)  # type: ignore[arg-type]
        answer = replace(self._composed(wanted), number=number, state=before.state, reason=before.reason)
        check_unique(answer, self._book.all())
        return self._book.change(answer, by=by)

    def approve(self, number: int, *, by: str = "") -> CuratedAnswer:
        """Serve it from now on. Its quotes must stand in what is published now."""
        answer = self._book.get(number)
        if answer.citations:
            answer = found_again(answer, self._index)
        answer = replace(answer, state=State.APPROVED, reason="")
        check_unique(answer, self._book.all())
        return self._book.change(answer, by=by, what="approved")

    def remove(self, number: int, *, by: str = "") -> None:
        """Delete one for good; its history stays."""
        self._book.remove(number, by=by)

    def swept(self) -> tuple[CuratedAnswer, ...]:
        """All, after those that lost a passage were taken out of service."""
        if any(answer.state is State.APPROVED and answer.grounds for answer in self._book.all()):
            # Nothing is served from no index, and nothing is wrong with the answers.
            with suppress(NothingPublished):
                sweep_curated(self._book, Published(self._index))
        return self._book.all()

    def import_rows(self, rows: Iterable[object]) -> tuple[list[CuratedAnswer], int]:
        """Add all of these, or none where one cannot be used; those that are there already are left alone.

        Returns the added ones and the number of those left alone. Raises CuratedUnusable naming the row.
        """
        known = {_identity(wanted_of(answer)) for answer in self._book.all()}
        new: list[CuratedAnswer] = []
        skipped = 0
        for place, row in enumerate(rows, start=1):
            try:
                wanted = wanted_from_row(row)
                if _identity(wanted) in known:
                    skipped += 1
                    continue
                answer = self._composed(wanted)
                check_unique(answer, [*self._book.all(), *(replace(other, number=-1) for other in new)])
            except CuratedUnusable as error:
                raise CuratedUnusable(f"Answer {place}: {error.message}", hint=error.hint) from error
            new.append(answer)
            known.add(_identity(wanted))
        return [self._book.add(answer) for answer in new], skipped

    def _composed(self, wanted: Wanted) -> CuratedAnswer:
        return composed(wanted, lambda: self._index, lambda: Catalogue(self._index, EVERYTHING, self._aliases))


def export_rows(answers: Sequence[CuratedAnswer]) -> list[dict[str, object]]:
    """What `import_rows` takes, on this installation or another one that has the same manuals."""
    return [
        {
            **{name: value for name, value in curated_to_row(answer).items() if name in _EXPORTED},
            "quotes": [
                {"document": citation.grounds[0].document, "quote": citation.quote} for citation in answer.citations
            ],
        }
        for answer in answers
    ]


def wanted_from_row(row: object) -> Wanted:
    """Raises CuratedUnusable for what is no exported answer."""
    example = json.dumps({"questions": ["How do I reset it?"], "answer": "Hold the key."})
    try:
        fields = cast(Mapping[str, object], row)
        quotes = cast(list[Mapping[str, object]], _list(fields.get("quotes", [])))
        return Wanted(
            questions=tuple(map(_text, _list(fields["questions"]))),
            answer=_text(fields["answer"]),
            quotes=tuple(Quoted(_text(quote["document"]), _text(quote["quote"])) for quote in quotes),
            audiences=tuple(Audience(_text(name)) for name in _list(fields.get("audience", [Audience.INTERNAL]))),
            state=State(_text(fields.get("state", State.DRAFT))),
            **{name: _text(fields.get(name, "")) for name in ("product", "language", "valid_from", "valid_until")},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CuratedUnusable(f"This is no curated answer: {error}", hint=f"Write it like {example}") from error


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _identity(wanted: Wanted) -> tuple[object, ...]:
    return (wanted.questions, wanted.answer, wanted.audiences, wanted.product, wanted.quotes)


_EXPORTED = frozenset({"questions", "answer", "audience", "product", "language", "valid_from", "valid_until", "state"})
