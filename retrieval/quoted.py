"""What a question quotes, a message on a display or the name of a switch, is looked up word for word.

Candidates of a search enter and leave; the few chunks that hold the quoted words in their order come first.
"""

import re
import unicodedata
from collections.abc import Sequence

from ingest.index.contract import Hit, Index, Scope
from ingest.sparse import query_terms
from retrieval.definitions import put_first
from retrieval.search import Candidate

LOOKED_AT = 60
"""Chunks with most of the quoted words, among which those are that hold them all in order."""
_FEW = 12
"""Words that more chunks than these hold in order tell none of them from the others."""
_LONGEST = 300
_FEWEST_CJK = 4
_QUOTED = re.compile(r'"([^"]+)"|[“„«]([^“”„«»]+)[”“»]|「([^「」]+)」|『([^『』]+)』')


def quoted_first(
    index: Index, asked: str, found: Sequence[Candidate], scope: Scope, *, language: str = ""
) -> list[Candidate]:
    """The candidates and the chunks that say what the question quotes, those first."""
    saying: dict[str, Hit] = {}
    for words in quotes_in(asked):
        hits = index.search_sparse(query_terms(words, language), scope, limit=LOOKED_AT)
        holding = [hit for hit in hits if says(hit.chunk.text, words)]
        if len(holding) <= _FEW:
            saying.update((hit.chunk.id, hit) for hit in holding)
    return put_first(list(saying.values()), found, language=language)


def quotes_in(text: str) -> list[str]:
    """What stands in quotation marks, as words alone; a single word is a name, and found as one."""
    quoted = (_plain(next(filter(None, match.groups()))) for match in _QUOTED.finditer(text))
    return [words for words in dict.fromkeys(quoted) if _tells(words)]


def _tells(words: str) -> bool:
    """Several words; Chinese and Japanese write them without spaces."""
    several = " " in words or (not words.isascii() and len(words) >= _FEWEST_CJK)
    return several and len(words) <= _LONGEST


def says(text: str, words: str) -> bool:
    """Does a text hold the words of a quotation in their order?"""
    edge = " " if words.isascii() else ""
    return f"{edge}{words}{edge}" in f"{edge}{_plain(text)}{edge}"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower()))
