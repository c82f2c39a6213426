"""What can be checked of a text without understanding it: numbers with units, codes, names, contrasts, words.

Text goes in, `Facts` come out; `support.py` compares those of a sentence with those of a passage.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from ingest.sparse import terms
from serving.grounding.contrasts import concepts
from serving.grounding.names import names
from serving.grounding.units import QUANTITY, UNITS, Quantity, as_written, quantities, units_in, with_digits
from serving.grounding.vocabulary import things

_CJK: Final = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_CODE: Final = re.compile(
    rf"(?:(?<![^\s(\[`'\"=]))--?[a-z][\w-]*|[^\W{_CJK}]+(?:[-_./:+][^\W{_CJK}]+)*",
)
_COUNTED: Final = re.compile(r"\d+(?:[.,]\d+)?(?:-[^\W\d]+)*-[^\W\d]{3,}|(?:[^\W\d]+-)?\d+(?:st|nd|rd|th|er|ern|ème|e)")
"""A number and a word, such as 3-digit: no code."""
_SIGN: Final = re.compile(r"[▲▼◀▶△▽◁▷]")
_INLINE_CODE: Final = re.compile(r"`([^`\n]+)`")
_LIST_MARKER: Final = re.compile(r"^\s*(?:[-*•+]\s+|#+\s+|\(?\d{1,2}(?:[.)]\s+|、)|[①-⑳]\s*)+")
# Words an answer is glued together with; they say nothing that a passage could support.
_GLUE: Final = frozenset(
    """
    a an and are as at be been being but by can could do does for from had has have if in into is it its may might
    must of on or our shall should so such than that the their them then there these they this those to up use used
    using was were which while who will with would you your following according manual manuals passage passages
    mentioned stated states answer question please also any all when where how what need needs
    der die das den dem des ein eine einen einem einer und oder ist sind wird werden sie ihr ihre mit zu zum zur im in
    auf für von bei aus als auch dass wenn kann können
    le la les un une des du de et ou est sont vous votre avec pour dans sur au aux par en que qui ce cette
    el los las un una unos y o es son su sus con para en por al del que se
    """.split()
)
_WORD_OR_RUN: Final = re.compile(rf"[{_CJK}]+|[^\W{_CJK}_]+(?:[-_./:'’+][^\W{_CJK}_]+)*")
_DIGITS: Final = re.compile(r"\d+")
_IS_CJK: Final = re.compile(f"[{_CJK}]")
_CJK_GLUE: Final = frozenset("的了吗呢是在有和与及或您你我它请可以将把被就都也并而为对于中")


@dataclass(frozen=True, slots=True)
class Facts:
    """The checkable content of a text. What is ordered has its place: characters from the text's beginning."""

    quantities: tuple[tuple[Quantity, int], ...]
    codes: tuple[tuple[str, int], ...]
    """Part numbers, options, file names: letters and digits only, in lower case."""
    names: tuple[tuple[str, int, bool], ...]
    """Proper names in lower case; whether a translation would leave them as they are."""
    words: tuple[tuple[tuple[str, ...], int], ...]
    """Content words, each as the stems it may have; a CJK run as its bigrams."""
    literals: tuple[tuple[str, int], ...]
    """What stands in backticks, and signs such as ▲."""
    contrasts: tuple[tuple[str, int], ...]
    """Concepts that have an opposite."""
    things: tuple[tuple[str, int, bool], ...]
    """What is spoken of, the same in each language; whether a source has to speak of it too."""
    numerals: frozenset[str]
    """All runs of digits, those inside codes too (3493/tcp)."""
    units: frozenset[str]
    """Units that are named, with or without a number."""
    terms: frozenset[str]
    language: str
    plain: str
    """The text in lower case with single spaces."""

    @property
    def concepts(self) -> frozenset[str]:
        return frozenset(concept for concept, _ in self.contrasts)

    def speaks_of(self, thing: str) -> bool:
        return any(thing == named for named, _, _ in self.things)

    def counts(self, quantity: Quantity) -> bool:
        """Is this number said here? A bare one takes its unit from elsewhere in the text: a table's header, say."""
        long = frozenset(reading for reading in quantity.readings if len(reading) > 2)
        if not quantity.unit and not long.isdisjoint(self.numerals):
            return True
        return any(
            known.agrees(quantity)
            or (not quantity.unit and known.readings & quantity.readings)
            or (not known.unit and quantity.unit in self.units and known.readings & quantity.readings)
            for known, _ in self.quantities
        )

    def is_named(self, name: str) -> bool:
        parts = [part for part in re.split(r"[-.]", name) if len(part) > 2]
        if len(parts) > 1 or parts != [name]:
            return self._is_written(name) or any(map(self._is_written, parts))
        return self._is_written(name)

    def _is_written(self, name: str) -> bool:
        stems = terms(name, self.language)
        if stems and name.isalpha() and not self.terms.isdisjoint(stems):
            return True
        return name in self.terms or re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", self.plain) is not None


