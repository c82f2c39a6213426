"""Do two questions ask the same in other words? Two questions enter; what speaks against it leaves.

An embedding says that two questions are about the same matter, and hardly more: `E-47` and `E-48`, on and off, how and
how long lie as near to each other as two wordings of one question. So whatever can be compared without understanding it
has to agree first; the cosine (`semantic.py`) decides among those that are left.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Final

from retrieval.codes import codes_in, plain
from serving.facts import facts_of
from serving.grounding.contrasts import opposed
from serving.grounding.polarity import denies
from serving.grounding.units import with_digits
from serving.stored.asked_for import asked_for, content_of, same_sort
from serving.stored.normalise import TWO_MEANINGS, normal_form

_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_OPTION: Final = re.compile(r"(?<![\w-])--?[a-z][\w-]*")
_SIGNS: Final = re.compile(r"(?<![\w.])[-+±<>≤≥=~^]+(?=\s?\d)|[%°/]")
# A question's form: 能不能, 有没有, 可不可以 are no negations.
_CHOICE: Final = re.compile(r"(.)[不没]\1|有没有|是否|对不对|行不行")
_CJK_NEGATION: Final = re.compile(r"[不没無无未勿别非]|ない|ません|ずに|なし")
_MORE_NEGATION: Final = re.compile(
    r"\b(?:wont|cant|dont|doesnt|isnt|arent|wasnt|didnt|couldnt|shouldnt|unable|except|unless|instead|rather|hardly"
    r"|stop\w*|fail\w*|außer|statt|sauf|excepto)\b"
)
_OPPOSITES: Final = tuple(
    pair.split("/")
    for pair in "on/off in/out up/down over/under with/without to/from before/after above/below more/less most/least "
    "first/last into/from an/aus ein/aus auf/ab rein/raus hoch/runter vor/zurück auf/zu vor/nach mit/ohne von/zu "
    " avec/sans avant/après con/sin antes/después "
    "de/à 上/下 前/后 大/小 高/低 多/少 开/关 加/减 进/出 内/外 冷/热 快/慢 长/短 左/右 从/到".split()
)
# Words that change what is asked for and that lists of function words let pass.
_TELLING: Final = frozenset(
    "all only both each every first last next other another again still already always never more most less least nur "
    "alle jede beide mehr immer tous toutes chaque encore toujours todos todas cada siempre".split()
)
_DIRECTION: Final = frozenset(
    "to from into onto with without than by via for at of on in through as von nach zu mit ohne als durch für an auf "
    "de à avec sans par pour con sin por para desde hasta 从 到 把 被 比 给 向 往 用 由 从 で に を へ と".split()
)
_ARTICLES: Final = frozenset(
    "the a an my your its this that i it we you der die das dem den des ein eine einen einem einer mein meine meinen "
    "le la les l un une mon ma mes el los las una unos mi mis".split()
)
_PASSIVE: Final = re.compile(r"\bby\b|\bvon\b|\bpar\b|被|によって")
_WORD: Final = re.compile(r"[^\W_]+(?:[-'.][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two questions compare."""

    against: str
    """What says that they are two questions; empty where nothing does."""
    apart: int
    """Content words that only one of them has."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """What of a question is compared."""

    exact: tuple[tuple[str, object], ...]
    """Has to be equal."""
    sort: str
    """What sort of thing is asked for."""
    codes: frozenset[str]
    plain: str
    units: Counter[str]
    concepts: frozenset[str]
    tokens: frozenset[str]
    objects: dict[str, frozenset[str]]
    """What follows each word that says which way."""
    passive: bool
    words: tuple[frozenset[str], ...]
    """Content words in order, each as the stems it may have; a CJK character is a word."""


def likeness(one: str, other: str, language: str) -> Likeness:
    """Compare two questions in the same language. The names of products are the caller's to compare."""
    left, right = _marks(one, language), _marks(other, language)
    if against := _difference(left, right):
        return Likeness(against, 0)
    only_left, only_right = _missing(left.words, right.words), _missing(right.words, left.words)
    if only_left and only_right:
        return Likeness("words", only_left + only_right)
    if _turned_round(left, right) or _turned_round(right, left):
        return Likeness("order", only_left + only_right)
    return Likeness("", only_left + only_right)


