"""The quoted answer: a retrieval goes in, its text and citations come out, in at most eight lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from retrieval.query import Retrieval
from serving.answer import Citation
from serving.citations import cite
from serving.quotes.choosing import Place, choose
from serving.quotes.shown import Cited, Line, show
from serving.quotes.sums import Computed, computed
from serving.wording import Wording, wording

MAX_LINES: Final = 8
"""Of a whole answer, lead-in and table headers included."""
SURE: Final = 0.3
"""The confidence from which something is quoted. A model can still say that its passages do not tell, quotes cannot;
of the questions below it fewer than one in five can be answered (reliability in data/eval/results/calibration.json)."""
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


def quote_answer(retrieval: Retrieval, *, refuse_below: float = 0.0) -> QuotedAnswer | None:
    """The best places of the best passages, part by part where several things are asked; None where they hold nothing
    of the question, or where retrieval is not sure enough (`SURE`, or `refuse_below` where that is more)."""
    refuse_below = max(refuse_below, SURE)
    if retrieval.confidence < refuse_below:
        return None
    words = wording(retrieval.language)
    if sum_asked := computed(retrieval):
        return _worked_out(sum_asked, words)
    blocks = _blocks(retrieval, refuse_below)
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


def _blocks(retrieval: Retrieval, refuse_below: float) -> list[_Block]:
    """One for each thing asked; things that the same place answers share one."""
    blocks: list[_Block] = []
    for part in retrieval.parts:
        # What is asked beside something else is asked of the same product.
        manuals = {place.passage.document for block in blocks for place in block.places}
        places = choose(part, documents=manuals)[:1] if part.confidence >= refuse_below else []
        same = next((block for block in blocks if places and _is_same(block.places, places)), None)
        if same is None:
            blocks.append(_Block(_as_question(part.asked), places))
        else:
            blocks[blocks.index(same)] = _Block(f"{same.asked} {_as_question(part.asked)}", same.places)
    if len(blocks) < 2 or not any(block.places for block in blocks):
        return [_Block("", choose(retrieval))]
    return blocks


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