@lru_cache(maxsize=8192)
def facts_of(text: str, language: str) -> Facts:
    """Take a text apart. A list marker at its start is no number of the text."""
    written = " ".join(_LIST_MARKER.sub("", unicodedata.normalize("NFKC", as_written(text))).split())
    folded = with_digits(written.lower(), language)
    codes = tuple(_codes(folded))
    inside_code = {place for code, start in codes for place in range(start, start + len(code))}
    return Facts(
        quantities=tuple(pair for pair in quantities(folded) if pair[1] not in inside_code),
        codes=tuple((re.sub(r"[\W_]", "", code), start) for code, start in codes),
        names=tuple(_placed(names(written, language), folded)),
        words=tuple(pair for pair in _words(folded, language) if pair[1] not in inside_code),
        literals=tuple(_literals(folded)),
        contrasts=concepts(folded, language),
        things=things(folded, language),
        numerals=frozenset(_DIGITS.findall(folded)),
        units=units_in(folded),
        terms=frozenset(terms(folded, language)) | {re.sub(r"[\W_]", "", code) for code, _ in codes},
        language=language,
        plain=folded,
    )


def _placed(found: Iterable[tuple[str, int, bool]], folded: str) -> Iterator[tuple[str, int, bool]]:
    """Names where they begin in the folded text: words made digits have moved them."""
    for name, place, lasting in found:
        places = [match.start() for match in re.finditer(re.escape(name), folded)]
        yield name, min(places, key=lambda start: abs(start - place), default=place), lasting


def _literals(folded: str) -> Iterator[tuple[str, int]]:
    """What stands in backticks, and signs of keys that a manual names by them."""
    yield from ((" ".join(match[1].split()), match.start()) for match in _INLINE_CODE.finditer(folded))
    yield from ((match.group(), match.start()) for match in _SIGN.finditer(folded))


def _codes(folded: str) -> Iterator[tuple[str, int]]:
    for match in _CODE.finditer(folded):
        token = match.group()
        if QUANTITY.fullmatch(token) or _COUNTED.fullmatch(token):
            continue
        squashed = re.sub(r"[\W_]", "", token)
        mixed = any(map(str.isdigit, squashed)) and any(map(str.isalpha, squashed))
        if mixed or token.startswith("-") or "_" in token.strip("_") or re.fullmatch(r"\d+(?:\.\d+){2,}", token):
            yield token, match.start()


def _words(folded: str, language: str) -> Iterator[tuple[tuple[str, ...], int]]:
    for match in _WORD_OR_RUN.finditer(folded):
        token = match.group()
        if _IS_CJK.match(token):
            for offset, pair in enumerate(pairwise(token)):
                if not set(pair) & _CJK_GLUE:
                    yield ("".join(pair),), match.start() + offset
        elif (
            token not in _GLUE
            and token not in UNITS
            and len(token) > 1
            and not token[0].isdigit()
            and (stems := terms(token, language))
        ):
            yield tuple(stems), match.start()
