"""How much was asked: answers come in as they are given, figures over time leave. No word of a question is kept."""

from functools import partial
from typing import Final

from sqlalchemy import delete, insert

from serving.answer import Answer
from serving.database.engine import Database, in_future, now
from serving.database.schema_editing import asked
from serving.usage.behind import Behind
from serving.usage.figures import Figures, figures_of

KEPT_DAYS: Final = 400
"""A year can be compared with the one before."""


class Usage:
    """Usable from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._behind = Behind("note-usage")

    def note(self, answer: Answer, channel: str, language: str = "", product: str = "") -> None:
        """Count an answer that was given through `chat`, `widget` or `api`. Returns at once and never raises."""
        self._behind.put(partial(self.write, answer, channel, language, product))

    def write(self, answer: Answer, channel: str, language: str = "", product: str = "") -> None:
        """Count it now. Raises DatabaseUnusable."""
        row = {
            "at": now(),
            "channel": channel[:32],
            "source": str(answer.source),
            "refused": answer.refused,
            "clarified": answer.clarify is not None,
            "language": (language or _language(answer))[:32],
            "product": (product or _product(answer))[:255],
            "first_ms": answer.timings.first_token,
            "total_ms": answer.timings.total,
        }
        with self._database.transaction() as connection:
            connection.execute(insert(asked).values(row))

    def figures(self, days: int) -> Figures:
        """Of the last so many days, today included."""
        with self._database.transaction() as connection:
            return figures_of(connection, days)

    def expire(self, days: int = KEPT_DAYS) -> None:
        """Delete what is older."""
        with self._database.transaction() as connection:
            connection.execute(delete(asked).where(asked.c.at < in_future(days=-days)))

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until what was noted is written; says whether it is."""
        return self._behind.flush(seconds)


def _language(answer: Answer) -> str:
    from ingest.language import detect_language

    return detect_language(answer.question)


def _product(answer: Answer) -> str:
    """That the answer is about: of what it cites first; nothing where it cites nothing."""
    return answer.citations[0].passage.product if answer.citations else ""
