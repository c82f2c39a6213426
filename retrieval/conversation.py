"""A follow-up question to one that stands alone, by rules over the conversation."""

import re
from collections.abc import Sequence

from ingest.sparse import terms
from retrieval.models import Kind, Mention, Name
from retrieval.query import Turn
from retrieval.scope import ProductScope

_OPENING = re.compile(
    r"^\s*(?:(?:and|but|or|so|then|also|what about|how about|same|ok|okay"
    r"|et|mais|alors|und|aber|dann|y|pero|entonces)\b"
    r"|那|还有|然后|如果|但是|它|这个|じゃあ|では|それ)",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:it|its|they|them|this|that|these|those|there|then|the other|the same|one|ones|ça|cela|ello|eso|esto"
    r"|das|dies|dort|dafür|damit|the (?:device|unit|appliance|machine|product)|(?:dem|des) (?:gerät|produkt)(?:e?s)?"
    r"|(?:le|du|au) produit|el (?:aparato|dispositivo|equipo|producto))\b|\bl['’]appareil\b"
    r"|它|他们|这|那|该|其|此|呢|本机|本产品|それ|これ|その|あの|本機|本製品",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:the|that|an)?\s*other (?:one|model|version|product|device|unit|manual)\b|\bthe other\b"
    r"|\bl['’]autre\b|\b(?:der|die|das|dem|den) andere[nrms]?\b|\b(?:el|la) otr[oa]\b"
    r"|另一[个款种台部]|另外(?:一|那)[个款种台部]|其他(?:型号|款)|もう(?:一つ|一方|片方)|別の(?:モデル|機種|製品|方)",
    re.IGNORECASE,
)
_FEW_TERMS = 4


def rewrite(question: str, turns: Sequence[Turn], products: ProductScope) -> str:
    """The question as one that stands alone; unchanged where it does already.

    A follow-up about another product asks the earlier question of that one: its name takes the earlier one's place.
    """
    earlier = [turn.text for turn in turns if turn.role == "user" and turn.text.strip()]
    if not earlier or not (leans(question) or _is_choice(question, turns) or products.catalogue.is_name(question)):
        return question
    base = _base(earlier)
    mentioned = products.catalogue.mentions(base)
    before = [mention for mention in mentioned if mention.name.kind is Kind.MODEL]
    now = [mention.name for mention in products.catalogue.mentions(question) if mention.name.kind is Kind.MODEL]
    if not now and before and _OTHER.search(question):
        others = _other_names(before, earlier, products)
        now = others if len(others) == 1 else []
    if now and before:
        base = _renamed(base, before, now[0])
    return f"{base.strip()} {question.strip()}"


def leans(question: str) -> bool:
    """Does the question need what was said before? It opens like a continuation, points at something, or is short."""
    return bool(_OPENING.search(question) or _POINTING.search(question)) or len(terms(question, "en")) < _FEW_TERMS


def _base(earlier: Sequence[str]) -> str:
    """The latest question, with the one that it leans on itself."""
    base = earlier[-1]
    return f"{earlier[-2]} {base}" if leans(base) and len(earlier) > 1 else base


def _is_choice(question: str, turns: Sequence[Turn]) -> bool:
    """Is this one of the options that the assistant asked back with?"""
    last = turns[-1] if turns else None
    return last is not None and last.role == "assistant" and question.strip().lower() in last.text.lower()


def _other_names(before: Sequence[Mention], earlier: Sequence[str], products: ProductScope) -> list[Name]:
    """What `the other one` can be: another model of this conversation, else the sibling of the one named last."""
    current = before[-1].name
    spoken_of = [
        mention.name
        for text in earlier
        for mention in products.catalogue.mentions(text)
        if mention.name.kind is Kind.MODEL and mention.name != current
    ]
    return list(dict.fromkeys(spoken_of)) or products.others([current])


def _renamed(text: str, mentions: Sequence[Mention], name: Name) -> str:
    """The text with this name in place of the mentioned ones."""
    for mention in reversed(mentions):
        text = f"{text[: mention.start]}{name.shown}{text[mention.end :]}"
    return text
