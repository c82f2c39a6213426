"""Instructions to the language model that somebody planted in a manual, a question or an earlier message.

Texts enter; the same texts leave with what speaks to a model instead of a reader blanked out, at the same length, so
that quotes and line boxes of a passage still fit. What was blanked reaches no prompt, supports no sentence and is not
quoted.
That such sentences can be told is a first line of defence only: `output_guard.py` holds what comes back against rules.
"""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from ingest.chunk import CELL_BORDER
from ingest.sentences import split_sentences
from retrieval.passages import Passage
from retrieval.query import Retrieval, Turn
from serving.neutral import UNSEEN
from serving.planted_forms import HIDDEN, LEAD, STRONG, WEAK

_REACH: Final = 3
"""Sentences behind a planted one in which a weak form is enough."""
_TAG: Final = 0xE0000
_TAGS: Final = re.compile("[^\U000e0020-\U000e007e]")
# Letters of other scripts that look like Latin ones, as they are used to hide words from filters.
_DOUBLES: Final = str.maketrans(
    "аеорсухіјѕԁһӏгьвкмнтіαοεριυνκτχωɑɡıⅼ∕⁄’‘“”«»",
    'aeopcyxijsdhlrbbkmhtiaoepiuvktxwagil//\'\'""""',
)
_LEET: Final = (str.maketrans("01345@$7", "oieasast"), str.maketrans("01345@$7", "oleasast"))
_LEET_WORD: Final = re.compile(r"\b(?=\w*[a-z])(?=\w*[013457@$])[\w@$]{4,}")
_SPACED: Final = re.compile(r"(?<!\w)(?:\w[ ._*\-]{1,2}){5,}\w(?!\w)")
_APART: Final = 24
"""Letters."""
_REPEATED: Final = 0.7
"""Of so many letters of a sentence at most this share is different."""
_SPACED_WORD: Final = re.compile(r"(?<!\w)(?:\w[ ._*\-])+\w(?!\w)")
_CUT: Final = re.compile(
    rf"{re.escape(CELL_BORDER)}|(?<=[.!?…])\s+|(?=<!--|<[|｜]|\[/?INST|<<|</?(?:passages?|question|conversation|system)\b|```|#{{3}})",
    re.IGNORECASE,
)
_CARRIED: Final = re.compile(r"\b(?=\w*\d)(?=\w*[a-z])\w{5,}\b|[\"“”「」『』]")
"""What an order makes a model say: codes, words in quotes."""
_GAP: Final = re.compile(r"[ \n]{8,}")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){16,}")
_TURNED: Final = re.compile("[\u202d\u202e][^\u202c\n]*\u202c?")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_URL_HOST: Final = re.compile(r"(?:https?:)?//([\w.-]+)|\bwww\.[\w.-]+")
_WORD: Final = re.compile(r"[^\W_]+(?:[-_.][^\W_]+)*")
_ASIAN_RUN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{4,}")
_LATIN: Final = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """A text as it may be used, and what was taken out of it."""

    text: str
    planted: tuple[str, ...] = ()
    """Word for word."""


def screened(text: str) -> Screened:
    """A text without what is planted in it, blanks in its place."""
    spans = _spans(text)
    if not spans:
        return Screened(text=text)
    characters = list(text)
    for start, end in spans:
        characters[start:end] = ("\n" if character == "\n" else " " for character in text[start:end])
    return Screened(text="".join(characters), planted=tuple(text[start:end] for start, end in spans))


def screened_turns(turns: Sequence[Turn]) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    """The conversation without what is planted in it, and that, word for word; messages with nothing left are gone."""
    parts = [(turn, screened(turn.text)) for turn in turns]
    kept = [replace(turn, text=_closed(part)) for turn, part in parts]
    planted = tuple(piece for _, part in parts for piece in part.planted)
    return tuple(turn for turn in kept if turn.text.strip()), planted


def screened_retrieval(retrieval: Retrieval) -> tuple[Retrieval, tuple[str, ...]]:
    """What was found without what is planted in it; and that, word for word. The trace says where it stood."""
    passages, planted, places = _screened_passages(retrieval.passages)
    parts = [screened_retrieval(part) for part in retrieval.parts]
    if not planted and not any(taken for _, taken in parts):
        return retrieval, ()
    trace = retrieval.trace and replace(retrieval.trace, withheld=places)
    clean = replace(retrieval, passages=passages, parts=tuple(part for part, _ in parts), trace=trace)
    return clean, (*planted, *(piece for _, taken in parts for piece in taken))


def longest_piece(quote: str) -> str:
    """The longest part of a quote that nothing was taken out of."""
    return max(_GAP.split(quote), key=len).strip()


def _screened_passages(passages: Sequence[Passage]) -> tuple[tuple[Passage, ...], tuple[str, ...], tuple[str, ...]]:
    """The passages without what is planted in text, title, headings and product; that, word for word; and where."""
    kept: list[Passage] = []
    planted: list[str] = []
    places: list[str] = []
    for passage in passages:
        text, title, product = screened(passage.text), screened(passage.title), screened(passage.product)
        section = [screened(heading) for heading in passage.section]
        taken = [piece for part in (text, title, product, *section) for piece in part.planted]
        if not taken:
            kept.append(passage)
            continue
        planted += taken
        places.append(f"{passage.document}, page {passage.page}" if passage.page else passage.document)
        headings = tuple(closed for part in section if (closed := _closed(part)))
        clean = replace(passage, text=text.text, title=_closed(title), product=_closed(product), section=headings)
        kept.append(clean)
    return tuple(kept), tuple(planted), tuple(places)


