"""A stream of text to whole sentences, each with the citation marks that follow it.

Pieces of any size go in; segments come out as soon as nothing that may still arrive can change them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingest.sentences import split_sentences

_OPEN, _CLOSE = r"[\[［【]", r"[\]］】]"
_NUMBER: Final = r"\s*\^?\s*(?:passages?|sources?|段落|来源)?\s*[0-9０-９]{1,2}\s*"
_JOIN: Final = r"(?:,|，|、|;|；|-|–|—|~|～)"
MARK: Final = re.compile(rf"{_OPEN}({_NUMBER}(?:{_JOIN}{_NUMBER})*){_CLOSE}(?!\()", re.IGNORECASE)
"""`[1]`, `[1, 2]`, `[1-3]`, `［1］`, `【1】`, `[^1]`, `[Passage 1]`; not the text of a link."""
_HALF_MARK: Final = re.compile(rf"{_OPEN}[\^\w\s,，、;；\-–—~～]{{0,24}}$|\[\d+\]$", re.IGNORECASE)
_LEADING: Final = re.compile(rf"\s*(?:{MARK.pattern}\s*)*", re.IGNORECASE)
_END: Final = re.compile(r"[.!?…。！？；\n]")
_HALVES: Final = re.compile(r"[；;][”’」』）)]*$")
"""A sentence that goes on: its marks stand at its end, for all of it."""
_FENCE: Final = re.compile(r"\s*(```|~~~)")


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence, list item or table row with the white space before it; `code`: a line of a fenced block."""

    text: str
    code: bool = False


class Segmenter:
    """Joined, the segments are the text that was fed."""

    def __init__(self) -> None:
        self._held = ""
        self._in_fence = False

    def feed(self, text: str) -> Iterator[Segment]:
        self._held += text
        while (segment := self._next(final=False)) is not None:
            yield segment

    def may_end(self, text: str) -> bool:
        """May a segment come out when this text is fed?"""
        return _END.search(self._held) is not None or _END.search(text) is not None

    def finish(self) -> Iterator[Segment]:
        """The rest, whole or not."""
        while (segment := self._next(final=True)) is not None:
            yield segment

    def _next(self, *, final: bool) -> Segment | None:
        if not self._held.strip():
            return None
        lead = len(self._held) - len(self._held.lstrip("\n"))
        newline = self._held.find("\n", lead)
        line = self._held[:newline] if newline >= 0 else self._held
        whole = newline >= 0 or final
        fence = bool(_FENCE.match(line))
        if self._in_fence or fence:
            if not whole:
                return None
            self._in_fence ^= fence
            return Segment(self._take(len(line)), code=True)
        if not whole and line.strip() in ("`", "``", "~", "~~"):
            return None
        return self._sentence(line, whole=whole)

    def _sentence(self, line: str, *, whole: bool) -> Segment | None:
        pieces = split_sentences(line)
        place = 0
        for number, piece in enumerate(pieces):
            place = line.index(piece, place) + len(piece)
            if number + 1 == len(pieces) or line[:place].count("`") % 2:
                continue
            following = _LEADING.match(line, place)
            end = following.end() if following else place
            rest = line[end:]
            if end == place and _HALVES.search(piece):
                continue
            if not rest or (_HALF_MARK.match(rest) and not whole):
                break  # more marks may come
            return Segment(self._take(len(line[:end].rstrip())))
        return Segment(self._take(len(line))) if whole else None

    def _take(self, size: int) -> str:
        taken, self._held = self._held[:size], self._held[size:]
        return taken
