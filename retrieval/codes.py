"""Codes and names of a question: error codes, part numbers, options, file names, in whatever spelling.

A text enters; codes leave in their plain form: letters and digits only, in lower case.
"""

import re
import unicodedata
from collections.abc import Iterator

from ingest.chunk import CELL_BORDER

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_LETTER = rf"[^\W{_CJK}]"
# Letters and digits in one word (E-47, FS-10-3, M404dn), or one or two letters before a number (e 47).
_CODE = re.compile(
    rf"(?<!{_LETTER})(?<![-_.])(?:[a-z]{{1,6}}[-_]?\d{{1,6}}|[a-z]{{1,6}}(?:[-_][a-z]{{1,6}}){{1,2}}[-_]\d{{1,6}})"
    rf"(?:[-_]?[a-z0-9]+)*(?!{_LETTER})|(?<!{_LETTER})[a-z]{{1,2}} \d{{1,6}}(?![.,:]?\d|{_LETTER})"
)
# Words that make no code of the number behind them.
_BEFORE_NUMBERS = frozenset(
    "a an as at be by do if in is it me my no of on or so to up us we le la de du en et un es der die am im zu ab "
    "se el y o v x mm cm km kg mb gb ms db hz".split()
)
# Standards and systems that manuals spell in many other ways.
_COMMON = re.compile(r"v\d+|usb\d|ipv\d|win\d+|windows\d+|ios\d+|mp\d|h26\d|x\d+|utf\d+|rs\d{3}|wpa\d|ps\d")


_DASH = re.compile(r"[‐‑‒–—−]")
_OPTION = re.compile(r"(?<![\w-])--?[a-z][\w-]*")
_WORD_NUMBER = re.compile(rf"(?<!{_LETTER})[a-z]{{1,8}} \d{{1,6}}(?![.,:]?\d|{_LETTER})")
_ENTRY_END = re.compile(r":\s| [-–—] ")
_BETWEEN = re.compile(r",\s*|\s*/\s*(?=-)")


def codes_in(text: str) -> list[str]:
    """The codes a text names, in order, without repetition."""
    return list(dict.fromkeys(_codes(unicodedata.normalize("NFKC", text).lower())))


def plain(code: str) -> str:
    """Letters and digits only, in lower case."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", code).lower())


def with_plain_dashes(text: str) -> str:
    """In lower case, full width and the many dashes as they are typed."""
    return _DASH.sub("-", unicodedata.normalize("NFKC", text)).lower()


def as_written(text: str, code: str) -> str:
    """A code as it is spelt in a text."""
    spelling = r"[\W_]*".join(map(re.escape, code))
    found = re.search(spelling, unicodedata.normalize("NFKC", text), re.IGNORECASE)
    return found.group() if found else code


def names_in(text: str) -> list[str]:
    """What may be a code or an option: the codes, options as typed (`-q`, `--dry-run`), and words before a number."""
    folded = with_plain_dashes(text)
    doubtful = [plain(match.group()) for match in _WORD_NUMBER.finditer(folded)]
    return list(dict.fromkeys([*_codes(folded), *_OPTION.findall(folded), *doubtful]))


def defines(text: str, code: str) -> str:
    """The row or entry of a text that says what a code is: it stands in one of the first two cells, or before a dash
    or colon, with nothing else but its like."""
    for line in text.splitlines():
        if CELL_BORDER in line:
            heads = line.split(CELL_BORDER)[:2]
        else:
            heads = _ENTRY_END.split(line, maxsplit=1)[:1] if _ENTRY_END.search(line) else []
        if any(_same(part, code) for head in heads for part in _BETWEEN.split(head)):
            return line
    return ""


def _same(written: str, code: str) -> bool:
    part = with_plain_dashes(written).strip(" *•`")
    return part == code if code.startswith("-") else plain(part) == code


def _codes(folded: str) -> Iterator[str]:
    for match in _CODE.finditer(folded):
        code = plain(match.group())
        word, space, _number = match.group().partition(" ")
        if not (space and word in _BEFORE_NUMBERS) and not _COMMON.fullmatch(code):
            yield code
