"""Texts made comparable: what line breaks, hyphens, spellings of numbers and of paths must not decide."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

RUN: Final = 8
"""Characters compared at a time: long enough that chance does not match, short enough to survive a hyphen."""
ENOUGH_PERCENT: Final = 60
"""Of the evidence's runs that a passage must hold. As in the scorer of the shared gold questions."""

_CJK: Final = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3"
_CJK_CHARACTER: Final = re.compile(f"[{_CJK}]")
_TOKEN: Final = re.compile(
    rf"(?P<number>(?P<sign>[-\u2212\u2013])?(?P<digits>\d+(?:[.,]\d+)*))|(?P<cjk>[{_CJK}]+)|(?P<word>[^\W\d_{_CJK}]+)"
)
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_WHOLE: Final = re.compile(r"(-?\d+)\.0+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a short text says, as sets."""

    words: frozenset[str]
    """Words in lower case; of Chinese, Japanese and Korean the pairs of characters."""
    numbers: frozenset[str]
    """In one spelling: 1,335 is 1335, 0,5 is 0.5, 5.0 is 5."""

    def __len__(self) -> int:
        return len(self.words) + len(self.numbers)


def fold(text: str) -> str:
    """Letters and digits alone, in lower case, compatible forms (full width, ligatures) made one."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).lower()))


def holds(text: str, evidence: str) -> bool:
    """Whether the text has at least 60 % of the evidence's distinct runs of 8 folded characters."""
    wanted = fold(evidence)
    # Evidence shorter than a run is one run.
    runs = {wanted[start : start + RUN] for start in range(max(1, len(wanted) - RUN + 1))}
    folded = fold(text)
    return 100 * sum(run in folded for run in runs) >= ENOUGH_PERCENT * len(runs)


def same_document(given: str, gold: str) -> bool:
    """Whether both name one document. `given` may have more folders in front: the name of the ingested root."""
    wanted = _parts(gold)
    return bool(wanted) and _parts(given)[-len(wanted) :] == wanted


def collapse(text: str) -> str:
    """White space made single spaces, soft hyphens left out: for comparing what must be verbatim."""
    return " ".join(text.replace("\u00ad", "").split())


def has_cjk(text: str) -> bool:
    return _CJK_CHARACTER.search(text) is not None


def tokens(text: str, *, single_characters: bool = False) -> Tokens:
    """The words and numbers of a text; with `single_characters` each CJK character counts as a word too."""
    text = unicodedata.normalize("NFKC", text).lower()
    words: set[str] = set()
    numbers: set[str] = set()
    for match in _TOKEN.finditer(text):
        if digits := match["digits"]:
            negative = match["sign"] and not _joins(text[: match.start()])
            numbers.add(_one_spelling(f"-{digits}" if negative else digits))
        elif word := match["word"]:
            words.add(word)
        else:
            words.update(_pairs(match["cjk"], single_characters=single_characters))
    return Tokens(frozenset(words), frozenset(numbers))


def _parts(path: str) -> tuple[str, ...]:
    return PurePosixPath(unicodedata.normalize("NFC", path).replace("\\", "/")).parts


def _joins(before: str) -> bool:
    """A dash after a Latin letter or a digit joins (2-7, RS-232); elsewhere it is a minus."""
    return before[-1:].isalnum() and not has_cjk(before[-1:])


def _pairs(characters: str, *, single_characters: bool) -> set[str]:
    pairs = {characters[start : start + 2] for start in range(len(characters) - 1)}
    return pairs | set(characters) if single_characters or len(characters) == 1 else pairs


def _one_spelling(number: str) -> str:
    if _THOUSANDS.fullmatch(number):
        number = number.replace(",", "")
    elif number.count(",") == 1 and "." not in number:
        number = number.replace(",", ".")
    whole = _WHOLE.fullmatch(number)
    return whole[1] if whole else number
