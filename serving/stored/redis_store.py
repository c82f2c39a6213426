"""Cached answers in Redis, which several machines share. The only file that knows the `redis` package.

One installation to a database: `redis://HOST/1`. Where Redis cannot be reached, nothing waits for it: after a failure
it is left alone for some seconds.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from ingest.errors import SettingError
from ingest.types import Dense
from serving.stored.as_json import cached_from_json, cached_to_json
from serving.stored.shelf import KEEP, KeptQuestion, as_vector
from serving.stored.types import CachedAnswer, StoreUnavailable

if TYPE_CHECKING:
    from redis import Redis

_ANSWER = "manualdesk:answer:"
_GROUP = "manualdesk:group:"
_BY_AGE = "manualdesk:answers"
_VERSION = "manualdesk:version"
_TIMEOUT_SECONDS = 0.25
"""A healthy Redis answers in less than a millisecond; whoever asks a question shall not notice a dead one."""
_PAUSE_SECONDS = 5.0
_PART = 1000


class RedisShelf:
    """See `Shelf`. Nothing is contacted before the first use; safe to share between threads."""

    def __init__(self, url: str) -> None:
        """Raises SettingError for what is no address of a Redis server."""
        from redis import Redis

        self.url = url
        self._down_until = float("-inf")
        try:
            self._redis: Redis = Redis.from_url(
                url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
            )
        except ValueError as error:
            raise SettingError(
                f"MANUALDESK_REDIS_URL is not the address of a Redis server: {_without_password(url)} ({error})",
                hint="write it like redis://localhost:6379/0 or unix:///run/redis.sock",
            ) from error

    def get(self, key: str) -> CachedAnswer | None:
        with self._reached() as redis:
            body = cast("bytes | None", redis.hget(_ANSWER + key, "body"))
        return _read(body)

    def put(self, answer: CachedAnswer, vector: Dense, embedder: str) -> None:
        fields: dict[str | bytes, str | bytes] = {
            "body": cached_to_json(answer),
            "group": answer.group,
            "question": answer.question,
            "embedder": embedder,
            "vector": vector.tobytes(),
        }
        with self._reached() as redis, redis.pipeline() as pipeline:
            pipeline.hset(_ANSWER + answer.key, mapping=fields)  # type: ignore[arg-type]
            pipeline.sadd(_GROUP + answer.group, answer.key)
            pipeline.zadd(_BY_AGE, {answer.key: time.time()})
            pipeline.incr(_VERSION)
            pipeline.execute()
            surplus = cast("list[bytes]", redis.zrange(_BY_AGE, 0, -KEEP - 1))
        self.drop(key.decode() for key in surplus)

    def drop(self, keys: Iterable[str]) -> None:
        gone = list(keys)
        if not gone:
            return
        with self._reached() as redis, redis.pipeline() as pipeline:
            for key in gone:
                pipeline.hget(_ANSWER + key, "group")
            groups = pipeline.execute()
            for key, group in zip(gone, groups, strict=True):
                pipeline.delete(_ANSWER + key)
                pipeline.zrem(_BY_AGE, key)
                if group is not None:
                    pipeline.srem(_GROUP + group.decode(), key)
            pipeline.incr(_VERSION)
            pipeline.execute()

    def clear(self) -> int:
        keys = self._all()
        for start in range(0, len(keys), _PART):
            self.drop(keys[start : start + _PART])
        return len(keys)

    def answers(self) -> list[CachedAnswer]:
        found: list[CachedAnswer] = []
        keys = self._all()
        for start in range(0, len(keys), _PART):
            with self._reached() as redis, redis.pipeline() as pipeline:
                for key in keys[start : start + _PART]:
                    pipeline.hget(_ANSWER + key, "body")
                read = map(_read, pipeline.execute())
            found += [answer for answer in read if answer is not None]
        return found

    def count(self) -> int:
        with self._reached() as redis:
            return redis.zcard(_BY_AGE)

    def version(self) -> object:
        with self._reached() as redis:
            return redis.get(_VERSION)

    def keys(self, group: str) -> list[str]:
        with self._reached() as redis:
            return sorted(key.decode() for key in cast("set[bytes]", redis.smembers(_GROUP + group)))

    def questions(self, keys: Sequence[str], embedder: str) -> Mapping[str, KeptQuestion]:
        found: dict[str, KeptQuestion] = {}
        for start in range(0, len(keys), _PART):
            part = keys[start : start + _PART]
            with self._reached() as redis, redis.pipeline() as pipeline:
                for key in part:
                    pipeline.hmget(_ANSWER + key, ["question", "embedder", "vector"])
                rows = pipeline.execute()
            for key, (question, made_by, vector) in zip(part, rows, strict=True):
                if question is not None and made_by == embedder.encode():
                    found[key] = KeptQuestion(question.decode(), as_vector(vector))
        return found

    def close(self) -> None:
        self._redis.close()

    def _all(self) -> list[str]:
        with self._reached() as redis:
            return [key.decode() for key in cast("list[bytes]", redis.zrange(_BY_AGE, 0, -1))]

    @contextmanager
    def _reached(self) -> "Iterator[Redis]":
        from redis import RedisError

        if time.monotonic() < self._down_until:
            raise self._unavailable("it did not answer a moment ago")
        try:
            yield self._redis
        except (RedisError, OSError) as error:
            self._down_until = time.monotonic() + _PAUSE_SECONDS
            raise self._unavailable(str(error)) from error

    def _unavailable(self, reason: str) -> StoreUnavailable:
        return StoreUnavailable(
            f"Redis at {_without_password(self.url)} cannot be used: {reason}",
            hint="Start it, or correct MANUALDESK_REDIS_URL; meanwhile model answers are not cached.",
        )


def _read(body: bytes | None) -> CachedAnswer | None:
    try:
        return cached_from_json(body) if body is not None else None
    except ValueError:
        return None  # Of another version: as good as not there.


def _without_password(url: str) -> str:
    scheme, found, rest = url.partition("://")
    return f"{scheme}{found}{rest.rpartition('@')[2]}"
