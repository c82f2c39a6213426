"""Cached answers in a real Redis: shared between processes, and done without when it is down."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import SettingError
from ingest.types import Audience, Dense
from retrieval.grounds import Ground
from serving.answer import AnswerSource
from serving.checks import checks
from serving.settings import Settings
from serving.stored import redis_store, shelf
from serving.stored.counts import Outcome
from serving.stored.opening import cache_state
from serving.stored.redis_store import RedisShelf
from serving.stored.shelf import FileShelf, Shelf
from serving.stored.types import CachedAnswer, KeptCitation, StoreUnavailable
from tests.api_desk import ApiDesk, application, client, serving
from tests.kept_answers import Kept
from tests.manual_index import Manual
from tests.running_redis import RunningRedis, running_redis

LAMP = Manual("lamp.pdf", "Lamp L1 manual", sections=(("Reset", "Hold the key."), ("Clean", "Wipe it dry.")))
RESET = "How do I reset the L1?"
EMBEDDER = "some-embedder"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RunningRedis]:
    with running_redis(tmp_path) as running:
        yield running


@pytest.fixture(params=["file", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    """Each place for cached answers, empty."""
    if request.param == "file":
        yield FileShelf(tmp_path)
        return
    with running_redis(tmp_path) as running:
        yield RedisShelf(running.url)


def answer(key: str, group: str = "g", text: str = "Hold it. [1]") -> CachedAnswer:
    return CachedAnswer(
        key=key,
        group=group,
        question=f"Frage „{key}“ 重置?",
        answer=text,
        language="de",
        audience=Audience.PUBLIC,
        product="L1",
        model="m",
        prompt="p",
        citations=(KeptCitation(number=1, quote="Hold\nit", grounds=(Ground("手册 1.pdf", 3, "abc"),)),),
    )


def axis(number: int) -> Dense:
    return np.eye(8, dtype=np.float32)[number]


def test_what_is_put_is_there_until_it_is_dropped(place: Shelf) -> None:
    first, second, other = answer("1"), answer("2"), answer("3", group="h")
    for number, one in enumerate((first, second, other)):
        place.put(one, axis(number), EMBEDDER)
    assert [place.get(key) for key in ("1", "2", "3", "4")] == [first, second, other, None]
    assert sorted(place.keys("g")) == ["1", "2"]
    assert place.count() == 3
    assert place.answers() == [first, second, other]
    found = place.questions(["1", "3", "4"], EMBEDDER)
    assert {key: kept.question for key, kept in found.items()} == {"1": first.question, "3": other.question}
    assert np.array_equal(found["3"].vector, axis(2))
    assert not place.questions(["1"], "another-embedder")
    place.put(replace(first, answer="New."), axis(5), EMBEDDER)
    assert place.count() == 3
    place.drop(["2", "not there"])
    assert place.keys("g") == ["1"]
    assert place.get("2") is None
    assert place.clear() == 2
    assert place.answers() == []
    assert place.keys("h") == []


def test_its_version_tells_of_every_change(place: Shelf) -> None:
    versions = [place.version()]
    place.put(answer("1"), axis(0), EMBEDDER)
    versions.append(place.version())
    assert place.version() == versions[-1]
    place.drop(["1"])
    versions.append(place.version())
    assert len(set(map(str, versions))) == 3


def test_the_oldest_go_where_there_are_too_many(place: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "KEEP", 2)
    monkeypatch.setattr(redis_store, "KEEP", 2)
    for number in range(4):
        place.put(answer(str(number)), axis(number), EMBEDDER)
    assert [one.key for one in place.answers()] == ["2", "3"]
    assert sorted(place.keys("g")) == ["2", "3"]


def test_two_machines_share_answers_and_losses(redis: RunningRedis, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    one, two = (Kept(folder, shelf=RedisShelf(redis.url)) for folder in folders)
    for machine in (one, two):
        machine.publish(LAMP)
    assert one.source(RESET) is AnswerSource.MODEL
    assert two.source(RESET) is AnswerSource.CACHE
    assert two.source("The L1 - how do I reset?") is AnswerSource.CACHE, "in other words"
    for machine in (one, two):
        machine.publish(replace(LAMP, sections=LAMP.sections[1:]))
    assert one.source(RESET) is AnswerSource.MODEL
    assert one.counts.all()[Outcome.DROPPED] == 1


def test_without_redis_questions_are_answered_and_its_state_says_so(redis: RunningRedis, tmp_path: Path) -> None:
    place = RedisShelf(redis.url)
    kept = Kept(tmp_path / "home", shelf=place)
    kept.publish(LAMP)
    assert [kept.source(RESET) for _ in range(2)] == [AnswerSource.MODEL, AnswerSource.CACHE]
    assert cache_state(tmp_path, redis.url).answers == 1
    redis.stop()
    assert kept.source(RESET) is AnswerSource.MODEL
    assert kept.counts.all()[Outcome.UNAVAILABLE]
    state = cache_state(tmp_path, redis.url)
    assert not state.ready
    assert "Redis" in state.error
    assert state.hint
    with pytest.raises(StoreUnavailable, match="did not answer a moment ago"):
        place.get("1")


def test_an_address_is_checked_and_a_password_never_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="MANUALDESK_REDIS_URL"):
        RedisShelf("localhost:6379")
    state = cache_state(tmp_path, "redis://user:secret@127.0.0.1:1/0")
    assert not state.ready
    assert "secret" not in state.error + state.hint


def test_readyz_and_doctor_tell_of_redis_and_do_without_it(redis: RunningRedis, quick_folder: Path) -> None:
    desk = ApiDesk(quick_folder, cache_state=lambda: cache_state(quick_folder, redis.url))
    desk.fill()
    desk.backend.start()
    with serving(application(desk)) as address, client(address) as http:
        assert http.get("/readyz").json()["cached_answers"]["ready"]
        redis.stop()
        told = http.get("/readyz").json()
        assert not told["cached_answers"]["ready"]
        assert "Redis" in told["cached_answers"]["error"]
        assert told["index"]["ready"], "nothing else is the worse for it"
    (found,) = [check for check in checks(Settings(home=quick_folder, redis_url=redis.url)) if check.name == "Redis"]
    assert (found.ok, found.needed) == (False, False)
    assert found.hint
