"""A question's normal form: the same for every way to type the same question, and for no other question.

A question enters; its words leave, in lower case and plain width, without sentence punctuation, spare spaces and polite
words around them. Whatever can change the meaning stays: signs, points inside numbers, options, the case of units that
mean two things (mW, MW).
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_CJK: Final = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_RAISED: Final = {"<super>": "^", "<sub>": "_", "<fraction>": " "}
"""What NFKC would make of 10² is 102, of 1½ it is 11/2."""
_DASH: Final = re.compile(r"[‐‑‒–—―−]")
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")
_INCHES: Final = re.compile(r"(?<=\d)[\"″”](?!\w)")
_APOSTROPHE: Final = re.compile(r"(?<=\w)[’‘ʼ`´](?=\w)")
# Milli or mega, bit or byte: behind a number the case of these tells, and nothing else does.
TWO_MEANINGS: Final = re.compile(
    r"(?<=\d)(\s?(?:[mM](?:[wWvVaAnNjJsSlLgGfFhHcCωΩ]|[hH][zZ]|[pP][aA]|[oO][hH][mM]|[wWvV]?[aA]?[hH])?"
    r"|[kKmMgGtT]?i?[bB](?:ps|/s|it/s)?))(?![^\W_])"
)
_SENTENCE: Final = r".,:!?;…。、，：；！？\"“”„«»‹›「」『』（）()\[\]{}《》〈〉【】¿¡‥・|`"
# Points, commas, colons and the like stay inside numbers, versions, file names, times; a point also before a digit.
_PUNCTUATION: Final = re.compile(
    rf"(?<![^\W{_CJK}])[.,:]+(?!\d)|[.,:]+(?![^\W{_CJK}_])|(?<=[^\W\d{_CJK}])[,:]+|[,:]+(?=[^\W\d{_CJK}])"
    rf"|[{_SENTENCE.replace('.,:', '', 1)}]+"
)
_LONE_DASH: Final = re.compile(r"(?<!\d)\s+-+\s+|\s+-+\s+(?!\d)|^-+\s+|\s*-+$")
_SPACE: Final = re.compile(r"\s+")
_CJK_GAP: Final = re.compile(rf"(?<=[{_CJK}]) (?=[^\W{_CJK}])|(?<=[^\W{_CJK}]) (?=[{_CJK}])")
_GREETING: Final = re.compile(
    r"^(?:(?:hi|hello|hey|dear (?:team|support)|good (?:morning|afternoon|evening)|please|pls|hallo"
    r"|guten (?:tag|morgen)|bitte|bonjour|bonsoir|s'il (?:vous|te) plaît|hola|buenos días|buenas tardes|por favor)"
    r"(?= [^\W\d])\s+"
    r"|(?:请问一下|请问|您好|你好|大家好|こんにちは|すみません)\s*(?=\w))+"
)
_THANKS: Final = re.compile(
    r"(?:(?<=\w) (?:please|pls|thanks|thank you|thx|many thanks|thanks in advance|bitte|danke|vielen dank|merci"
    r"|merci d'avance|s'il (?:vous|te) plaît|gracias|muchas gracias|por favor)"
    r"|(?<=\w) ?(?:谢谢您|谢谢你|谢谢|多谢|ありがとうございます|お願いします|よろしくお願いします))+$"
)


@lru_cache(maxsize=4096)
def normal_form(question: str) -> str:
    """Two questions with the same normal form are the same question."""
    text = question if question.isascii() else _plain_width(question)
    text = _INCHES.sub("″", _APOSTROPHE.sub("'", text))
    text = _PUNCTUATION.sub(" ", _lower(text))
    text = _SPACE.sub(" ", _LONE_DASH.sub(" ", text)).strip()
    bare = _THANKS.sub("", _GREETING.sub("", text)) or text
    return _CJK_GAP.sub("", bare)


def _plain_width(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    raised = "".join(_RAISED.get(unicodedata.decomposition(letter).partition(" ")[0], "") + letter for letter in text)
    return _DASH.sub("-", unicodedata.normalize("NFKC", raised)).replace("\u2044", "/")


def _lower(text: str) -> str:
    """In lower case but for units that mean two things."""
    parts = TWO_MEANINGS.split(text)
    return "".join(part if place % 2 else part.lower() for place, part in enumerate(parts))
