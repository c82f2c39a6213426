"""The form of a curated answer: its fields as they are typed come in, a `Wanted` leaves, or the form again with what
is wrong.

Quotes are picked from what a search finds, sentence by sentence, without a script: each button sends the whole form.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from starlette.datastructures import FormData

from ingest.sentences import split_sentences
from ingest.types import Audience
from retrieval.passages import Passage
from serving.stored.editing import Quoted
from serving.stored.types import CuratedAnswer, CuratedUnusable, State

MOST_QUOTES: Final = 20
_LONGEST: Final = 20_000
"""Characters of a field that are read back."""
_SHORTEST: Final = 3
"""Characters of a sentence that can be picked."""
_BLANK_ROWS: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerForm:
    """As typed; nothing of it is checked."""

    questions: str = ""
    """One a line."""
    answer: str = ""
    quotes: tuple[Quoted, ...] = ()
    audiences: tuple[str, ...] = (str(Audience.INTERNAL),)
    product: str = ""
    language: str = ""
    valid_from: str = ""
    valid_until: str = ""
    find: str = ""
    """What passages are searched for."""
    gap: str = ""
    """The gap that it is written for."""
    note: str = ""
    """Of whoever left the draft."""

    @property
    def rows(self) -> tuple[Quoted, ...]:
        """Its quotes, and empty rows to type one in."""
        return (*self.quotes, *(Quoted("", "") for _ in range(_BLANK_ROWS)))

    def with_quote(self, picked: Quoted) -> "AnswerForm":
        """One more, unless it is there; the answer gets its mark where it says nothing else yet."""
        if picked in self.quotes or len(self.quotes) >= MOST_QUOTES:
            return self
        answer = self.answer or f"{picked.quote} [{len(self.quotes) + 1}]"
        return replace(self, quotes=(*self.quotes, picked), answer=answer)

    def wanted(self) -> dict[str, object]:
        """The fields of `Wanted`. Raises CuratedUnusable for an audience or a quote that is none."""
        known = {str(audience): audience for audience in Audience}
        for quoted in self.quotes:
            if not quoted.document or not quoted.quote:
                raise CuratedUnusable("A quote needs a manual and its words.", hint="Fill both in, or empty both.")
        return {
            "questions": tuple(line.strip() for line in self.questions.splitlines() if line.strip()),
            "answer": self.answer.replace("\r\n", "\n"),
            "quotes": self.quotes,
            "audiences": tuple(known[name] for name in self.audiences if name in known),
            "product": self.product,
            "language": self.language,
            "valid_from": self.valid_from,
            "valid_until": self.valid_until,
        }


@dataclass(frozen=True, slots=True)
class Pickable:
    """A passage with the sentences that can be quoted."""

    passage: Passage
    sentences: tuple[str, ...]


def form_of(answer: CuratedAnswer) -> AnswerForm:
    """To be changed."""
    return AnswerForm(
        questions="\n".join(answer.questions),
        answer=answer.answer,
        quotes=tuple(Quoted(each.grounds[0].document, " ".join(each.quote.split())) for each in answer.citations),
        audiences=tuple(map(str, answer.audiences)),
        product=answer.product,
        language=answer.language,
        valid_from=answer.valid_from,
        valid_until=answer.valid_until,
        note=answer.reason if answer.state is State.DRAFT else "",
    )


def form_from(data: FormData) -> AnswerForm:
    """As it was sent; rows that are empty are left out, and one more where a sentence was picked."""
    documents, words = (_texts(data, name) for name in ("quote_document", "quote_words"))
    removed = str(data.get("remove", ""))
    rows = [
        Quoted(document.strip(), said.strip())
        for place, (document, said) in enumerate(zip(documents, words, strict=False))
        if (document.strip() or said.strip()) and str(place) != removed
    ]
    form = AnswerForm(
        questions=str(data.get("questions", ""))[:_LONGEST],
        answer=str(data.get("answer", ""))[:_LONGEST],
        quotes=tuple(rows[:MOST_QUOTES]),
        audiences=tuple(_texts(data, "audience")),
        product=_text(data, "product"),
        language=_text(data, "language"),
        valid_from=_text(data, "valid_from"),
        valid_until=_text(data, "valid_until"),
        find=_text(data, "find"),
        gap=_text(data, "gap"),
    )
    document, tab, said = str(data.get("pick", ""))[:_LONGEST].partition("\t")
    return form.with_quote(Quoted(document, said)) if tab and said else form


def pickable(passages: Sequence[Passage]) -> list[Pickable]:
    """What was found, to pick from."""
    return [
        Pickable(passage, tuple(text for text in split_sentences(passage.text) if _can_be_picked(text, passage)))
        for passage in passages
    ]


def _can_be_picked(text: str, passage: Passage) -> bool:
    """Is it more than a heading?"""
    return len(text) >= _SHORTEST and "\t" not in text and text not in passage.section


def _text(data: FormData, name: str) -> str:
    return str(data.get(name, ""))[:_LONGEST].strip()


def _texts(data: FormData, name: str) -> list[str]:
    return [value[:_LONGEST] for value in data.getlist(name) if isinstance(value, str)]
