"""The quoted answer: a retrieval goes in, its text and citations come out, in at most eight lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ingest.sparse import terms
from retrieval.codes import defines
from retrieval.query import Retrieval
from serving.answer import Citation
from serving.citations import cite
from serving.grounding.meaning import Meaning
from serving.quotes.asked import asked_of
from serving.quotes.choosing import Place, choose
from serving.quotes.shown import Cited, Line, show
from serving.quotes.sums import Computed, computed
from serving.quotes.wanted import Wanted
from serving.wording import Wording, wording

MAX_LINES: Final = 8
"""Of a whole answer, lead-in and table headers included."""
SURE: Final = 0.3
"""The confidence from which something is quoted. A model can still say that its passages do not tell, quotes cannot.
With 0.2 four more of 119 questions that can be answered were answered, and two more of 19 that cannot."""
_VERY_SURE: Final = 0.6
"""The confidence from which the place need not hold anything of the question (it may be in another language). With 0.8
three more of those that can be answered were refused, and none more of those that cannot."""
_LEAST: Final = 0.2
"""What it has to hold otherwise; a place that holds less is found by chance."""
_HELD: Final = 0.5
"""Below it something is quoted still where the place holds so much of what is asked: a short question says too little
for more confidence."""
_NEARLY_ALL: Final = 0.9
_TOLD: Final = 0.8
"""A part of which the place of an earlier part holds so much is answered there."""
_FEWEST_LINES: Final = 2
"""For a place, where that can be had: a table row with its header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedAnswer:
    """An answer made of quotes; its `[n]` marks are the citations' numbers."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """What is asked, in its own words, and the places that answer it; none: the manuals do not tell."""

    asked: str
    places: Sequence[Place]


def quote_answer(
    retrieval: Retrieval, *, refuse_below: float = 0.0, meaning: Meaning | None = None
) -> QuotedAnswer | None:
    """The best places of the best passages, part by part where several things are asked; None where they hold nothing
    of the question, or too little for how sure retrieval is: nearly all below a confidence of `refuse_below`.

    `meaning`: tells nearness in meaning; without it places are chosen by words alone.
    """
    words = wording(retrieval.language)
    if sum_asked := computed(retrieval):
        return _worked_out(sum_asked, words)
    blocks = _blocks(retrieval, refuse_below, meaning)
    if not any(block.places for block in blocks):
        return None
    sheet = _Sheet(words)
    room = MAX_LINES - len(blocks)
    for number, block in enumerate(blocks):
        sheet.lines.append(_lead_in(block, words, retrieval.language))
        still = sum(bool(other.places) for other in blocks[number + 1 :])
        kept = min(_FEWEST_LINES, room // (still + 1))
        room -= sheet.show(block.places, room - still * kept)
    return sheet.answer()


def _worked_out(asked: Computed, words: Wording) -> QuotedAnswer:
    """The rows that the values stand in, then the sum."""
    sheet = _Sheet(words)
    sheet.lines.append(words.lead_in)
    inputs = (asked.left, asked.right)
    for number, value in enumerate(inputs):
        lines = show(value.place, most_lines=2).lines
        texts = [sheet.marked(line) for line in lines]
        # Two rows of one table have one header, two columns of one row are one line.
        sheet.lines += [text for text in texts if not number or text not in sheet.lines]
    marks = [sheet.number(cited) for value in inputs for cited in show(value.place, most_lines=1).lines[-1].cites]
    left, right = (f"{value.cell} [{mark}]" for value, mark in zip(inputs, marks, strict=True))
    sum_text = f"{left} {asked.sign} {right} = {asked.result}"
    sheet.lines.append((words.total if asked.is_total else words.difference).format(sum=sum_text))
    return sheet.answer()


def _blocks(retrieval: Retrieval, refuse_below: float, meaning: Meaning | None) -> list[_Block]:
    """One for each thing asked; things that the same place answers share one."""
    blocks: list[_Block] = []
    for part in retrieval.parts:
        same = next((block for block in blocks if _tells(block, part)), None)
        places: Sequence[Place] = ()
        if same is None:
            # What is asked beside something else is asked of the same product, unless it names another one.
            manuals = {place.passage.document for block in blocks for place in block.places}
            places = _fit(part, refuse_below, choose(part, documents=manuals, meaning=meaning))[:1]
            if places and manuals and places[0].passage.document not in manuals and not _is_named(places[0], part):
                places = ()
            same = next((block for block in blocks if places and _is_same(block.places, places)), None)
        if same is None:
            blocks.append(_Block(_as_question(part.asked), places))
        else:
            blocks[blocks.index(same)] = _Block(f"{same.asked} {_as_question(part.asked)}", same.places)
    if len(blocks) < 2 or not any(block.places for block in blocks):
        return [_Block("", _fit(retrieval, refuse_below, choose(retrieval, meaning=meaning)))]
    return blocks


def tells_all(retrieval: Retrieval) -> bool:
    """Does the best place hold nearly all that is asked? Then a low confidence comes of a question of one or two words
    only."""
    return bool(_fit(retrieval, 1.0, choose(retrieval)))


def _fit(retrieval: Retrieval, refuse_below: float, places: Sequence[Place]) -> Sequence[Place]:
    """The places where they are sure enough to be quoted, else none."""
    asked = asked_of(retrieval)
    if not places or any(defines(unit.text, code) for code in asked.codes for unit in places[0].members):
        return places
    share = asked.share(places[0].held())
    if retrieval.confidence < refuse_below:
        return places if share >= _NEARLY_ALL else ()
    least = 0.0 if retrieval.confidence >= _VERY_SURE else _LEAST if retrieval.confidence >= SURE else _HELD
    return places if share >= least else ()


def _tells(block: _Block, part: Retrieval) -> bool:
    """Does the place of an earlier part answer this one too? A procedure is looked for where it stands."""
    asked = asked_of(part)
    own = frozenset[str]().union(*(unit.terms for place in block.places for unit in place.members))
    return asked.wanted is not Wanted.WAY and asked.share(own) >= _TOLD


def _is_named(place: Place, part: Retrieval) -> bool:
    """Has the question a word of the manual's title or of its product?"""
    about = terms(f"{place.passage.title} {place.passage.product}", place.passage.language)
    return not set(about).isdisjoint(terms(part.asked, part.language))


