"""How much one caller may ask, and how large and how slow a request may be.

Enters: calls by who makes them, and bytes as they arrive. Leaves: nothing, or an error that says when and what to do.
"""

import asyncio
import ipaddress
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from serving.api.errors import Carried, TooLarge, TooMany, TooSlow

MOST_JSON: Final = 1024 * 1024
"""Bytes of a request that is not an upload: a question of 2,000 characters with a long conversation is a tenth."""
MOST_UPLOAD: Final = 200 * 1024 * 1024
"""Bytes of an uploaded manual. Larger ones are laid into a folder, and ingested from there."""
BODY_SECONDS: Final = 30.0
"""Longest wait for the next piece of a body, and for all of one that is not an upload."""
UPLOAD_SECONDS: Final = 900.0
_MOST_BUCKETS: Final = 10_000
_BURST_SECONDS: Final = 10.0
"""A caller that was silent may make the calls of so many seconds at once."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Rate:
    """A token bucket for each caller, in memory: so many calls a minute, short bursts allowed. Safe between threads."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`per_minute` 0: no limit."""
        self._per_second = per_minute / 60
        self._most = max(5.0, self._per_second * _BURST_SECONDS)
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def take(self, caller: str) -> None:
        """Count a call. Raises TooMany, with the seconds to wait, where the caller's bucket is empty."""
        if not self._per_second:
            return
        with self._lock:
            now = self._clock()
            bucket = self._buckets.get(caller)
            if bucket is None:
                self._make_room(now)
                bucket = self._buckets[caller] = _Bucket(self._most, now)
            bucket.tokens = self._filled(bucket, now)
            bucket.at = now
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return
            seconds = math.ceil((1 - bucket.tokens) / self._per_second)
        raise TooMany(
            f"More than {self._per_second * 60:.0f} calls a minute.", hint=f"Wait {seconds} s.", seconds=seconds
        )

    def _filled(self, bucket: _Bucket, now: float) -> float:
        return min(self._most, bucket.tokens + (now - bucket.at) * self._per_second)

    def _make_room(self, now: float) -> None:
        """Forget those that are full again: they are like new. Where all are in use, the ones used longest ago."""
        if len(self._buckets) < _MOST_BUCKETS:
            return
        kept = {name: bucket for name, bucket in self._buckets.items() if self._filled(bucket, now) < self._most}
        newest = sorted(kept, key=lambda name: kept[name].at)[-_MOST_BUCKETS // 2 :]
        self._buckets = {name: kept[name] for name in newest}


def sender(host: str) -> str:
    """What one sender is told by: its address; of IPv6 the network, since one sender has all of it."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def is_loopback(host: str) -> bool:
    """Is this an address of this machine's own?"""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


class BoundedBody:
    """A request's body as it arrives; ends the request where it gets too large or too slow."""

    def __init__(self, receive: Receive, headers: Headers, *, is_upload: bool) -> None:
        """Raises TooLarge where the headers say so already."""
        self._receive = receive
        self._most = MOST_UPLOAD if is_upload else MOST_JSON
        self._ends = time.monotonic() + (UPLOAD_SECONDS if is_upload else BODY_SECONDS)
        self._bytes = 0
        self._whole = False
        said = headers.get("content-length", "")
        if said.isascii() and said.isdigit() and int(said[:20]) > self._most:
            raise self._too_large()

    async def __call__(self) -> Message:
        if self._whole:  # what comes now is word that the client left, which may take as long as it likes
            return await self._receive()
        left = min(BODY_SECONDS, self._ends - time.monotonic())
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, left))
        except TimeoutError:
            raise Carried(TooSlow("The request did not arrive in time.", hint="Send it again.")) from None
        self._bytes += len(message.get("body", b""))
        self._whole = message["type"] != "http.request" or not message.get("more_body", False)
        if self._bytes > self._most:
            raise Carried(self._too_large())
        return message

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"The request has more than {self._most} bytes.",
            hint="Ask a shorter question; lay a large manual into a folder, and run: manualdesk ingest FOLDER",
        )