def tainted(planted: Sequence[str], clean: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Words, and runs of four Chinese or Japanese characters, that stand in planted text only.

    Whoever says them has them from there.
    """
    known = set(_WORD.findall(folded(clean)))
    plain = folded(clean)
    words: set[str] = set()
    phrases: dict[str, None] = {}
    for piece in planted:
        for view in _views(piece):
            found = {word for word in _WORD.findall(view) if len(word) > 3 or any(map(str.isdigit, word))}
            words |= {word for word in found if word not in known and not word.isdecimal()}
            words |= {host for match in _URL_HOST.finditer(view) if (host := match[1] or match[0])}
            runs = [run[place : place + 4] for run in _ASIAN_RUN.findall(view) for place in range(len(run) - 3)]
            phrases |= dict.fromkeys(run for run in runs if run not in plain)
    return frozenset(words), tuple(phrases)


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Small Latin letters without accents, nothing invisible, single spaces."""
    if text.isascii():
        return " ".join(UNSEEN.sub("", text).lower().split())
    plain = unicodedata.normalize("NFKC", UNSEEN.sub("", text)).casefold().translate(_DOUBLES)
    if not plain.isascii():
        parts = unicodedata.normalize("NFKD", plain)
        # The marks of kana are letters of their own, those of Latin letters are accents.
        plain = unicodedata.normalize("NFC", "".join(c for c in parts if not "\u0300" <= c <= "\u036f"))
    return " ".join(plain.split())


def _closed(part: Screened) -> str:
    return " ".join(part.text.split()) if part.planted else part.text


@lru_cache(maxsize=2048)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of what is planted, in order."""
    hidden = [match.span() for match in _TURNED.finditer(text)]
    hidden += [match.span() for match in _COMMENT.finditer(text) if _speaks(match.group())]
    if _may_hold(text):
        units = list(_units(text))
        strong = [_speaks(text[start:end]) for start, end in units]
        for place, (start, end) in enumerate(units):
            led_on = any(strong[max(0, place - _REACH) : place]) and _follows(text, start, end)
            leads_on = any(strong[place + 1 : place + 2]) and bool(LEAD.search(folded(text[start:end])))
            if strong[place] or led_on or leads_on:
                hidden.append((start, end))
    return tuple(sorted(hidden))


def _may_hold(text: str) -> bool:
    """Most texts hold nothing that an order is made of."""
    return any(gate.search(view) for view in _views(text) for gate, _ in STRONG)


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Sentences, the cells of table rows, and what stands behind a control token, as places in the text."""
    place = 0
    for sentence in split_sentences(text):
        start = text.index(sentence, place)
        place = start + len(sentence)
        for piece in _CUT.split(sentence):
            begin = text.index(piece, start)
            yield begin, begin + len(piece)
            start = begin + len(piece)


def _speaks(unit: str) -> bool:
    """Does this speak to a model, as it stands or as it can be deciphered?"""
    views = _views(unit)
    opened = ((view, forms) for view in views for gate, forms in STRONG if gate.search(view))
    return any(form.search(view) for view, forms in opened for form in forms) or _deciphers(unit)


def _follows(text: str, start: int, end: int) -> bool:
    """Does this go on with an order: another one in weak form or, in the same paragraph, what is to be said?"""
    views = _views(text[start:end])
    beside = bool(text[:start].strip(" ")) and not text[:start].rstrip(" ").endswith("\n")
    return any(WEAK.search(view) or (beside and _CARRIED.search(view)) for view in views)


def _deciphers(unit: str) -> bool:
    """Words of a language, written in a code: no manual tells its readers anything that way."""
    if any(len(re.findall(r"[A-Za-z]{2,}|[\u3040-\u9fff]{2,}", text)) > 2 for text in _decoded(unit)):
        return True
    apart = [re.sub(r"[\W\d_]", "", match.group()) for match in _SPACED.finditer(folded(unit))]
    # Letters written apart that are words and no alphabet: some of them come again.
    return any(len(run) >= _APART and len(set(run)) < _REPEATED * len(run) for run in apart)


def _views(text: str) -> list[str]:
    """The ways in which a model can read a text."""
    plain = folded(text)
    views = [plain]
    if len(_LEET_WORD.findall(plain)) > 1:
        views += [plain.translate(table) for table in _LEET]
    if _SPACED.search(plain):
        views.append(_SPACED.sub(lambda match: re.sub(r"[ ._*\-]", "", match.group()), plain))
        views.append(folded(_SPACED_WORD.sub(lambda match: re.sub(r"\W|_", "", match.group()), UNSEEN.sub("", text))))
    if "&" in plain and (unescaped := html.unescape(plain)) != plain:
        views.append(folded(unescaped))
    if "%" in plain and (unquoted := unquote(plain)) != plain:
        views.append(folded(unquoted))
    if not text.isascii() and (tags := _TAGS.sub("", text)):
        views.append(folded("".join(chr(ord(character) - _TAG) for character in tags)))
    if _LATIN.search(plain):
        views += [turned for turned in (plain[::-1], codecs.encode(plain, "rot13")) if HIDDEN.search(turned)]
    return [*views, *(folded(decoded) for decoded in _decoded(text))]


def _decoded(text: str) -> list[str]:
    """What base64 and hexadecimal runs say, where that is text."""
    found: list[str] = []
    for match in _BASE64.finditer(text):
        run = match.group().rstrip("=").replace("-", "+").replace("_", "/")
        try:
            found.append(base64.b64decode(run + "=" * (-len(run) % 4), validate=True).decode())
        except (binascii.Error, UnicodeDecodeError):
            continue
    for match in _HEX.finditer(text):
        try:
            found.append(bytes.fromhex(re.sub(r"[\s:]", "", match.group())).decode())
        except (ValueError, UnicodeDecodeError):
            continue
    return [text for text in found if (text.isprintable() and " " in text) or re.search(r"[\u3040-\u9fff]{4}", text)]
