"""What of a conversation a model is shown: the latest messages word for word, a summary of the older ones, and facts.

Turns and the model's context enter; the memory for one prompt leaves, at once. Summaries are written in the background
while nobody waits: until one is there, older messages are simply cut. What the user stated (`retrieval/stated.py`) is
kept word for word however old it is, without a model.
"""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from ingest.errors import ModelUnavailable
from ingest.sparse import terms
from retrieval.query import Turn
from retrieval.stated import stated
from serving.model import ChatModel
from serving.neutral import neutral
from serving.planted import screened
from serving.prompt import first_kept, summary_prompt

SECONDS: Final = 30.0
"""A summary that takes longer is given up; the older messages stay cut."""
_ANSWER_TOKENS: Final = 300
_LONGEST: Final = 1200
_KEPT: Final = 256
"""Summaries in memory, the latest used last."""
_AT_ONCE: Final = 2
"""Summaries that are written beside each other: answers come first."""
_SAID: Final = 0.7
"""Share of a line's words that must come from the conversation; the rest is grammar."""
_REPORTING: Final = frozenset(
    terms(
        "they the user users customer asks asked about wants wanted needs tried found was were told said says answered"
        " not yet still open has have had been problem question questions also which whether because result"
        " 用户 客户 询问 想要 已经 尝试 问题 回答 尚未 解决 关于 ユーザー 質問 回答 について",
        "en",
    )
)
"""What a report is put together with, whatever it is about."""
_NUMBER: Final = re.compile(r"\d+")
_LINK: Final = re.compile(r"https?:|www\.|\]\(")
MOST_TURNS: Final = 400
"""Messages of one conversation that a chat keeps. Prompts are cut to their budget anyway; this bounds the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Of one conversation, for one prompt."""

    turns: tuple[Turn, ...]
    """All of them, oldest first."""
    first: int
    """Place of the first one that is shown word for word."""
    facts: tuple[str, ...] = ()
    summary: str = ""
    """Of the turns before `first`; empty where there is none (yet)."""

    @property
    def described(self) -> str:
        """For the trace; empty without a conversation."""
        if not self.turns:
            return ""
        older = f", {self.first} {'in a summary' if self.summary else 'cut'}" if self.first else ""
        return f"{len(self.turns) - self.first} messages word for word{older}"


class ConversationMemory:
    """Remembers summaries by the messages that they are of, so that it need not know whose conversation it is."""

    def __init__(self, model: ChatModel | None, *, seconds: float = SECONDS) -> None:
        self._model = model
        self._seconds = seconds
        self._summaries: OrderedDict[str, str] = OrderedDict()
        self._writing: dict[str, asyncio.Task[None]] = {}

    def recall(self, turns: Sequence[Turn], context_tokens: int) -> Memory:
        """What is known now; waits for nothing."""
        first = first_kept(turns, context_tokens)
        summary, _ = self._known(turns[:first])
        facts = tuple(statement.text for statement in stated(turns))
        return Memory(turns=tuple(turns), first=first, facts=facts, summary=summary)

    def keep_up(self, memory: Memory, context_tokens: int) -> None:
        """Begin to summarise what was cut, where that is not done yet. Needs a running event loop; does not wait."""
        older = memory.turns[: memory.first]
        if self._model is None or not older or len(self._writing) >= _AT_ONCE:
            return
        before, size = self._known(older)
        key = _keys(older)[-1]
        if size == len(older) or key in self._writing:
            return
        task = asyncio.get_running_loop().create_task(self._summarise(older[size:], before, key, context_tokens))
        self._writing[key] = task
        task.add_done_callback(lambda _done: self._writing.pop(key, None))

    async def settled(self) -> None:
        """Wait for the summaries that are being written."""
        await asyncio.gather(*self._writing.values(), return_exceptions=True)

    async def _summarise(self, turns: Sequence[Turn], before: str, key: str, context_tokens: int) -> None:
        try:
            written = await asyncio.wait_for(self._written(turns, before, context_tokens), self._seconds)
        except (TimeoutError, ModelUnavailable):
            return
        # Where nothing can be used an empty summary is kept, so that it is not asked for again at every turn.
        self._summaries[key] = _usable(written, turns, before)
        while len(self._summaries) > _KEPT:
            self._summaries.popitem(last=False)

    async def _written(self, turns: Sequence[Turn], before: str, context_tokens: int) -> str:
        assert self._model is not None  # noqa: S101
        messages = summary_prompt(turns, before, context_tokens=context_tokens)
        async with aclosing(self._model.stream(messages, max_tokens=_ANSWER_TOKENS)) as pieces:
            return "".join([piece async for piece in pieces])

    def _known(self, turns: Sequence[Turn]) -> tuple[str, int]:
        """The summary of the most of these turns, and how many that are."""
        keys = _keys(turns)
        for size in range(len(keys), 0, -1):
            summary = self._summaries.get(keys[size - 1])
            if summary is not None:
                self._summaries.move_to_end(keys[size - 1])
                return summary, size
        return "", 0


def bounded(turns: Sequence[Turn], most: int = MOST_TURNS) -> list[Turn]:
    """A conversation that is kept for later: its latest messages, and of older ones those that state something."""
    if len(turns) <= most:
        return list(turns)
    # Cut by halves, like a prompt: what remains then begins with the same message for a long time.
    older, latest = turns[: -most // 2], turns[-most // 2 :]
    return [*[turn for turn in older if stated((turn,))][-most // 4 :], *latest]


def _keys(turns: Sequence[Turn]) -> list[str]:
    """For each turn a name of the conversation up to there."""
    digest = hashlib.sha256()
    keys = []
    for turn in turns:
        digest.update(f"{turn.role}\0{turn.text}\0".encode())
        keys.append(digest.hexdigest())
    return keys


def _usable(written: str, turns: Sequence[Turn], before: str) -> str:
    """The lines that make nothing up: what they name and count was said; no links, and nothing for the model's ear."""
    said = " ".join([before, *(turn.text for turn in turns)])
    known, numbers = set(terms(said, "en")), set(_NUMBER.findall(said))
    lines = []
    for line in neutral(written).strip().splitlines():
        own = set(terms(line, "en")) - _REPORTING
        true = own and len(own & known) >= _SAID * len(own) and not set(_NUMBER.findall(line)) - numbers
        if true and not _LINK.search(line) and not screened(line).planted:
            lines.append(line.strip())
    return "\n".join(lines)[:_LONGEST]
