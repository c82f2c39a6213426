"""Figures of what was asked: the same from SQLite and from PostgreSQL, each answer counted once, by the day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from serving.answer import Answer, AnswerSource, Clarify, Timings
from serving.conversations.store import Conversations
from serving.database.engine import Database, in_future
from serving.database.schema_conversations import conversations, feedback, messages
from serving.database.schema_editing import asked
from serving.database.schema_editing import gaps as kept_gaps
from serving.gaps.store import Gaps
from serving.gaps.types import GapState
from serving.usage.store import Usage
from tests.kept_answers import Kept
from tests.manual_index import Manual


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    opened = Database(tmp_path, url)
    with opened.transaction() as connection:
        for table in (asked, feedback, messages, conversations, kept_gaps):
            connection.execute(table.delete())
    yield opened
    opened.close()


def test_each_answer_is_counted_by_channel_source_and_outcome(database: Database) -> None:
    usage = Usage(database)
    usage.write(answer(AnswerSource.MODEL), "chat", "en", "lamp")
    usage.write(answer(AnswerSource.QUOTES, refused=True), "widget", "zh", "lamp")
    usage.write(answer(AnswerSource.CURATED), "api", "en", "kettle")
    usage.write(answer(AnswerSource.QUOTES, asks=True), "api", "en")
    figures = usage.figures(7)
    today = figures.days[-1]
    assert today.channels == (1, 1, 2)
    assert (today.questions, today.refused, today.clarified) == (4, 1, 1)
    assert figures.sources() == {"model": 1, "quotes": 0, "curated": 1, "cache": 0}
    assert figures.products == (("lamp", 2), ("kettle", 1))
    assert figures.languages == (("en", 3), ("zh", 1))


def test_days_without_questions_are_there_and_what_is_older_is_not(database: Database) -> None:
    add(database, days_ago=6, first_ms=10)
    add(database, days_ago=7, first_ms=10)
    figures = Usage(database).figures(7)
    assert [day.questions for day in figures.days] == [1, 0, 0, 0, 0, 0, 0]
    assert figures.days[0].day == (datetime.now(UTC).date() - timedelta(days=6)).isoformat()
    assert figures.days[1].median_ms is None


@pytest.mark.parametrize(
    ("times", "median", "p95"),
    [([7.0], 7.0, 7.0), ([1.0, 2.0, 3.0, 4.0], 2.0, 4.0), (list(map(float, range(1, 101))), 50.0, 95.0)],
)
def test_medians_are_times_that_were_measured(
    database: Database, times: list[float], median: float, p95: float
) -> None:
    for time in times:
        add(database, days_ago=0, first_ms=time)
    figures = Usage(database).figures(30)
    assert (figures.median_ms, figures.p95_ms) == (median, p95)
    assert (figures.days[-1].median_ms, figures.days[-1].p95_ms) == (median, p95)


def test_nothing_asked_is_no_error(database: Database) -> None:
    figures = Usage(database).figures(90)
    assert (len(figures.days), figures.total("questions"), figures.median_ms) == (90, 0, None)


def test_thumbs_are_counted_on_their_day(database: Database) -> None:
    moment = in_future(days=-2)
    store = Conversations(database)
    conversation = store.begin("somebody", "chat", "en")
    said = [store.add(conversation, "assistant", "There.", owner="somebody") for _ in range(3)]
    with database.transaction() as connection:
        for place, value in enumerate((1, -1, 1)):
            row = {"id": str(place), "message": said[place], "value": value, "reason": "", "comment": ""}
            connection.execute(insert(feedback).values(row | {"given_at": moment}))
    day = Usage(database).figures(7).days[-3]
    assert (day.liked, day.disliked) == (2, 1)


def test_old_counts_go_and_nothing_else(database: Database) -> None:
    add(database, days_ago=401, first_ms=1)
    add(database, days_ago=80, first_ms=1)
    usage = Usage(database)
    usage.expire()
    with database.transaction() as connection:
        assert len(connection.execute(asked.select()).all()) == 1


def test_what_is_noted_is_there_without_anybody_waiting(database: Database) -> None:
    usage = Usage(database)
    usage.note(answer(AnswerSource.CACHE), "chat")
    assert usage.settle()
    assert usage.figures(7).sources()["cache"] == 1


def test_a_gap_is_made_and_closes_on_both_databases(database: Database, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "index")
    kept.publish(Manual("lamp/guide.md", "Lamp L1", "lamp", sections=(("Care", "The bulb holds 5 watts."),)))
    gaps = Gaps(database, lambda: kept.retriever, lambda: kept.answers)
    gaps.note("How many watts does the bulb hold?", "refused", products=("lamp",))
    gaps.note("how many watts: does the bulb hold?", "escalated", products=("lamp",), comment="Urgent.")
    assert gaps.settle()
    (gap,) = gaps.all(GapState.OPEN)
    assert (gap.refused, gap.escalated, gap.products) == (1, 1, ("lamp",))
    assert gaps.replay(kept.answers, "2").closed == ()
    kept.publish(Manual("lamp/guide.md", "Lamp L1", "lamp", sections=(("Care", "The bulb has 7 watts to hold."),)))
    assert gaps.replay(kept.answers, "3").closed == (gap.id,)
    assert [change.state for change in gaps.changes(gap.id)] == ["open", "closed"]


def answer(source: AnswerSource, *, refused: bool = False, asks: bool = False) -> Answer:
    return Answer(
        question="Where is it?",
        answer="There.",
        refused=refused,
        source=source,
        clarify=Clarify(question="Which?", options=("A", "B")) if asks else None,
        timings=Timings(first_token=12.0, total=30.0),
    )


def add(database: Database, *, days_ago: int, first_ms: float) -> None:
    row = {
        "at": in_future(days=-days_ago),
        "channel": "chat",
        "source": "quotes",
        "refused": False,
        "clarified": False,
        "language": "en",
        "product": "",
        "first_ms": first_ms,
        "total_ms": first_ms,
    }
    with database.transaction() as connection:
        connection.execute(insert(asked).values(row))
