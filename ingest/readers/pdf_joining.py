"""Lines of one block in, its text out: words divided at line ends put together, Chinese and Japanese without spaces."""

import re
from collections.abc import Sequence

from ingest.readers.pdf_characters import is_cjk

_DIVIDED = re.compile(r"([^\W\d_]{2,})[-\u2010\u00ad]$")
_SUSPENDED = re.compile(r"(?:und|oder|bzw\.|sowie|and|or|et|ou|y|e|o)\s")
_OPTION = re.compile(r"(?:^|\s)--?\w[\w-]*-$")
_ADDRESS_END = re.compile(r"[/=&?_-]$")


def join_lines(lines: Sequence[str], *, words: frozenset[str] = frozenset()) -> str:
    """One text of the lines. `words`: compounds the document writes with a hyphen, which keep it at a line end."""
    text = ""
    for line in lines:
        piece = line.strip()
        text = join_two(text, piece, words=words) if text else piece
    return text


def join_two(before: str, after: str, *, words: frozenset[str] = frozenset()) -> str:
    """Two pieces of a running text that a line end separated."""
    if "://" in before.rsplit(" ", maxsplit=1)[-1] and _ADDRESS_END.search(before):
        # Some programs put a hyphen after the slash where they break an address; others are part of it.
        return before.removesuffix("/-") + ("/" if before.endswith("/-") else "") + after
    divided = _DIVIDED.search(before)
    if divided and _SUSPENDED.match(after):
        # `Ober- und Unterhitze`: the hyphen stands for what the second word brings.
        return f"{before} {after}"
    if divided and after[0].islower() and not _OPTION.search(before):
        whole = _last_word(before) + _first_word(after)
        # `user-` at a line end keeps its hyphen where the document writes `user-defined` within a line.
        if whole.casefold() in words:
            return before + after
        return before[:-1] + after
    if before[-1] in "-\u2010" and len(before) > 1 and before[-2].isalnum() and after[0].isalnum():
        return before + after
    unspaced = is_cjk(before[-1]) and is_cjk(after[0])
    return before + after if unspaced or _is_closing(before[-1], after[0]) else f"{before} {after}"


def hyphenated_words(lines: Sequence[str]) -> frozenset[str]:
    """Words that are written with a hyphen within a line somewhere, lower case."""
    found: set[str] = set()
    for line in lines:
        if "-" in line:
            found.update(word.casefold() for word in _COMPOUND.findall(line))
    return frozenset(found)


_COMPOUND = re.compile(r"[^\W\d_]{2,}-[^\W\d_]{2,}")


def _last_word(text: str) -> str:
    match = re.search(r"[^\W\d_]+-$", text.replace("\u2010", "-"))
    return match[0] if match else ""


def _first_word(text: str) -> str:
    match = re.match(r"[^\W\d_]+", text)
    return match[0] if match else ""


def _is_closing(before: str, after: str) -> bool:
    punctuation = "，。、；：！？）】」』》”’（【「『《“‘"
    return before in punctuation or after in punctuation
