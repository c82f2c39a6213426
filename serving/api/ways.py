"""The ways to find out who asks: an API key, or sitting at this machine; `serving.accounts` and others bring more.

Enters: an ASGI request and its headers. Leaves: the `Caller`, or None where a way has nothing to go by.
"""

import asyncio
import ipaddress
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from starlette.datastructures import Headers
from starlette.types import Scope

from serving.api.limits import Rate, is_loopback, sender
from serving.keys import HERE, PREFIX, Caller, KeyRefused
from serving.keys_store import KeyStore

FORWARDED: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""A proxy on this machine that brings somebody else's request makes that somebody no local caller."""
_MISSES_A_MINUTE: Final = 30
"""Calls with a wrong key from one address; more of them are refused as too many."""
_MOST_HOPS: Final = 20


class Way(Protocol):
    """One way to find out who asks."""

    @property
    def ambient(self) -> bool:
        """Does a browser send this along by itself, to whatever page asks it to? Then a request that changes something
        has to come from a page of ours."""

    async def caller(self, scope: Scope, headers: Headers) -> Caller | None:
        """None where the request holds nothing of this way's. Raises KeyRefused for what is wrong, and TooMany."""


class HereWay:
    """Without sign-in: whoever sits at this machine is agent and editor."""

    ambient = False
    """What comes from another site's page is stopped by the gate; programs here send no origin."""

    async def caller(self, scope: Scope, headers: Headers) -> Caller | None:
        """`HERE`, unless a key is sent or the request was passed on."""
        # OpenAI's client insists on sending something; here, where nothing is needed, any word that is no key will do.
        if written_key(headers).startswith(f"{PREFIX}_") or any(name in headers for name in FORWARDED):
            return None
        return HERE if is_loopback(peer(scope)) else None


class KeyWay:
    """An API key, as `Authorization: Bearer KEY` or `X-API-Key: KEY`."""

    ambient = False

    def __init__(self, keys: KeyStore, *, calls_a_minute: int) -> None:
        self._keys = keys
        self._rate = Rate(calls_a_minute)
        self._misses = Rate(_MISSES_A_MINUTE)
        # Of their own: the others may all be searching.
        self._threads = ThreadPoolExecutor(2, "keys")

    async def caller(self, scope: Scope, headers: Headers) -> Caller | None:
        """Who the key belongs to."""
        written = written_key(headers)
        if not written:
            return None
        try:
            loop = asyncio.get_running_loop()
            caller = await loop.run_in_executor(self._threads, self._keys.verify, written)
        except KeyRefused:
            self._misses.take(sender(address_in(scope)))
            raise
        self._rate.take(caller.name)
        return caller


def written_key(headers: Headers) -> str:
    """The key of `Authorization: Bearer KEY`, or of `X-API-Key: KEY`; empty where there is none."""
    scheme, _, written = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return written.strip()
    return headers.get("x-api-key", "").strip() or (scheme and "not a bearer key")


def peer(scope: Scope) -> str:
    """The address at the other end of the connection, which may be a proxy's."""
    client = scope.get("client")
    return client[0] if client else ""


class Proxies:
    """Proxies whose word about an address is believed."""

    def __init__(self, addresses: tuple[str, ...] = ()) -> None:
        """`addresses`: single ones, or networks such as 10.0.0.0/8. Raises ValueError for what is neither."""
        self._networks = tuple(ipaddress.ip_network(written, strict=False) for written in addresses)

    def has(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
        return any((mapped or parsed) in network for network in self._networks)

    def asker(self, scope: Scope, headers: Headers) -> str:
        """Whose address a request comes from: of a trusted proxy's, what it says, from the last hop to the first."""
        address = peer(scope)
        hops = [hop.strip() for line in headers.getlist("x-forwarded-for") for hop in line.split(",")][-_MOST_HOPS:]
        while hops and self.has(address):
            address = hops.pop()
        return address[:64]


def address_in(scope: Scope) -> str:
    """The asker's address, as the door found it."""
    found: str = scope.get("state", {}).get("address", "")
    return found or peer(scope)
