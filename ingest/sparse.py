"""Text to BM25 term weights: stemmed words, whole codes, CJK bigrams.

The index applies the inverse document frequency (Qdrant's IDF modifier), so a chunk carries only its saturated and
length-normalised term frequencies, and a question the weight 1 for each of its terms.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zlib import crc32

import Stemmer

from ingest.types import Sparse

K1: Final = 1.2
B: Final = 0.6
AVERAGE_TERMS: Final = 140
"""Terms of a typical chunk: a constant, so that one chunk's weights do not depend on the others."""

_STEMMERS: Final = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "pt": "portuguese",
}
CJK: Final = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
"""Chinese, Japanese and Korean characters, for between the brackets of an expression."""
_TOKEN: Final = re.compile(
    rf"(?P<option>(?<![\w-])--?[a-z][\w-]*)|(?P<word>[^\W{CJK}_]+(?:[-_./:'’+][^\W{CJK}_]+)*)|(?P<cjk>[{CJK}]+)"
)
_CJK_ONLY: Final = re.compile(rf"[{CJK}]")
_DASH: Final = re.compile(r"[‐‑‒–—−]+(?=[^\W\d])|(?<=\w)[‐‑‒–−](?=\w)")
_JOINT: Final = re.compile(r" ?[-_./+:’']{0,2} ?")
LONGEST_JOINED: Final = 4
"""Words: OR D 2101 EN."""
JOINED_WEIGHT: Final = 0.7
"""What two words count as one: less than as they are, for a compound may be of another matter."""
_PART: Final = re.compile(r"[^\W_]+")
_LETTERS_DIGITS: Final = re.compile(r"[^\W\d_]+|\d+")
# Words so common that they only add noise to short questions; the IDF would nearly silence them anyway.
_STOP: Final = frozenset(
    """
    a an and are as at be by can do does for from has have how i if in into is it its me my of on or shall should so
    that the their then there this to was what when where which who why will with would you your
    der die das und ist ein eine einen wie was ich kann den dem des mit zu im auf für von
    le la les un une des et est que quel quelle comment je de du en pour dans sur au avec il
    el los las una y es qué que cómo cuál cuánto de del en para con por se al lo
    """.split()
)
# Chinese and Japanese question words and particles: characters that carry no content in a question about a manual.
_CJK_STOP: Final = frozenset("的了吗呢是在有和与什么怎么如何哪些哪个可以应该需要请问多少为什")


def passage_terms(text: str, language: str) -> Sparse:
    """BM25 weights of a chunk's text (saturation K1, length normalisation B)."""
    counts = Counter(terms(text, language))
    length = sum(counts.values())
    norm = K1 * (1 - B + B * length / AVERAGE_TERMS)
    return _sparse({term: count * (K1 + 1) / (count + norm) for term, count in counts.items()})


def query_terms(text: str, language: str) -> Sparse:
    """Weight 1 for each distinct term of a question; words that may be one code or one word come joined as well.

    A manual's own spelling is indexed; a question may leave out its joints (FS 10 3, h1 backup orb, long option) or
    write other dashes than it, and has to meet it all the same.
    """
    dashed = _DASH.sub(lambda match: "--" if match.group() == "—" else "-", unicodedata.normalize("NFKC", text))
    weights = dict.fromkeys(_joined(dashed.lower()), JOINED_WEIGHT)
    return _sparse(weights | dict.fromkeys(terms(dashed, language), 1.0))


def _joined(folded: str) -> Iterator[str]:
    """Neighbouring words written as one: pairs, and up to four where one of them is a number or a letter."""
    words = [match for match in _PART.finditer(folded) if not _CJK_ONLY.match(match.group())]
    for first in range(len(words)):
        joined = words[first].group()
        for last in range(first + 1, min(len(words), first + LONGEST_JOINED)):
            between = folded[words[last - 1].end() : words[last].start()]
            if not _JOINT.fullmatch(between):
                break
            joined += words[last].group()
            pieces = [word.group() for word in words[first : last + 1]]
            if len(pieces) == 2 or any(len(piece) == 1 or not piece.isalpha() for piece in pieces):
                yield joined
            if between.strip() == "+":
                yield words[last].group()  # the K of Ctrl+K, which some manuals write apart


def terms(text: str, language: str) -> list[str]:
    """The terms of a text in order, repeated as they occur."""
    folded = unicodedata.normalize("NFKC", text).lower()
    found: list[str] = []
    previous = ""
    for option, word, cjk in _TOKEN.findall(folded):
        if word:
            found.extend(_word_terms(word, language))
            if word.isdigit() and len(previous) <= 4 and previous.isalpha():
                found.append(previous + word)  # "E 47" is the code e47
        elif cjk:
            found.extend(_cjk_terms(cjk))
        else:
            found.append(option)
            found.extend(_word_terms(option.lstrip("-"), language))
        previous = word or cjk or option
    return found


def _cjk_terms(run: str) -> list[str]:
    if len(run) == 1:
        return [] if run in _CJK_STOP else [run]
    return [pair for pair in map("".join, pairwise(run)) if not (set(pair) <= _CJK_STOP)]


@lru_cache(maxsize=50_000)
def _word_terms(token: str, language: str) -> tuple[str, ...]:
    parts = _PART.findall(token)
    # A letter that only stands in a code (the E of E-20) says nothing: every other code has it too.
    telling = [part for part in parts if len(parts) == 1 or len(part) > 1 or part.isdigit()]
    found = [term for part in telling for term in _stems(part, language)]
    whole = "".join(parts)
    if len(parts) > 1 or (not whole.isalpha() and not whole.isdigit()):
        found.append(whole)  # a code, file name or option as a whole, whatever separators it is written with
        if len(parts) == 1:
            pieces = _LETTERS_DIGITS.findall(whole)
            found.extend(piece for piece in pieces if len(piece) > 1)
    return tuple(found)


@lru_cache(maxsize=200_000)
def _stems(word: str, language: str) -> tuple[str, ...]:
    if word in _STOP:
        return ()
    if not word.isalpha() or len(word) <= 3:
        return (word,)  # short words are names more often than inflected: UPS is not "up"
    # The English stem is always there: product names and commands are the same in every language.
    plain = _stemmer("english").stemWord(word)
    own = _STEMMERS.get(language, "english")
    if own == "english":
        return (plain,)
    return (plain, f"{language}:{_stemmer(own).stemWord(word)}")


@lru_cache(maxsize=8)
def _stemmer(name: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(name)


def term_id(term: str) -> int:
    """The index dimension of a term. Two of 100,000 distinct terms share one about once."""
    return crc32(term.encode())


def _sparse(weights: dict[str, float]) -> Sparse:
    hashed: dict[int, float] = {}
    for term, weight in weights.items():
        key = term_id(term)
        hashed[key] = hashed.get(key, 0.0) + weight
    indices = tuple(sorted(hashed))
    return Sparse(indices, tuple(hashed[index] for index in indices))
