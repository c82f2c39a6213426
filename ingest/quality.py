"""Pages and what was read of them in, how well that went out: what an editor should look at.

A page is judged by its own text; one that is not named has nothing to complain of. The thresholds are such that pages
of well-made manuals are hardly ever named (tests/bench/quality.py).
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.types import Element, PageQuality

EMPTY, GARBLED, BROKEN_TABLE, SUSPICIOUS_ORDER, RECOGNISED = (
    "empty",
    "garbled",
    "broken table",
    "suspicious order",
    "recognised",
)
_COSTS = {EMPTY: 1.0, GARBLED: 0.7, BROKEN_TABLE: 0.3, SUSPICIOUS_ORDER: 0.3}

_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f-\x9f]|\\(cid:\\d+\\)|[\U000f0000-\U0010ffff]")
# UTF-8 read as Latin-1 or Windows-1252: Ã¤, â€™, Â°; and CJK likewise.
_MOJIBAKE = re.compile(
    "Ã[\u0080-\u00bf¤¶¼ŸŒ©¨ª«¬±³´¹º]|â€[\u0080-\u00ff™œ˜“”¦¢]|Â[°§±µ·»«©®]|[äåæçèé][\u0080-\u00bf]{2}"
)
_WORD = re.compile(r"[A-Za-z]{3,}")
_COMMON_LETTERS, _COMMON_SHARE = "etaoinrs", 0.35
"""60 to 68 % of English, German, French and Spanish are these, 45 % of assembler; of letters by chance 31 %."""
_FEWEST_LETTERS = 200
_LONGEST_CELL = 1500


@dataclass(frozen=True, slots=True)
class PageHint:
    """What a reader knows of a page beyond its elements."""

    confidence: float | None = None
    """Where it was read by OCR: the mean probability of its characters."""
    drawn: bool = False
    """Whether something is on the page, text or picture."""


def page_qualities(elements: Sequence[Element], hints: Mapping[int, PageHint]) -> tuple[PageQuality, ...]:
    """The pages that something is amiss with, and those read by OCR, in order. `hints`: by page, for some or all.

    Page 0 stands for a document without pages.
    """
    on_page: defaultdict[int, list[Element]] = defaultdict(list)
    for element in elements:
        for page in {box.page for box in element.boxes} or {element.page or 0}:
            on_page[page].append(element)
    found = [_judged(page, on_page[page], hints.get(page, PageHint())) for page in sorted({*on_page, *hints})]
    return tuple(quality for quality in found if quality.problems)


def is_garbled(text: str) -> bool:
    """Whether text is no text: signs without meaning, a broken encoding, or letters that make up no words."""
    letters = "".join(text.split())
    if len(letters) < 20:
        return bool(letters) and len(_UNREADABLE.findall(letters)) > 0.5 * len(letters)
    if sum(map(len, _UNREADABLE.findall(letters))) > 0.1 * len(letters):
        return True
    if len(_MOJIBAKE.findall(letters)) > max(2, 0.01 * len(letters)):
        return True
    return _implausible_letters(text)


def _implausible_letters(text: str) -> bool:
    """Latin words in which the commonest letters hardly occur: a font whose codes mean other letters than they say."""
    words = _WORD.findall(unicodedata.normalize("NFKD", text))
    letters = "".join(words).lower()
    if len(letters) < _FEWEST_LETTERS or len(letters) < 0.5 * sum(map(str.isalpha, text)):
        return False
    return sum(map(letters.count, _COMMON_LETTERS)) < _COMMON_SHARE * len(letters)


def _judged(page: int, elements: Sequence[Element], hint: PageHint) -> PageQuality:
    problems = list(_problems(page, elements, hint))
    score = 1.0
    for problem in problems:
        score -= _COSTS.get(problem, 0.0)
    if hint.confidence is not None and EMPTY not in problems:
        problems.append(RECOGNISED)
        score = min(score, hint.confidence)
    return PageQuality(page=page, score=round(max(score, 0.0), 2), problems=tuple(problems))


def _problems(page: int, elements: Sequence[Element], hint: PageHint) -> Iterable[str]:
    text = "\n".join(element.text for element in elements)
    if not text.strip():
        if hint.drawn or hint.confidence is not None:
            yield EMPTY
        return
    unsure = hint.confidence is not None and hint.confidence < 0.7
    if unsure or is_garbled(text):
        yield GARBLED
    if any(_is_broken(element.rows) for element in elements if element.rows):
        yield BROKEN_TABLE
    if _jumps(page, elements):
        yield SUSPICIOUS_ORDER


def _is_broken(rows: Sequence[Sequence[str]]) -> bool:
    """Rows of unequal length, nearly all cells empty, or a cell that swallowed a page."""
    if len({len(row) for row in rows}) > 1:
        return True
    cells = [cell for row in rows[1:] for cell in row]
    if len(cells) >= 12 and sum(not cell.strip() for cell in cells) > 0.85 * len(cells):
        return True
    return any(len(cell) > _LONGEST_CELL for row in rows for cell in row)


def _jumps(page: int, elements: Sequence[Element]) -> bool:
    """Whether reading goes up the page more often than columns explain."""
    boxes = [box for element in elements if not element.rows for box in element.boxes if box.page == page]
    if len(boxes) < 12:
        return False
    ups = Counter(
        after.bottom < before.top - 2 * (before.bottom - before.top)
        and min(after.right, before.right) - max(after.left, before.left) > 0
        for before, after in pairwise(boxes)
    )[True]
    return ups > 2 and ups > 0.08 * len(boxes)
