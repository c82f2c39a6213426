"""A model's text while it streams: its marks become citations that hold, sentence by sentence.

Pieces of text with the model's own `[n]` marks go in; checked text with marks renumbered by first use comes out,
and the citations they stand for. What the model says about its sources is never taken on trust: a mark stays where
the passage supports the sentence, and is added where the model forgot one and a passage clearly supports it.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from retrieval.passages import Passage
from serving.answer import UNSUPPORTED_MARK, CheckPolicy, Citation
from serving.facts import facts_of
from serving.grounding.meaning import Meaning
from serving.grounding.source import source_of
from serving.model import CUT
from serving.prompt import NO_ANSWER
from serving.segments import MARK, Segment, Segmenter
from serving.support import Support, about, support
from serving.wording import says_not_found

_LIST_MARK: Final = re.compile(r"^(?:[-*•]|\d+[.)、])\s*")
_MARKED: Final = re.compile(rf"`[^`\n]*`|\s*(?P<marks>(?:{MARK.pattern}\s*)+)", re.IGNORECASE)
_RANGE: Final = re.compile(r"(\d+)\s*[-–—~～]\s*\^?(\d+)|(\d+)")
_ENDING: Final = re.compile(r"([.!?。！？；…]*[\"'”’」』）)*_]*)(\s*\|?\s*)$")
_NO_CLAIM: Final = re.compile(r"[:：]\s*[*_]*\s*$|^\s*#|^[\s|:\-=*_#]*$")
_LEFT: Final = 1 / 3
"""Share of an answer's sentences that must be supported; of less the rest makes no sense."""
_PATIENCE: Final = 3
"""Sentences without support before the first one with it, and repeated sentences, after which a model is lost."""


def cite(number: int, passage: Passage, quote: str) -> Citation:
    """A citation of a passage by a verbatim part of its text, at the page and lines where that stands."""
    page, boxes = passage.place(quote)
    return Citation(
        number=number,
        document=passage.document,
        revision=passage.revision,
        title=passage.title,
        section=passage.section,
        page=page,
        anchor=passage.anchor,
        boxes=boxes,
        quote=quote,
        passage=passage,
    )


