"""Settings to the places where answers are kept, and their state for `doctor`, `/readyz` and the commands."""

from dataclasses import dataclass
from pathlib import Path

from ingest.errors import ManualdeskError
from serving.stored.shelf import FILE, FileShelf, Shelf


@dataclass(frozen=True, slots=True)
class CacheState:
    """Whether cached answers can be used."""

    place: str
    """`redis` or `file`."""
    ready: bool
    answers: int = 0
    error: str = ""
    hint: str = ""


def open_shelf(home: Path, redis_url: str) -> Shelf:
    """Cached answers in Redis where an address is given, else in a file of the home.

    Raises SettingError for what is no address, StoreUnavailable where the file cannot be used.
    """
    if redis_url:
        from serving.stored.redis_store import RedisShelf

        return RedisShelf(redis_url)
    return FileShelf(home)


def cache_state(home: Path, redis_url: str) -> CacheState:
    """Asks the place. Never raises; takes at most half a second."""
    place = "redis" if redis_url else "file"
    if not redis_url and not (home / FILE).exists():
        return CacheState(place, ready=True)
    try:
        shelf = open_shelf(home, redis_url)
        try:
            return CacheState(place, ready=True, answers=shelf.count())
        finally:
            shelf.close()
    except ManualdeskError as error:
        return CacheState(place, ready=False, error=error.message, hint=error.hint)
