"""Does a passage support a sentence, and which of its sentences does so best?

Decided from what can be checked without a model: numbers with their units, codes, negations, shared content words.
"""

from dataclasses import dataclass
from typing import Final

from ingest.sentences import split_sentences
from retrieval.passages import Passage
from serving.facts import Facts, contradicts, facts_of

ADD: Final = 0.6
"""Share of a sentence's words a passage must hold for a mark to be added that the model did not set."""
KEEP: Final = 0.4
"""The same for a mark the model set: it may have said things in its own words."""
MAX_QUOTE: Final = 400
"""Characters; a quote is one or two sentences or table rows."""
_CELL: Final = " | "
_CLOSE: Final = 0.6
"""Two sentences that share so many words speak of the same thing: then a negation on one side contradicts."""


@dataclass(frozen=True, slots=True)
class Support:
    """How a passage bears on a sentence."""

    share: float
    """0 to 1: how many of the sentence's words the passage holds; 0 where a fact is missing or contradicted."""
    quote: str
    """The passage's sentence, table row or two of them that come nearest: verbatim text of the passage."""
    checkable: bool
    """False where the sentence is in another language than the passage and holds no number, code or name to check."""
    facts_held: bool
    """All numbers, units, codes and literals of the sentence are in the passage."""

    @property
    def adds(self) -> bool:
        return self.checkable and self.share >= ADD

    @property
    def keeps(self) -> bool:
        return not self.checkable or self.share >= KEEP


def support(sentence: str, passage: Passage, language: str) -> Support:
    """Judge a sentence written in `language` against a passage."""
    claim = facts_of(sentence, language)
    quote, quote_share = best_quote(claim, passage)
    near = _around(quote, passage)
    if not holds_facts(claim, near):
        return Support(0.0, quote, checkable=True, facts_held=False)
    share = _share(claim, near)
    foreign = bool(passage.language) and bool(language) and passage.language != language
    if quote_share >= _CLOSE and contradicts(sentence, quote, passage.language):
        return Support(0.0, quote, checkable=True, facts_held=True)
    if share < KEEP and foreign:
        # Translated: words cannot match. What can be checked (numbers, codes, names) has been found above.
        checkable = bool(claim.quantities or claim.codes or claim.literals)
        return Support(ADD if checkable else 0.0, quote, checkable=checkable, facts_held=True)
    return Support(share, quote, checkable=True, facts_held=True)


def _around(quote: str, passage: Passage) -> Facts:
    """What stands at the quote: a number elsewhere in a long passage is of another matter.

    A table row stands for itself with its table's head; a sentence with the two before and after it.
    """
    units = _units(passage.text)
    start = passage.text.find(quote)
    inside = [place for place, (first, last) in enumerate(units) if first < start + len(quote) and last > start]
    if _CELL in quote:
        before = [passage.text[first:last] for first, last in units[: inside[0]] if _CELL in passage.text[first:last]]
        near = "\n".join((*before[:1], quote))
    else:
        first, last = max(0, inside[0] - 2) if inside else 0, inside[-1] + 3 if inside else 0
        near = passage.text[units[first][0] : units[min(last, len(units)) - 1][1]] if inside else passage.text
    return facts_of("\n".join((passage.title, *passage.section, passage.product, near)), passage.language)


def about(passage: Passage) -> Facts:
    """All a passage tells: its text, and what its title and headings say it is about."""
    return facts_of(" ".join((passage.title, *passage.section, passage.product, passage.text)), passage.language)


def holds_facts(claim: Facts, known: Facts) -> bool:
    """Are all numbers (with fitting units), codes and literals of the claim among what is known?"""
    return (
        all(_holds_quantity(readings, unit, known) for readings, unit in claim.quantities)
        and all(code in known.terms for code in claim.codes)
        and all(_holds_literal(literal, known) for literal in claim.literals)
    )


def best_quote(claim: Facts, passage: Passage) -> tuple[str, float]:
    """The sentence or row of the passage (or two in a row) nearest to the claim, and the share of words it holds."""
    units = _units(passage.text)
    if not units:
        return passage.text[:MAX_QUOTE].strip(), 0.0
    scores = [_closeness(claim, facts_of(passage.text[start:end], passage.language)) for start, end in units]
    best = max(range(len(units)), key=lambda place: scores[place])
    start, end = units[best]
    for neighbour in (best + 1, best - 1):
        if 0 <= neighbour < len(units):
            wide = min(start, units[neighbour][0]), max(end, units[neighbour][1])
            score = _closeness(claim, facts_of(passage.text[wide[0] : wide[1]], passage.language))
            if score > scores[best] + 0.15 and _quotable(passage, *wide):
                start, end = wide
                break
    quote = passage.text[start:end]
    return quote, _share(claim, facts_of(quote, passage.language))


def _quotable(passage: Passage, start: int, end: int) -> bool:
    """Short enough, all on one page (a citation names one), and of a table only a row with its head."""
    before, _, last = passage.text[start:end].rpartition("\n")
    if _CELL in before and _CELL in last and _CELL in passage.text[:start].rpartition("\n")[0].rpartition("\n")[2]:
        return False
    lines = passage.boxes and [box for box in passage.boxes if start <= box.start < end]
    return end - start <= MAX_QUOTE and len({box.page for box in lines}) < 2


def _units(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence or line."""
    units: list[tuple[int, int]] = []
    place = 0
    for sentence in split_sentences(text):
        start = text.index(sentence, place)
        place = start + len(sentence)
        units.append((start, place))
    return units


def _closeness(claim: Facts, unit: Facts) -> float:
    """Share of words and facts together, with a touch less for long units, so that the short exact one wins."""
    facts = [any(reading in unit.numbers for reading in readings) for readings, _ in claim.quantities]
    facts += [code in unit.terms for code in claim.codes]
    share = _share(claim, unit)
    if facts:
        share = 0.5 * share + 0.5 * sum(facts) / len(facts)
    return share - min(len(unit.plain), 1000) / 20_000


def _share(claim: Facts, known: Facts) -> float:
    if not claim.words:
        return 1.0 if claim.quantities or claim.codes else 0.0
    held = sum(any(stem in known.terms for stem in stems) for stems in claim.words)
    return held / len(claim.words)


def _holds_quantity(readings: frozenset[str], unit: str, known: Facts) -> bool:
    if not readings & known.numbers:
        return False
    units = {other for values, other in known.quantities if values & readings}
    return not unit or not units or "" in units or unit in units


def _holds_literal(literal: str, known: Facts) -> bool:
    return literal in known.plain or all(
        part in known.plain for part in literal.replace('"', " ").replace("'", " ").split()
    )
