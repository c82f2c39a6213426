"""Figures of what was asked: a connection and a number of days come in, counts by day leave.

Portable SQL: SQLite and PostgreSQL count alike. Medians come from ranks, which both have.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from serving.answer import AnswerSource
from serving.database.schema_conversations import feedback
from serving.database.schema_editing import asked, gap_changes

CHANNELS: Final = ("chat", "widget", "api")
_MOST_PRODUCTS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What happened on one day (UTC)."""

    day: str
    channels: tuple[int, ...] = (0, 0, 0)
    """Questions by CHANNELS; what came otherwise counts as `api`."""
    refused: int = 0
    clarified: int = 0
    sources: tuple[int, ...] = (0, 0, 0, 0)
    """Answers by AnswerSource, in its order; neither refused nor asked back."""
    median_ms: float | None = None
    """To the first text; None where nothing was asked."""
    p95_ms: float | None = None
    liked: int = 0
    disliked: int = 0
    opened: int = 0
    """Gaps."""
    closed: int = 0

    @property
    def questions(self) -> int:
        return sum(self.channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of a period; days without questions are in it too."""

    days: tuple[Day, ...]
    products: tuple[tuple[str, int], ...]
    """Most asked first; questions about no product are not in it."""
    languages: tuple[tuple[str, int], ...]
    median_ms: float | None
    p95_ms: float | None

    def total(self, name: str) -> int:
        """Of a count that days have, over the period."""
        return sum(getattr(day, name) for day in self.days)

    def sources(self) -> dict[str, int]:
        """Answers by what they are made of."""
        return {str(source): sum(day.sources[n] for day in self.days) for n, source in enumerate(AnswerSource)}


def figures_of(connection: Connection, days: int) -> Figures:
    """Of the last so many days, today included."""
    today = datetime.now(UTC).date()
    names = [(today - timedelta(days=back)).isoformat() for back in reversed(range(days))]
    since = names[0]
    counted = _counted(connection, since)
    times = _times(connection, since)
    thumbs = _by_day(connection, feedback.c.given_at, since, feedback.c.value, (1, -1))
    moved = _by_day(connection, gap_changes.c.at, since, gap_changes.c.state, ("open", "closed"))
    whole = []
    for name in names:
        median, p95 = times.get(name, (None, None))
        liked, disliked = thumbs.get(name, (0, 0))
        opened, closed = moved.get(name, (0, 0))
        day = counted.get(name, Day(day=name))
        whole.append(
            Day(
                day=name,
                channels=day.channels,
                refused=day.refused,
                clarified=day.clarified,
                sources=day.sources,
                median_ms=median,
                p95_ms=p95,
                liked=liked,
                disliked=disliked,
                opened=opened,
                closed=closed,
            )
        )
    return Figures(
        days=tuple(whole),
        products=_most(connection, asked.c.product, since, _MOST_PRODUCTS),
        languages=_most(connection, asked.c.language, since, _MOST_PRODUCTS),
        **dict(zip(("median_ms", "p95_ms"), _overall(connection, since), strict=True)),
    )


def _counted(connection: Connection, since: str) -> dict[str, Day]:
    day = func.substr(asked.c.at, 1, 10)
    answered = ~asked.c.refused & ~asked.c.clarified
    query = (
        select(
            day.label("day"),
            func.count().label("questions"),
            *(_sum(asked.c.channel == name).label(name) for name in CHANNELS[:2]),
            _sum(asked.c.refused).label("refused"),
            _sum(asked.c.clarified).label("clarified"),
            *(_sum(answered & (asked.c.source == str(source))).label(str(source)) for source in AnswerSource),
        )
        .where(asked.c.at >= since)
        .group_by(day)
    )
    return {row.day: _day(row) for row in connection.execute(query)}


def _day(row: Row[Any]) -> Day:
    found = row._mapping
    chat, widget = int(found["chat"]), int(found["widget"])
    return Day(
        day=found["day"],
        channels=(chat, widget, int(found["questions"]) - chat - widget),
        refused=int(found["refused"]),
        clarified=int(found["clarified"]),
        sources=tuple(int(found[str(source)]) for source in AnswerSource),
    )


def _times(connection: Connection, since: str) -> dict[str, tuple[float, float]]:
    """Median and 95th of a hundred by day."""
    day = func.substr(asked.c.at, 1, 10)
    ranked = (
        select(
            day.label("day"),
            asked.c.first_ms,
            func.row_number().over(partition_by=day, order_by=asked.c.first_ms).label("rank"),
            func.count().over(partition_by=day).label("many"),
        )
        .where(asked.c.at >= since)
        .subquery()
    )
    # The smallest time that at least half, or 95 of a hundred, do not exceed; in whole numbers, so that both databases
    # round alike.
    half = case((ranked.c.rank * 2 >= ranked.c.many, ranked.c.first_ms))
    most = case((ranked.c.rank * 100 >= ranked.c.many * 95, ranked.c.first_ms))
    query = select(ranked.c.day, func.min(half).label("median"), func.min(most).label("p95")).group_by(ranked.c.day)
    return {row.day: (row.median, row.p95) for row in connection.execute(query)}


def _overall(connection: Connection, since: str) -> tuple[float | None, float | None]:
    count: int = connection.execute(select(func.count()).where(asked.c.at >= since)).scalar_one()
    if not count:
        return None, None
    ordered = select(asked.c.first_ms).where(asked.c.at >= since).order_by(asked.c.first_ms)
    half, most = (-(-count * share // 100) - 1 for share in (50, 95))
    return (
        connection.execute(ordered.offset(half).limit(1)).scalar_one(),
        connection.execute(ordered.offset(most).limit(1)).scalar_one(),
    )


def _by_day(
    connection: Connection, at: ColumnElement[str], since: str, what: ColumnElement[Any], values: Iterable[object]
) -> dict[str, tuple[int, ...]]:
    day = func.substr(at, 1, 10)
    sums = [_sum(what == value).label(f"n{place}") for place, value in enumerate(values)]
    query = select(day.label("day"), *sums).where(at >= since).group_by(day)
    return {row[0]: tuple(map(int, row[1:])) for row in connection.execute(query)}


def _most(connection: Connection, what: ColumnElement[str], since: str, limit: int) -> tuple[tuple[str, int], ...]:
    many = func.count().label("many")
    query = select(what, many).where(asked.c.at >= since, what != "").group_by(what).order_by(many.desc(), what)
    return tuple((row[0], int(row[1])) for row in connection.execute(query.limit(limit)))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
