"""Do two questions ask the same in other words? Two questions enter; what speaks against it leaves.

An embedding says that two questions are about the same matter, and hardly more: `E-47` and `E-48`, on and off, how and
how long lie as near to each other as two wordings of one question. So whatever can be compared without understanding it
has to agree first; the cosine (`semantic.py`) decides among those that are left.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from retrieval.codes import codes_in, plain
from serving.facts import facts_of
from serving.grounding.polarity import denies
from serving.stored.normalise import TWO_MEANINGS, normal_form

_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_OPTION: Final = re.compile(r"(?<![\w-])--?[a-z][\w-]*")
_SIGNS: Final = re.compile(r"(?<![\w.])[-+±<>≤≥=~^]+(?=\s?\d)|[%°/]")
# A question's form: 能不能, 有没有, 可不可以 are no negations.
_CHOICE: Final = re.compile(r"(.)[不没]\1|有没有|是否|对不对|行不行")
_CJK_NEGATION: Final = re.compile(r"[不没無无未勿别非]|ない|ません|ずに|なし")
_MORE_NEGATION: Final = re.compile(
    r"\b(?:wont|cant|dont|doesnt|isnt|arent|wasnt|didnt|couldnt|shouldnt|unable|except|unless|instead|rather|nothing"
    r"|none|nobody|nowhere|hardly|stop(?:s|ped)?|fail(?:s|ed|ure)?|außer|statt|nichts|sauf|rien|excepto|nada)\b"
)
_KINDS: Final = {
    "long": r"how long|how many (?:seconds|minutes|hours|days|weeks|months|years)|wie lange|combien de temps"
    r"|cuánto tiempo|多久|多长时间|几[年天分秒]|どのくらいの時間|何[年日分秒]|何時間",
    "many": r"how many|wie viele|combien|cuántos|cuántas|多少个|几个|いくつ",
    "much": r"how (?:much|big|large|high|far|fast|hot|warm|cold|heavy|deep|wide|strong|loud|old)"
    r"|wie (?:viel|hoch|weit|schnell|heiß|warm|schwer)|多[大高远快热重少]|どれくらい|いくら",
    "often": r"how often|wie oft|à quelle fréquence|con qué frecuencia|多久一次|どのくらいの頻度",
    "where": r"\bwhere\b|\bwo(?:hin|her)?\b|\boù\b|\bdónde\b|哪里|哪儿|在哪|どこ",
    "when": r"\bwhen\b|\bwann\b|\bquand\b|\bcuándo\b|什么时候|何时|いつ",
    "why": r"\bwhy\b|\bwarum\b|\bwieso\b|\bweshalb\b|\bpourquoi\b|\bpor qué\b|为什么|为何|なぜ|どうして",
    "who": r"\bwho(?:m|se)?\b|\bwer\b|\bwem\b|\bwen\b|\bqui\b|\bquién\b|谁|誰",
    "whether": r"^(?:can|could|may|is|are|does|do|did|will|would|should|has|have|must|was|were|kann|darf|ist|sind|hat"
    r"|muss|soll|wird|peut-on|est-ce|puedo|puede|es|se puede)\b|[吗嘛]|能不能|可不可以|行不行"
    r"|是否|有没有|ですか$|ますか$",
}
_KIND: Final = {name: re.compile(pattern) for name, pattern in _KINDS.items()}
# Words that say which way: then the order of the words tells who does what to whom.
_DIRECTED: Final = re.compile(
    r"\b(?:from|to|into|onto|than|before|after|with|by|over|under|instead|von|nach|zu|mit|als|vor|in|de|à|avec|avant"
    r"|après|desde|hasta|con|antes|después)\b|[从到把被比给向往]|から|まで|より|に|を"
)
# Words that change what is asked for and that lists of function words let pass.
_TELLING: Final = frozenset(
    "all any only both each every more most less least first last next new old other another same before after up down "
    "in out on off over under again still already always never too max min nur alle jede mehr wenig erste letzte neu "
    "alt tout tous toutes plus moins todo todos más menos".split()
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two questions compare."""

    against: str
    """What says that they are two questions; empty where nothing does."""
    shared: float
    """Share of their content words that both have, 0 to 1."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """What of a question has to agree to the letter."""

    exact: tuple[tuple[str, object], ...]
    codes: frozenset[str]
    plain: str
    words: tuple[frozenset[str], ...]
    """Content words in order, each as the stems it may have."""
    directed: bool
    """It has a word that says which way."""


def likeness(one: str, other: str, language: str) -> Likeness:
    """Compare two questions in the same language. The names of products are the caller's to compare."""
    left, right = _marks(one, language), _marks(other, language)
    for (name, value), (_name, wanted) in zip(left.exact, right.exact, strict=True):
        if value != wanted:
            return Likeness(name, 0.0)
    if any(code not in right.plain for code in left.codes) or any(code not in left.plain for code in right.codes):
        return Likeness("codes", 0.0)
    shared = _shared(left.words, right.words)
    if (left.directed or right.directed) and not _same_order(left.words, right.words):
        return Likeness("order", shared)
    return Likeness("", shared)


@lru_cache(maxsize=8192)
def _marks(question: str, language: str) -> _Marks:
    form = normal_form(question)
    facts = facts_of(question, language)
    lowered = form.lower()
    undoubted = _CHOICE.sub("", lowered)
    negations = sum(map(denies, undoubted.split())) + len(_MORE_NEGATION.findall(undoubted))
    exact: tuple[tuple[str, object], ...] = (
        ("numbers", frozenset(re.findall(r"\d+", facts.plain))),
        ("quantities", Counter(quantity for quantity, _place in facts.quantities)),
        ("units", Counter(match.strip() for match in TWO_MEANINGS.findall(form))),
        ("signs", Counter(match.strip() for match in _SIGNS.findall(lowered))),
        ("options", frozenset(_OPTION.findall(lowered))),
        ("negation", (negations, len(_CJK_NEGATION.findall(undoubted)) if _CJK.search(form) else 0)),
        ("kind", _kind(lowered)),
        ("telling words", frozenset(lowered.split()) & _TELLING),
        ("literals", frozenset(facts.literals)),
        ("opposites", facts.concepts),
    )
    words = tuple(frozenset(stems) for stems, _place in facts.words)
    codes = frozenset(codes_in(question)) | {code for code, _place in facts.codes}
    return _Marks(exact, codes, plain(form), words, bool(_DIRECTED.search(lowered)))


def _kind(lowered: str) -> str:
    """What the question asks for; empty for what, which, how and questions in telegram style."""
    found = [name for name, pattern in _KIND.items() if pattern.search(lowered)]
    return found[0] if found else ""


def _shared(left: tuple[frozenset[str], ...], right: tuple[frozenset[str], ...]) -> float:
    if not left or not right:
        return float(left == right)
    held = sum(any(word & other for other in right) for word in left)
    held += sum(any(word & other for other in left) for word in right)
    return held / (len(left) + len(right))


def _same_order(left: tuple[frozenset[str], ...], right: tuple[frozenset[str], ...]) -> bool:
    """Do the words that both have follow each other in the same order?"""
    places = [next((place for place, other in enumerate(right) if word & other), -1) for word in left]
    common = [place for place in places if place >= 0]
    return common == sorted(common)
