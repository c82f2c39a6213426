"""What an editor gives made into a curated answer, or refused with the reason.

Questions, an answer with `[n]` marks, and quotes of manuals enter; a `CuratedAnswer` leaves whose quotes stand word for
word in the published index and may be read by everybody who gets it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ingest.index.contract import EVERYTHING, Index
from ingest.language import detect_language
from ingest.types import Audience, Chunk
from retrieval.grounds import ground_of
from retrieval.models import Catalogue
from serving.assistant import usable
from serving.stored.normalise import normal_form
from serving.stored.types import CachedAnswer, CuratedAnswer, CuratedUnusable, KeptCitation, State

_MARK = re.compile(r"\[(\d+)\]")
_LAST = 2**31 - 1
LONGEST_ANSWER = 8000
"""Characters: more than a model ever writes."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of a manual that an answer stands on."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A curated answer as an editor words it."""

    questions: tuple[str, ...]
    answer: str
    quotes: tuple[Quoted, ...] = ()
    """`[1]` in the answer stands for the first."""
    audiences: tuple[Audience, ...] = (Audience.INTERNAL,)
    product: str = ""
    language: str = ""
    """Empty: that of the questions."""
    valid_from: str = ""
    valid_until: str = ""
    state: State = State.APPROVED


def composed(wanted: Wanted, open_index: Callable[[], Index], catalogue: Callable[[], Catalogue]) -> CuratedAnswer:
    """The answer, checked. The index is opened only where something is quoted, the products read only where one is
    named. Raises CuratedUnusable, and what opening raises (IndexUnusable)."""
    questions = tuple(dict.fromkeys(usable(question) for question in wanted.questions))
    if not questions:
        raise CuratedUnusable("No question is given.", hint='Such as: manualdesk curated add "How do I reset it?" ...')
    text = wanted.answer.strip()
    if not text or len(text) > LONGEST_ANSWER:
        found = f"has {len(text)} characters" if text else "is empty"
        raise CuratedUnusable(f"The answer {found}.", hint=f"Give one of up to {LONGEST_ANSWER} characters.")
    if not wanted.audiences:
        raise CuratedUnusable("No audience is named.", hint="Name public, internal, or both.")
    if wanted.product and not catalogue().meant(wanted.product):
        raise CuratedUnusable(f"No product is called {wanted.product!r}.", hint="See: manualdesk products list")
    citations: tuple[KeptCitation, ...] = ()
    generation = ""
    if wanted.quotes:
        index = open_index()
        with index.hold():
            generation = index.info().generation
            citations = tuple(
                _citation(index, number, quoted, wanted.audiences) for number, quoted in enumerate(wanted.quotes, 1)
            )
    text, citations = _in_order_of_use(text, citations)
    return CuratedAnswer(
        questions=questions,
        answer=text,
        language=_language(questions, wanted.language),
        audiences=tuple(dict.fromkeys(wanted.audiences)),
        product=wanted.product,
        valid_from=_day(wanted.valid_from),
        valid_until=_day(wanted.valid_until),
        citations=citations,
        state=wanted.state,
        generation=generation,
    )


def wanted_of(answer: CuratedAnswer) -> Wanted:
    """A curated answer as an editor would word it, to be changed and composed anew."""
    return Wanted(
        questions=answer.questions,
        answer=answer.answer,
        quotes=quotes_of(answer.citations),
        audiences=answer.audiences,
        product=answer.product,
        language=answer.language,
        valid_from=answer.valid_from,
        valid_until=answer.valid_until,
        state=answer.state,
    )


def wanted_from_cache(answer: CachedAnswer) -> Wanted:
    """What the model answered, as a draft."""
    return Wanted(
        questions=(answer.question,),
        answer=answer.answer,
        quotes=quotes_of(answer.citations),
        audiences=(answer.audience,),
        product=answer.product,
        language=answer.language,
        state=State.DRAFT,
    )


def quotes_of(citations: Iterable[KeptCitation]) -> tuple[Quoted, ...]:
    return tuple(Quoted(citation.grounds[0].document, citation.quote) for citation in citations)


def check_unique(answer: CuratedAnswer, others: Iterable[CuratedAnswer]) -> None:
    """Raises CuratedUnusable where another answer is there for the same question and the same readers."""
    forms = {normal_form(question): question for question in answer.questions}
    for other in others:
        same = [forms[form] for form in map(normal_form, other.questions) if form in forms]
        if same and other.number != answer.number and _same_readers(answer, other):
            raise CuratedUnusable(
                f"Curated answer {other.number} answers {same[0]!r} already.",
                hint=f"Change that one: manualdesk curated edit {other.number}",
            )


def found_again(answer: CuratedAnswer, index: Index) -> CuratedAnswer:
    """The answer with its quotes found in what is published now. Raises CuratedUnusable where one is not there."""
    with index.hold():
        citations = tuple(
            replace(_citation(index, kept.number, quoted, answer.audiences), number=kept.number)
            for kept, quoted in zip(answer.citations, quotes_of(answer.citations), strict=True)
        )
        return replace(answer, citations=citations, generation=index.info().generation)


def _same_readers(one: CuratedAnswer, other: CuratedAnswer) -> bool:
    apart = (one.valid_until and other.valid_from > one.valid_until) or (
        other.valid_until and one.valid_from > other.valid_until
    )
    return (
        bool(set(one.audiences) & set(other.audiences))
        and normal_form(one.product) == normal_form(other.product)
        and one.language == other.language
        and not apart
    )


def _citation(index: Index, number: int, quoted: Quoted, audiences: Sequence[Audience]) -> KeptCitation:
    chunks = index.span(quoted.document, 0, _LAST, EVERYTHING)
    if not chunks:
        raise CuratedUnusable(f"{quoted.document} is not indexed.", hint="See: manualdesk documents list")
    for size in (1, 2):
        for start in range(len(chunks) - size + 1):
            part = chunks[start : start + size]
            if found := verbatim(part, quoted.quote):
                _check_readable(part, audiences)
                return KeptCitation(number=number, quote=found, grounds=tuple(map(ground_of, part)))
    raise CuratedUnusable(
        f"{quoted.document} does not say: {quoted.quote}",
        hint=f"Quote it word for word; see `manualdesk documents show {quoted.document} --chunks`.",
    )


def verbatim(chunks: Sequence[Chunk], quote: str) -> str:
    """The quote as the manual writes it; line breaks and runs of spaces may differ."""
    words = r"\s+".join(map(re.escape, quote.split()))
    found = re.search(words, "\n".join(chunk.text for chunk in chunks)) if words else None
    return found.group() if found else ""


def _check_readable(chunks: Sequence[Chunk], audiences: Sequence[Audience]) -> None:
    for chunk in chunks:
        if chunk.audience is Audience.INTERNAL and Audience.PUBLIC in audiences:
            raise CuratedUnusable(
                f"{chunk.document} is internal, so an answer that quotes it cannot be public.",
                hint="Quote a public manual, or leave public out of the audiences.",
            )


def _in_order_of_use(text: str, citations: tuple[KeptCitation, ...]) -> tuple[str, tuple[KeptCitation, ...]]:
    """Marks and citations numbered by first use; quotes without a mark in the text get one at its end."""
    used = list(dict.fromkeys(int(mark) for mark in _MARK.findall(text)))
    known = {citation.number: citation for citation in citations}
    unknown = [number for number in used if number not in known]
    if unknown and citations:
        raise CuratedUnusable(
            f"The answer has a mark [{unknown[0]}], but {len(citations)} quotes are given.",
            hint="[1] stands for the first quote, [2] for the second.",
        )
    if not citations:
        return text, ()
    unused = [number for number in known if number not in used]
    if unused:
        text += " " + "".join(f"[{number}]" for number in unused)
    new = {number: place for place, number in enumerate([*used, *unused], start=1)}
    text = _MARK.sub(lambda match: f"[{new[int(match[1])]}]", text)
    return text, tuple(replace(known[number], number=place) for number, place in new.items())


def _language(questions: Sequence[str], wanted: str) -> str:
    """The language of the questions, as it will be told when a reader asks them."""
    wanted = wanted or detect_language(questions[0])
    for question in questions:
        told = detect_language(question)
        if told != wanted:
            raise CuratedUnusable(
                f"{question!r} will be taken for a question in {told!r}, and this answer is in {wanted!r}.",
                hint="Word it as a whole sentence, or make an answer of its own for that language.",
            )
    return wanted


def _day(text: str) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise CuratedUnusable(f"{text!r} is no day.", hint="Write it like 2026-01-31.") from error
