"""What an assistant may remember of a conversation: messages enter, turns leave, of answers what may still be read now.

An answer may stand on a manual that was withdrawn or became internal since. History does not show it any more
(`readable.py`); nor does a model get to see it again, or a summary that was made of it: those are known by the very
words that they are of. What a user said stays, it is theirs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from retrieval.query import Turn
from serving.answer import Answer
from serving.conversations.kept import Place, is_unfinished, stands_on
from serving.conversations.types import Message
from serving.memory import bounded

GONE: Final = "(This answer is not kept.)"
"""In place of an answer, so that questions and answers still take turns."""

Opens = Callable[[str, str], bool]
"""May this document be opened at this revision, by who asks now?"""


@dataclass(frozen=True, slots=True)
class _Said:
    turn: Turn
    stands_on: tuple[Place, ...] | None = ()
    """None: nobody knows."""


class Remembered:
    """One conversation. May be asked for its turns in any thread."""

    def __init__(self, messages: Sequence[Message] = ()) -> None:
        """`messages`: as they are stored."""
        self._said: list[_Said] = []
        self._keep([_said(message) for message in messages])

    def add(self, question: str, text: str, stands_on: tuple[Place, ...]) -> None:
        """A question, and what was answered."""
        self._keep([*self._said, _Said(Turn("user", question)), _Said(Turn("assistant", text), stands_on)])

    def turns(self, opens: Opens) -> tuple[Turn, ...]:
        """Oldest first. Asks once of each place; blocking where `opens` is."""
        places = {place for said in self._said for place in said.stands_on or ()}
        readable = {place for place in sorted(places) if opens(*place)}
        return tuple(_readable(said, readable) for said in self._said)

    def _keep(self, said: list[_Said]) -> None:
        kept = {id(turn) for turn in bounded([each.turn for each in said])}
        self._said = [each for each in said if id(each.turn) in kept]


def places_of(answer: Answer) -> tuple[Place, ...]:
    """What an answer stands on."""
    return tuple(dict.fromkeys((each.document, each.revision) for each in answer.citations))


def _said(message: Message) -> _Said:
    turn = Turn(message.role, message.text)
    if message.role == "user":
        return _Said(turn)
    places = stands_on(message.answer)
    # What ended before anything was found says nothing of a manual: it is what an error says, as a rule.
    return _Said(turn, None if is_unfinished(message.answer) and not places else places)


def _readable(said: _Said, readable: set[Place]) -> Turn:
    may = said.stands_on is not None and readable.issuperset(said.stands_on)
    return said.turn if may else Turn(said.turn.role, GONE)
