"""The quoted answer: a retrieval goes in, its text and citations come out, in at most eight lines."""

from dataclasses import dataclass, field
from typing import Final

from retrieval.query import Retrieval
from serving.answer import Citation
from serving.citations import cite
from serving.quotes.choosing import choose
from serving.quotes.shown import Line, Shown, show
from serving.wording import Wording, wording

MAX_LINES: Final = 8
"""Of a whole answer, lead-in and table headers included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedAnswer:
    """An answer made of quotes; its `[n]` marks are the citations' numbers."""

    text: str
    citations: tuple[Citation, ...]


def quote_answer(retrieval: Retrieval) -> QuotedAnswer | None:
    """The best places of the best passages; None where they hold nothing of the question."""
    words = wording(retrieval.language)
    page = _Page()
    page.add(words.lead_in)
    _quote(retrieval, page, words, MAX_LINES - 1)
    return page.answer() if page.citations else None


def _quote(retrieval: Retrieval, page: "_Page", words: Wording, room: int) -> None:
    """Put the places of one question on the page, in at most `room` lines."""
    places = choose(retrieval)
    first = show(places[0], most_lines=room) if places else Shown(())
    page.show(first, words)
    left = room - len(first.lines) - bool(first.left_out)
    for place in places[1:]:
        if left > 1:
            page.show(show(place, most_lines=left), words)


@dataclass(slots=True)
class _Page:
    """The answer as it grows."""

    lines: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.lines.append(text)

    def show(self, shown: Shown, words: Wording) -> None:
        for line in shown.lines:
            self.lines.append(self._marked(line))
        if shown.left_out:
            self.lines.append(words.more_steps.format(count=shown.left_out))

    def answer(self) -> QuotedAnswer:
        return QuotedAnswer(text="\n".join(self.lines), citations=tuple(self.citations))

    def _marked(self, line: Line) -> str:
        marks = ""
        for cited in line.cites:
            number = len(self.citations) + 1
            self.citations.append(cite(number, cited.passage, cited.quote))
            marks += f"[{number}]"
        return f"{line.text} {marks}" if marks else line.text
