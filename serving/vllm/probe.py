"""A running server is asked over HTTP: whether it is well, and how busy it is."""

import http.client
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Final

_METRIC: Final = re.compile(r"^vllm:(\w+?)(?:_total)?(?:\{[^}]*\})? ([0-9.eE+-]+|NaN)$", re.MULTILINE)
# A proxy set for the web must not be asked for this machine's own server.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """As vLLM's metrics tell. `cache_use`: 0 to 1; `prefix_hits`: part of all prompt tokens that was cached already."""

    running: int
    waiting: int
    cache_use: float
    prefix_hits: float | None


def is_well(address: str, *, seconds: float) -> bool:
    """Does `/health` answer with 200 in time?"""
    return _fetch(f"{address}/health", seconds) is not None


def load(address: str, *, seconds: float) -> Load | None:
    """How busy it is; None where it does not tell."""
    text = _fetch(f"{address}/metrics", seconds)
    if text is None:
        return None
    values: dict[str, float] = {}
    for name, value in _METRIC.findall(text):
        values[name] = values.get(name, 0.0) + float(value)
    asked = values.get("prefix_cache_queries", 0.0)
    return Load(
        running=int(values.get("num_requests_running", 0)),
        waiting=int(values.get("num_requests_waiting", 0)),
        cache_use=values.get("kv_cache_usage_perc", 0.0),
        prefix_hits=values.get("prefix_cache_hits", 0.0) / asked if asked else None,
    )


def _fetch(url: str, seconds: float) -> str | None:
    try:
        with _OPENER.open(url, timeout=seconds) as reply:
            return str(reply.read().decode("utf-8", errors="replace"))
    except (urllib.error.URLError, http.client.HTTPException, OSError):
        return None
