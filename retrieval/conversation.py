"""A follow-up question to one that stands alone, by rules over the conversation."""

import re
from collections.abc import Sequence

from ingest.sparse import terms
from retrieval.query import Turn

_OPENING = re.compile(
    r"^\s*(?:(?:and|but|or|so|then|also|what about|how about|same|ok|okay"
    r"|et|mais|alors|und|aber|dann|y|pero|entonces)\b"
    r"|那|还有|然后|如果|但是|它|这个|じゃあ|では|それ)",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:it|its|they|them|this|that|these|those|there|then|the other|the same|one|ones|ça|cela|ello|eso|esto"
    r"|das|dies|dort|dafür|damit)\b|它|他们|这|那|该|其|此|呢|それ|これ|その|あの",
    re.IGNORECASE,
)
_FEW_TERMS = 4


def complete(question: str, turns: Sequence[Turn]) -> str:
    """The question with the earlier question it leans on put in front; unchanged where it stands alone.

    A question leans on the conversation when it opens like a continuation, points at something, or is very short.
    """
    earlier = [turn.text for turn in turns if turn.role == "user" and turn.text.strip()]
    if not earlier or not leans(question):
        return question
    base = earlier[-1]
    if leans(base) and len(earlier) > 1:
        base = f"{earlier[-2]} {base}"
    return f"{base.strip()} {question.strip()}"


def leans(question: str) -> bool:
    """Does the question need what was said before?"""
    return bool(_OPENING.search(question) or _POINTING.search(question)) or len(terms(question, "en")) < _FEW_TERMS
