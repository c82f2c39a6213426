"""A question that asks several things: its parts come out, each searched by itself, so that each can be answered.

Split only where every part clearly asks something: `What is the battery life and how do I charge it?`, `电池能用多久，
怎么充电？`. `Which keys, and for how long?` asks about one thing and stays whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Final, Protocol

from ingest.sparse import terms
from retrieval.passages import Passage
from retrieval.query import Retrieval, Turn

MOST: Final = 3
"""Parts; what is asked beyond stays with the last one."""
_NO_MATTER: Final = frozenset("long much many often far high big know tell explain say pleas help".split())
"""Words that ask without a matter of their own: `and how long?` goes with what was asked before."""

_VERB: Final = (
    r"(?:do|does|did|can|could|should|will|would|must|may|is|are|was|has|have) "
    r"(?:i|you|it|we|they|one|there|this|that|these|those|the|my|your|its|an?)\b"
)
_HOW: Final = r"how (?:many|much|long|often|far|high|hot|big|large|heavy|fast|do|does|can|should|to|is|are|will|must)\b"
_WHAT: Final = r"(?:what|where|when|why|who)(?:'s| is| are| do| does| can| should| will| must| happens)\b"
_OTHERS: Final = (
    r"(?:wie|was|wo|wann|welche[rsnm]?|warum|wieso|womit|kann|muss|darf|soll)\b"
    r"|(?:comment|combien|quel(?:le)?s?|où|quand|pourquoi|est-ce|qu'est-ce|puis-je|peut-on|faut-il|dois-je)\b"
    r"|¿?(?:cómo|qué|cuál(?:es)?|cuánt[oa]s?|dónde|cuándo|por qué|puedo|se puede|debo)\b"
)
_ASKS: Final = re.compile(
    rf"\b{_HOW}|\b{_WHAT}|\b(?:what|which) \w+|^(?:so |then |and )?{_VERB}|(?:^|(?<=[\s¿])){_OTHERS}", re.IGNORECASE
)
_ASKS_CJK: Final = re.compile(
    r"怎么|如何|怎样|什么|多少|多久|多长|多大|多高|多重|(?<!好)几[个天次年种块节度分秒小位台组张枚]|哪|吗|呢|能不能|是不是|可不可以"
    r"|要不要|会不会|有没有|为什么|为何|是否|可否|能否"
    r"|ですか|ますか|でしょうか|どう|どこ|どの|どれ|いつ|いくつ|なぜ|何[時分秒日年個台回度枚]"
)
_AFTER_AND: Final = re.compile(rf"(?:{_HOW}|{_WHAT}|(?:what|which) \w+|{_VERB}|{_OTHERS})", re.IGNORECASE)
# A relative clause begins with which, who, was or wo after a comma too: only what cannot be one counts there.
_AFTER_COMMA: Final = re.compile(rf"(?:how (?:do|does|can|should|is|are|will|must)\b|{_WHAT}|{_VERB})", re.IGNORECASE)
_CJK: Final = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_CUT: Final = re.compile(
    r"(?P<end>(?<=[?？])\s*)(?=\S)"
    r"|(?P<joint>[,;]?\s+(?:and|or|und|oder|et|ou|y|e|o)(?: also)?\s+)"
    r"|(?P<comma>[,;]\s+)"
    rf"|(?P<cjk>[，、；。]\s*|(?<=[{_CJK}])\s+(?=[{_CJK}])|(?:以及|还有|并且|それから))",
    re.IGNORECASE,
)
_HAS_CJK: Final = re.compile(f"[{_CJK}]")


class Search(Protocol):
    """One search of the retriever, with its scope and limit fixed."""

    def __call__(self, question: str, *, turns: Sequence[Turn]) -> Retrieval: ...


def split_question(question: str) -> tuple[str, ...]:
    """What a question asks, in order and in its own words; the whole as one where it is not clearly several things."""
    parts: list[str] = []
    start = 0
    for cut in _CUT.finditer(question):
        left, right = question[start : cut.start()].strip(), question[cut.end() :].strip()
        if len(parts) < MOST - 1 and _is_first(left, cut.lastgroup) and _is_next(right, cut.lastgroup):
            parts.append(left)
            start = cut.end()
    return (*parts, question[start:].strip()) if parts else (question,)


def retrieve_in_parts(search: Search, question: str, *, turns: Sequence[Turn]) -> Retrieval:
    """What is found for the whole question and, where it asks several things, for each of them (`parts`).

    A part is searched as a follow-up of those before it. The passages of the parts take turns, best first.
    """
    whole = replace(search(question, turns=turns), asked=question)
    questions = split_question(question)
    if len(questions) == 1 or not whole.passages:
        return whole
    found: list[Retrieval] = []
    for place, part in enumerate(questions):
        before = tuple(Turn("user", earlier) for earlier in questions[:place])
        found.append(_part(part, search(part, turns=(*turns, *before))))
    return replace(
        whole,
        parts=tuple(found),
        passages=_taking_turns(found, len(whole.passages)),
        confidence=max(whole.confidence, *(part.confidence for part in found)),
        options=whole.options or next((part.options for part in found if part.options), ()),
        milliseconds=whole.milliseconds + sum(part.milliseconds for part in found),
    )


def _part(asked: str, found: Retrieval) -> Retrieval:
    """What was found for a part. It is searched with the words that it leans on, and answered by its own."""
    own = set(terms(asked, found.language))
    return replace(found, asked=asked, rarity={term: weight for term, weight in found.rarity.items() if term in own})


def _is_first(text: str, group: str | None) -> bool:
    """Could this stand before the cut as a question of its own?"""
    asks = _ASKS_CJK if group == "cjk" or _HAS_CJK.search(text) else _ASKS
    return asks.search(text) is not None and bool(set(terms(text, "en")) - _NO_MATTER)


def _is_next(text: str, group: str | None) -> bool:
    """Could this stand behind the cut as another one?"""
    if not set(terms(text, "en")) - _NO_MATTER:
        return False
    if group == "cjk" or _HAS_CJK.search(text[:1]):
        clause = re.split(r"[，、；。？?！\s]", text, maxsplit=1)[0]
        return _ASKS_CJK.search(clause) is not None
    if group == "end":
        return (_ASKS.search(text) or _ASKS_CJK.search(text)) is not None
    return (_AFTER_AND if group == "joint" else _AFTER_COMMA).match(text) is not None


def _taking_turns(parts: Sequence[Retrieval], limit: int) -> tuple[Passage, ...]:
    """The first passages of each part, then the second ones, ...; each text once."""
    rows = zip_longest(*(part.passages for part in parts))
    once = {(passage.document, passage.text): passage for passage in _present(chain.from_iterable(rows))}
    return tuple(once.values())[:limit]


def _present(passages: Iterator[Passage | None]) -> Iterator[Passage]:
    return (passage for passage in passages if passage is not None)