class CitedText:
    """One answer on its way. `feed` pieces, then `finish`; both yield text that is ready to be read."""

    def __init__(
        self,
        passages: Sequence[Passage],
        language: str,
        *,
        question: str = "",
        admitted: Callable[[Segment], Segment] | None = None,
        policy: CheckPolicy = CheckPolicy.STRICT,
        meaning: Meaning | None = None,
    ) -> None:
        """`passages` in the order in which the prompt numbers them; `language` of the answer.

        `admitted`: what of a segment may be said at all, before it is checked; its text is empty where nothing may.
        """
        self._admitted = admitted or (lambda segment: segment)
        self._passages = tuple(passages)
        self._to_the_point = _to_the_point(question, self._passages, language)
        self._language = language
        self._policy = policy
        self._meaning = meaning
        self._segmenter = Segmenter()
        self._numbers: dict[tuple[int, str], int] = {}
        """By place of the passage and its quote: each mark leads to the very words that support its sentence."""
        self._waiting = ""
        self._shown = False
        self._said: set[str] = set()
        self._repeated = 0
        self._unsupported: list[str] = []
        self._contradicted = False
        """A passage that the present sentence cites says otherwise."""
        self.supported = 0
        """Sentences that stand on a passage."""
        self.declined = False
        """The model said that the passages do not tell."""

    @property
    def unsupported(self) -> tuple[str, ...]:
        """Sentences that no passage supports, as the model wrote them but without marks."""
        return tuple(self._unsupported)

    @property
    def enough(self) -> bool:
        """Is so much of the answer supported that it is one?"""
        return self.supported > 0 and self.supported >= _LEFT * (self.supported + len(self._unsupported))

    @property
    def hopeless(self) -> bool:
        """Nothing good will come any more: sentence after sentence without support, or over and over the same."""
        return self._repeated >= _PATIENCE or (len(self._unsupported) >= _PATIENCE and not self.supported)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """So far, by number."""
        return tuple(cite(number, self._passages[place], quote) for (place, quote), number in self._numbers.items())

    def prepare(self) -> None:
        """Take the passages apart: work to be done while the model reads its prompt."""
        for passage in self._passages:
            source_of(passage)

    def feed(self, text: str) -> Iterator[str]:
        for segment in self._segmenter.feed(text):
            yield from self._settled(segment)

    async def fed(self, text: str) -> list[str]:
        """As `feed`; what an embedder has to read is checked beside the event loop."""
        if self._meaning is None or not self._segmenter.may_end(text):
            return list(self.feed(text))
        return await asyncio.to_thread(lambda: list(self.feed(text)))

    def finish(self) -> Iterator[str]:
        for segment in self._segmenter.finish():
            yield from self._settled(segment)

    def _settled(self, segment: Segment) -> Iterator[str]:
        segment = self._admitted(segment)
        text = segment.text if segment.code else self._checked(segment.text)
        self._waiting += text
        # Until something is supported nothing is shown: it may turn out that nothing is.
        if self._waiting and self.supported:
            if not self._shown:
                self._waiting = self._waiting.lstrip()
            self._shown = True
            yield self._waiting
            self._waiting = ""

    def _checked(self, text: str) -> str:
        claim = _without_marks(text)
        if _NO_CLAIM.search(claim):
            return claim
        if NO_ANSWER in claim or text.endswith(CUT) or self._is_repeated(claim):
            self.declined |= NO_ANSWER in claim
            return ""
        self._contradicted = False
        sourced = self._resolve_marks(text)
        if sourced is None and says_not_found(claim):
            self.declined = True
            return claim
        if sourced is None and (added := self._added(claim)):
            sourced = _insert(claim, self._marks(*added))
        if sourced is None:
            return self._unsourced(claim)
        self.supported += 1
        return sourced

    def _is_repeated(self, claim: str) -> bool:
        # A small model that is caught in a loop still counts: the number of a list item makes it no new sentence.
        plain = _LIST_MARK.sub("", " ".join(claim.lower().split()))
        repeated = len(plain) > 20 and plain in self._said
        self._repeated += repeated
        self._said.add(plain)
        return repeated

    def _unsourced(self, claim: str) -> str:
        """A sentence without a source: a word or two without any fact say nothing wrong (Yes. Done.)."""
        facts = facts_of(claim, self._language)
        if len(facts.words) < 2 and not (facts.quantities or facts.codes or facts.names or facts.literals):
            return claim
        self._unsupported.append(claim.strip())
        return _insert(claim, UNSUPPORTED_MARK) if self._policy is CheckPolicy.MARK else ""

    def _resolve_marks(self, text: str) -> str | None:
        """The text with the marks that hold, renumbered; None where a part of it has none."""
        out: list[str] = []
        start = 0
        unheld = False
        cited: list[int] = []
        for match in _MARKED.finditer(text):
            if match["marks"] is None:
                continue
            claim = self._claim(text, start, match.start())
            places = self._eligible(_places(match["marks"], len(self._passages)))
            cited += places
            kept = self._held(places, claim)
            unheld |= not kept
            out += [text[start : match.start()], *self._spelled(match.group(), kept)]
            start = match.end()
        rest = text[start:]
        if not cited:
            return None
        tail = _without_marks(rest)
        unheld |= self._says_much(tail) and not self._held(cited, tail)
        if unheld:
            return self._whole(text, list(dict.fromkeys(cited)))
        return "".join((*out, rest))

    def _claim(self, text: str, first: int, last: int) -> str:
        """The part of a sentence before a mark; all of it where that says nothing by itself."""
        claim = _without_marks(text[first:last])
        return claim if self._says_much(claim) else _without_marks(text)

    def _says_much(self, claim: str) -> bool:
        return len(facts_of(claim, self._language).words) > 1

    def _spelled(self, written: str, kept: Sequence[tuple[int, tuple[str, ...]]]) -> Iterator[str]:
        after = written[len(written.rstrip()) :]
        if kept:
            yield written[: len(written) - len(written.lstrip())]
            yield from (self._marks(place, quotes) for place, quotes in kept)
        yield after

    def _whole(self, text: str, cited: Sequence[int]) -> str | None:
        """The sentence with its marks at its end, where all that it cites supports it as a whole."""
        claim = _without_marks(text)
        kept = self._held(cited, claim)
        return _insert(claim, "".join(self._marks(place, quotes) for place, quotes in kept)) if kept else None

    def _held(self, cited: Sequence[int], claim: str) -> list[tuple[int, tuple[str, ...]]]:
        """Which of the cited passages support the claim, each with its quotes; together where none does alone."""
        judged = [(place, self._support(claim, [place])) for place in cited]
        self._contradicted |= any(verdict.is_contradicted for _, verdict in judged)
        alone = [(place, verdict.quotes[0]) for place, verdict in judged if verdict.keeps]
        if alone or len(cited) < 2:
            return alone
        together = self._support(claim, cited)
        return list(zip(cited, together.quotes, strict=True)) if together.keeps else []

    def _added(self, claim: str) -> tuple[int, tuple[str, ...]] | None:
        """The passage that comes nearest, where it supports the claim and none that is cited contradicts."""
        places = self._eligible(range(len(self._passages)))
        if self._contradicted or not places:
            return None
        verdict = support(claim, [self._passages[place] for place in places], self._language)
        if not verdict.adds:
            return None
        # What only several passages together hold may be a fact of the one and the words of another.
        nearest = places[verdict.best]
        alone = self._support(claim, [nearest])
        return (nearest, alone.quotes[0]) if alone.keeps else None

    def _support(self, claim: str, places: Sequence[int]) -> Support:
        return support(claim, [self._passages[place] for place in places], self._language, self._meaning)

    def _eligible(self, places: Sequence[int]) -> list[int]:
        # The answer must begin where the question is: with the error code or model number that was asked about.
        return [place for place in places if self.supported or place in self._to_the_point]

    def _marks(self, place: int, quotes: Sequence[str]) -> str:
        numbers = (self._numbers.setdefault((place, quote), len(self._numbers) + 1) for quote in quotes)
        return "".join(f"[{number}]" for number in numbers)


