"""What can be checked of a sentence without understanding it: numbers with units, codes, negations, words.

Text goes in, `Facts` come out; `support.py` compares those of a sentence with those of a passage.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from ingest.sparse import terms

_CJK: Final = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_UNITS: Final = {
    name: unit
    for unit, names in {
        "ms": "ms millisecond milliseconds 毫秒 ミリ秒",
        "s": "s sec secs second seconds 秒 秒钟 秒間 sekunde sekunden seconde secondes segundo segundos",
        "min": "min mins minute minutes 分 分钟 分間 minuten minuto minutos",
        "h": "h hr hrs hour hours 小时 小時 时 時間 stunde stunden heure heures hora horas",
        "d": "day days 天 日 tag tage tagen jour jours día días",
        "mm": "mm 毫米 ミリ",
        "cm": "cm 厘米",
        "m": "m meter meters metre metres 米 メートル",
        "km": "km 公里",
        "in": "inch inches 英寸 インチ zoll pouces pulgadas",
        "g": "g 克",
        "kg": "kg 公斤 千克",
        "v": "v volt volts 伏 伏特",
        "ma": "ma 毫安",
        "a": "a amp amps ampere amperes 安 安培",
        "mah": "mah 毫安时",
        "w": "w watt watts 瓦",
        "kw": "kw 千瓦",
        "hz": "hz",
        "khz": "khz",
        "mhz": "mhz",
        "ghz": "ghz",
        "c": "°c ℃ 摄氏度",
        "f": "°f ℉ 华氏度",
        "%": "% percent prozent",
        "db": "db",
        "dbm": "dbm",
        "kb": "kb",
        "mb": "mb",
        "gb": "gb",
        "tb": "tb",
        "bar": "bar",
        "psi": "psi",
        "times": "times 次 回 mal fois veces",
    }.items()
    for name in names.split()
}
_UNIT: Final = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_QUANTITY: Final = re.compile(
    rf"((?:(?<![\w.,)])[-−])?(?<![a-z\d_.,])\d+(?:[.,]\d+)*)(?:\s*-?\s*({_UNIT})(?![a-z]))?(?![a-z\d_])"
)
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_CODE: Final = re.compile(
    rf"(?<![\w-])--?[a-z][\w-]*|[^\W{_CJK}]+(?:[-_./:+][^\W{_CJK}]+)*",
)
_INLINE_CODE: Final = re.compile(r"`([^`\n]+)`")
_LIST_MARKER: Final = re.compile(r"^\s*(?:[-*•+]\s+|#+\s+|\(?\d{1,2}(?:[.)]\s+|、)|[①-⑳]\s*)+")
_NUMBER_WORDS: Final = {
    "one": "1", "once": "1", "two": "2", "twice": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "twelve": "12", "half": "0.5",
    "一": "1", "两": "2", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8", "九": "9",
    "十": "10",
}  # fmt: skip
_NUMBER_WORD: Final = re.compile(
    r"\b(?:" + "|".join(word for word in _NUMBER_WORDS if word.isascii()) + r")\b|[一两二三四五六七八九十]"
)
_NEGATION: Final = re.compile(
    r"\b(?:not|no|never|without|cannot|nor|neither|\w+n['’]t|avoid|prohibited|forbidden"
    r"|nicht|kein\w*|nie|niemals|ohne"
    r"|ne|jamais|sans|aucune?|ni"
    r"|nunca|sin|jamás|ningun[oa]?|ningún)\b"
    r"|不(?!仅|但|断|同|锈)|没有|未|勿|禁止|切勿|无法|避免"
    r"|ません|ないで|ない[。、\s]|禁止",
)
_CLAUSE: Final = re.compile(r"[;:|()，；：。！？（）\n]|[,.!?](?=\s)|\s[-–—]\s")
_OPPOSITES: Final = (
    ("enable", "disable"), ("enabled", "disabled"), ("increase", "decrease"), ("open", "close"), ("lock", "unlock"),
    ("before", "after"), ("minimum", "maximum"), ("left", "right"), ("clockwise", "counterclockwise"),
    ("above", "below"), ("connect", "disconnect"), ("supported", "unsupported"), ("allowed", "forbidden"),
    ("打开", "关闭"), ("启用", "禁用"), ("增加", "减少"), ("之前", "之后"), ("最大", "最小"), ("左", "右"),
)  # fmt: skip
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
_IS_CJK: Final = re.compile(f"[{_CJK}]")
_CJK_GLUE: Final = frozenset("的了吗呢是在有和与及或您你我它请可以将把被就都也并而为对于中")


@dataclass(frozen=True, slots=True)
class Facts:
    """The checkable content of a text."""

    numbers: frozenset[str]
    """Every number in a plain form; one that can be read in two ways (1.000) in both."""
    quantities: tuple[tuple[frozenset[str], str], ...]
    """Stand-alone numbers in their readings, each with its unit or an empty string."""
    codes: frozenset[str]
    """Part numbers, options, file names: letters and digits only, in lower case."""
    literals: tuple[str, ...]
    """What stands in backticks."""
    words: tuple[tuple[str, ...], ...]
    """Content words in order, each as the stems it may have; a CJK run as its bigrams."""
    terms: frozenset[str]
    plain: str
    """The text in lower case with single spaces."""


@lru_cache(maxsize=4096)
def facts_of(text: str, language: str) -> Facts:
    """Take a text apart. A list marker at its start is no number of the text."""
    folded = _LIST_MARKER.sub("", unicodedata.normalize("NFKC", text)).lower()
    quantities = tuple((_readings(match[1]), _UNITS.get(match[2] or "", "")) for match in _QUANTITY.finditer(folded))
    numbers = {reading for match in _NUMBER.finditer(folded) for reading in _readings(match.group())}
    numbers |= {reading for readings, _ in quantities for reading in readings}
    numbers |= set(re.findall(r"\d+", folded))
    numbers |= {_NUMBER_WORDS[match.group()] for match in _NUMBER_WORD.finditer(folded)}
    return Facts(
        numbers=frozenset(numbers),
        quantities=quantities,
        codes=frozenset(_codes(folded)),
        literals=tuple(" ".join(match[1].split()) for match in _INLINE_CODE.finditer(folded)),
        words=tuple(_words(folded, language)),
        terms=frozenset(terms(folded, language)) | frozenset(_codes(folded)),
        plain=" ".join(folded.split()),
    )


def is_negated(text: str) -> bool:
    return bool(_NEGATION.search(unicodedata.normalize("NFKC", text).lower()))


def contradicts(sentence: str, source: str, language: str) -> bool:
    """Does one say the opposite of the other: a negation or a word's opposite on one side only?

    Clause by clause: each of the sentence is held against the nearest of the source, if they speak of the same thing.
    """
    sources = [facts_of(clause, language) for clause in _CLAUSE.split(source) if clause.strip()]
    for text in _CLAUSE.split(sentence):
        clause = facts_of(text, language)
        nearest = max(sources, key=lambda other: _shared(clause, other), default=clause)
        alike = len(clause.words) > 1 and _shared(clause, nearest) >= len(clause.words) / 2
        if alike and _opposed(clause.plain, nearest.plain):
            return True
    return False


def _opposed(left: str, right: str) -> bool:
    return is_negated(left) != is_negated(right) or any(
        (_has(left, one) and not _has(left, other) and _has(right, other) and not _has(right, one))
        or (_has(left, other) and not _has(left, one) and _has(right, one) and not _has(right, other))
        for one, other in _OPPOSITES
    )


def _shared(claim: Facts, clause: Facts) -> int:
    return sum(any(stem in clause.terms for stem in stems) for stems in claim.words)


def _has(text: str, word: str) -> bool:
    return word in text if not word.isascii() else re.search(rf"\b{word}\b", text) is not None


def _readings(number: str) -> frozenset[str]:
    number = number.replace("−", "-")
    readings = set()
    if re.fullmatch(r"-?\d{1,3}(?:[.,]\d{3})+", number):
        readings.add(re.sub(r"[.,]", "", number))
    if re.fullmatch(r"-?\d+[.,]\d+", number):
        readings.add(number.replace(",", ".").rstrip("0").rstrip("."))
    return frozenset(readings or {number})


def _codes(folded: str) -> Iterator[str]:
    for match in _CODE.finditer(folded):
        token = match.group()
        if _QUANTITY.fullmatch(token):
            continue
        squashed = re.sub(r"[\W_]", "", token)
        mixed = any(map(str.isdigit, squashed)) and any(map(str.isalpha, squashed))
        if mixed or token.startswith("-") or "_" in token.strip("_") or re.fullmatch(r"\d+(?:\.\d+){2,}", token):
            yield squashed


def _words(folded: str, language: str) -> Iterator[tuple[str, ...]]:
    for match in _WORD_OR_RUN.finditer(folded):
        token = match.group()
        if _IS_CJK.match(token):
            yield from (("".join(pair),) for pair in pairwise(token) if not set(pair) & _CJK_GLUE)
        elif (
            token not in _GLUE
            and token not in _UNITS
            and len(token) > 1
            and not token[0].isdigit()
            and (stems := terms(token, language))
        ):
            yield tuple(stems)