def _difference(left: _Marks, right: _Marks) -> str:
    """The first thing that has to agree and does not."""
    unlike = [name for (name, value), (_, other) in zip(left.exact, right.exact, strict=True) if value != other]
    if unlike:
        return unlike[0]
    if not same_sort(left.sort, right.sort):
        return "what is asked for"
    if any(code not in right.plain for code in left.codes) or any(code not in left.plain for code in right.codes):
        return "codes"
    if left.units and right.units and left.units != right.units:
        return "units"
    turned = opposed(left.concepts, right.concepts) or opposed(right.concepts, left.concepts)
    return "opposites" if turned or _particles(left, right) else ""


@lru_cache(maxsize=8192)
def _marks(question: str, language: str) -> _Marks:
    form = normal_form(question)
    lowered = form.lower()
    facts = facts_of(question, language)
    undoubted = _CHOICE.sub("", lowered)
    negations = sum(map(denies, undoubted.split())) + len(_MORE_NEGATION.findall(undoubted))
    tokens = frozenset(_WORD.findall(lowered)) | frozenset(_CJK.findall(lowered))
    exact: tuple[tuple[str, object], ...] = (
        ("numbers", frozenset(re.findall(r"\d+", facts.plain))),
        ("quantities", Counter(quantity for quantity, _place in facts.quantities)),
        ("signs", Counter(match.strip() for match in _SIGNS.findall(lowered))),
        ("options", frozenset(_OPTION.findall(lowered))),
        ("negation", (negations, len(_CJK_NEGATION.findall(undoubted)) if _CJK.search(form) else 0)),
        ("telling words", tokens & _TELLING),
        ("literals", frozenset(facts.literals)),
    )
    return _Marks(
        exact=exact,
        sort=asked_for(lowered),
        codes=frozenset(codes_in(question)) | {code for code, _place in facts.codes},
        plain=plain(form),
        units=Counter(match.strip() for match in TWO_MEANINGS.findall(form)),
        concepts=facts.concepts,
        tokens=tokens,
        objects=_objects(lowered),
        passive=bool(_PASSIVE.search(lowered)),
        words=content_of(with_digits(lowered, language), language),
    )


def _particles(left: _Marks, right: _Marks) -> bool:
    """Does one say on where the other says off?"""
    return any(
        (one in mine and other not in mine and other in theirs and one not in theirs)
        for one, other in _OPPOSITES
        for mine, theirs in ((left.tokens, right.tokens), (right.tokens, left.tokens))
    )


def _objects(lowered: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    words = re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+(?:[-'.][^\W_]+)*", lowered)
    for place, word in enumerate(words[:-1]):
        if word in _DIRECTION:
            following = [near for near in words[place + 1 :] if near not in _ARTICLES][:1]
            found.setdefault(word, set()).update(following)
    return {word: frozenset(following) for word, following in found.items()}


def _missing(words: Sequence[frozenset[str]], others: Sequence[frozenset[str]]) -> int:
    return sum(not any(word & other for other in others) for word in words)


def _turned_round(left: _Marks, right: _Marks) -> bool:
    """Do they say the same words of each other the other way round?"""
    if left.passive != right.passive:
        return True
    for word, following in left.objects.items():
        elsewhere = bool(following & right.tokens)
        if elsewhere and word in right.objects and not following & right.objects[word]:
            return True
    places = [
        place
        for place in (next((at for at, other in enumerate(right.words) if word & other), -1) for word in left.words)
        if place >= 0
    ]
    pairs = list(combinations(places, 2))
    turned = sum(first > second for first, second in pairs)
    return 2 * turned > len(pairs) and not _one_part_moved(places)


def _one_part_moved(places: Sequence[int]) -> bool:
    """In order but for a part that was moved to the front: after I press it, how long ...; T200: how do I ..."""
    return sum(first > second for first, second in pairwise(places)) <= 1