def _to_the_point(question: str, passages: Sequence[Passage], language: str) -> frozenset[int]:
    """Places of the passages that hold every code of the question; all where none does."""
    codes = {code for code, _ in facts_of(question, language).codes}
    if not codes:  # most questions: what each passage is about need not be worked out
        return frozenset(range(len(passages)))
    holding = frozenset(place for place, passage in enumerate(passages) if codes <= about(passage).terms)
    return holding or frozenset(range(len(passages)))


def _without_marks(text: str) -> str:
    return _MARKED.sub(lambda match: match.group() if match["marks"] is None else _gap(match), text)


def _gap(match: re.Match[str]) -> str:
    return match.group()[len(match.group().rstrip()) :]


def _places(marks: str, count: int) -> list[int]:
    """Places from 0 of the passages that a run of marks names; numbers out of range are dropped."""
    places: dict[int, None] = {}
    for match in _RANGE.finditer(marks.translate(str.maketrans("０１２３４５６７８９", "0123456789"))):
        first, last = int(match[1] or match[3]), int(match[2] or match[3])
        places.update(dict.fromkeys(number - 1 for number in range(first, last + 1) if 1 <= number <= count))
    return list(places)


def _insert(text: str, marks: str) -> str:
    """Put marks at the end of a sentence, before its full stop and inside its table row."""
    ending = _ENDING.search(text)
    place = ending.start() if ending else len(text)
    body = text[:place].rstrip()
    space = "" if body and ord(body[-1]) > 0x2E80 else " "
    return f"{body}{space}{marks}{text[place:]}"