def _is_same(some: Sequence[Place], others: Sequence[Place]) -> bool:
    """Do the first places overlap?"""
    return any(one.overlaps(two) for one, two in zip(some[:1], others[:1], strict=False))


def _as_question(text: str) -> str:
    shown = text[:1].upper() + text[1:]
    if shown.endswith(("?", "？")):
        return shown
    return f"{shown}{'？' if ord(shown[-1]) > 0x2E80 else '?'}"


def _lead_in(block: _Block, words: Wording, language: str) -> str:
    if block.asked:
        return (words.part if block.places else words.part_unknown).format(part=block.asked)
    own = any(place.passage.language[:2] in (language[:2], "") for place in block.places)
    return words.lead_in if own else words.lead_in_foreign


@dataclass(slots=True)
class _Sheet:
    """The answer as it grows."""

    words: Wording
    lines: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)

    def answer(self) -> QuotedAnswer:
        return QuotedAnswer(text="\n".join(self.lines), citations=tuple(self.citations))

    def show(self, places: Sequence[Place], room: int) -> int:
        """Add places as long as there is room; returns the lines used."""
        before = len(self.lines)
        for number, place in enumerate(places):
            left = room - (len(self.lines) - before)
            if number and left < _FEWEST_LINES:
                break
            shown = show(place, most_lines=left)
            self.lines.extend(self.marked(line) for line in shown.lines)
            if shown.left_out:
                self.lines.append(self.words.more_steps.format(count=shown.left_out))
        return len(self.lines) - before

    def marked(self, line: Line) -> str:
        marks = "".join(f"[{self.number(cited)}]" for cited in line.cites)
        return f"{line.text} {marks}" if marks else line.text

    def number(self, cited: Cited) -> int:
        """The number of a citation: the one it has where the same words were quoted before."""
        for known in self.citations:
            if known.passage is cited.passage and known.quote == cited.quote:
                return known.number
        number = len(self.citations) + 1
        self.citations.append(cite(number, cited.passage, cited.quote))
        return number
