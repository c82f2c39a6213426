"""What a new revision of a manual adds, changes and removes, as passages: indexed chunks and new chunks go in.

Texts are compared, not ids: a passage that merely moved in the manual, or was cut at another place, is no change.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from ingest.chunk import CELL_BORDER
from ingest.types import Chunk

_WORD = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]|\d+(?:[.,]\d+)*|[^\W\u3040-\u9fff\uac00-\ud7af]+|\s+|[^\w\s]")
_ALIKE = 0.5
"""Passages that share less than half of their words are one removed and one added."""


_NEAR = 20
"""Old passages in which the partner of a new one is sought: a rewritten manual must not take minutes."""


class Change(StrEnum):
    """What became of a passage."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Words:
    """A run of words: `old` stands in the indexed text, `new` in the new one; equal where nothing changed."""

    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageDiff:
    """One passage that is not as it was."""

    change: Change
    section: tuple[str, ...]
    page: int | None
    """In the new revision; of a removed passage in the indexed one."""
    old: str
    new: str
    words: tuple[Words, ...]


def compare(old: Sequence[Chunk], new: Sequence[Chunk]) -> list[PassageDiff]:
    """Differences in the order of the new revision; a removed passage stands where it stood."""
    before, after = _passages(old), _passages(new)
    found: list[PassageDiff] = []
    matcher = SequenceMatcher(None, [_key(p) for p in before], [_key(p) for p in after], autojunk=False)
    places = [
        (before[first:last], after[start:end])
        for tag, first, last, start, end in matcher.get_opcodes()
        if tag != "equal"
    ]
    moved = _moved(places)
    leaving, coming = Counter(moved), Counter(moved)
    for gone, come in places:
        found.extend(_pair(_without(gone, leaving), _without(come, coming)))
    return found


def _moved(places: Sequence[tuple[Sequence["_Passage"], Sequence["_Passage"]]]) -> Counter[str]:
    """Passages that left one place and came to another, as often as they did."""
    gone = Counter(_key(passage) for old, _new in places for passage in old)
    return gone & Counter(_key(passage) for _old, new in places for passage in new)


def _without(passages: Sequence["_Passage"], moved: Counter[str]) -> list["_Passage"]:
    """The passages but those that moved, which are taken out of `moved`."""
    left = []
    for passage in passages:
        if moved[_key(passage)]:
            moved[_key(passage)] -= 1
        else:
            left.append(passage)
    return left


@dataclass(frozen=True, slots=True)
class _Passage:
    """A paragraph, step, row or heading with where it stands."""

    text: str
    section: tuple[str, ...]
    page: int | None


def _passages(chunks: Sequence[Chunk]) -> list[_Passage]:
    """The chunks' lines (one an element or a table's row), so that a cut at another place is no difference."""
    found: list[_Passage] = []
    header = ""
    for chunk in chunks:
        rows = [line for line in chunk.text.split("\n") if CELL_BORDER in line]
        repeated = header if rows and rows[0] == header else ""
        for place, line in _lines(chunk.text):
            if repeated and line == repeated:
                repeated = ""  # a table that was cut has its header row in each piece
            elif line.strip():
                found.append(_Passage(line, chunk.section, _page(chunk, place)))
        header = rows[0] if rows else ""
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    place = 0
    for line in text.split("\n"):
        yield place, line
        place += len(line) + 1


def _page(chunk: Chunk, place: int) -> int | None:
    """The page of the line that begins at this character of the chunk."""
    page = chunk.page
    for box in chunk.boxes:
        if box.start > place:
            break
        page = box.page
    return page


def _key(passage: _Passage) -> str:
    return " ".join(passage.text.split())


def _pair(gone: Sequence[_Passage], come: Sequence[_Passage]) -> Iterator[PassageDiff]:
    """Each new passage with the first old one, in order, that is like it; what has no partner was removed or added."""
    waiting = list(gone)
    for passage in come:
        partner = next((old for old in waiting[:_NEAR] if _alike(old.text, passage.text)), None)
        if partner is None:
            yield _diff(Change.ADDED, "", passage)
            continue
        place = waiting.index(partner)
        yield from (_diff(Change.REMOVED, old.text, old) for old in waiting[:place])
        waiting = waiting[place + 1 :]
        yield _diff(Change.CHANGED, partner.text, passage)
    yield from (_diff(Change.REMOVED, old.text, old) for old in waiting)


def _alike(old: str, new: str) -> bool:
    matcher = SequenceMatcher(None, _words(old), _words(new), autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _words(text: str) -> list[str]:
    """Words, CJK characters one by one, and what stands between."""
    return _WORD.findall(text)


def _diff(change: Change, old: str, passage: _Passage) -> PassageDiff:
    new = "" if change is Change.REMOVED else passage.text
    return PassageDiff(
        change=change, section=passage.section, page=passage.page, old=old, new=new, words=tuple(_compared(old, new))
    )


def _compared(old: str, new: str) -> Iterator[Words]:
    before, after = _words(old), _words(new)
    for tag, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        part = Words("".join(before[first:last]), "".join(after[start:end]))
        if tag == "equal" or part.old != part.new:
            yield part
