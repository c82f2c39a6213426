"""A follow-up as a question that stands alone, written by the language model; where it cannot, rules serve instead."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

from ingest.errors import ModelUnavailable
from ingest.sparse import terms
from retrieval.query import Turn
from retrieval.stated import stated
from serving.model import ChatModel
from serving.neutral import neutral
from serving.planted import screened
from serving.prompt import rewriting_prompt

SECONDS: Final = 1.5
"""A rewriting that takes longer costs more than it brings: the rules answer at once."""
_ANSWER_TOKENS: Final = 80
_LONGEST: Final = 400
_NUMBER: Final = re.compile(r"\d+")
_SAID: Final = 0.7
"""Share of the words that must come from the conversation; the rest is grammar."""


async def full_question(question: str, turns: Sequence[Turn], model: ChatModel | None) -> str:
    """The question with what it refers to; empty where there is no model or its words cannot be used."""
    if model is None:
        return ""
    try:
        written = await asyncio.wait_for(_written(question, turns, model), SECONDS)
    except (TimeoutError, ModelUnavailable):
        return ""
    return written if _usable(written, question, turns) else ""


async def _written(question: str, turns: Sequence[Turn], model: ChatModel) -> str:
    info = await model.info()
    facts = [statement.text for statement in stated(turns)]
    messages = rewriting_prompt(question, turns, context_tokens=info.context_tokens, facts=facts)
    async with aclosing(model.stream(messages, max_tokens=_ANSWER_TOKENS)) as pieces:
        text = "".join([piece async for piece in pieces])
    return neutral(text).strip().strip('"“”').strip()


def _usable(written: str, question: str, turns: Sequence[Turn]) -> bool:
    """One short line that makes nothing up: what it names and counts was said, and it is still the same question."""
    if not written or "\n" in written or len(written) > _LONGEST or screened(written).planted:
        return False
    said = " ".join([question, *(turn.text for turn in turns)])
    if set(_NUMBER.findall(written)) - set(_NUMBER.findall(said)):
        return False
    own, known = set(terms(written, "en")), set(terms(said, "en"))
    return bool(own) and len(own & known) >= _SAID * len(own)
