"""Where a hand-over may go. Enters: an address as it is configured. Leaves: its parts, or why it may not be.

Server-side request forgery is what this is against: a webhook is fetched by us, from inside our network.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ingest.errors import ManualdeskError, SettingError
from serving.customers.terms import Network

_MAIL: Final = re.compile(r"[^\s@<>,;:\"\\]{1,64}@[A-Za-z0-9.-]{1,255}")
_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class TargetRefused(ManualdeskError):
    """A hand-over must not be sent there."""


class NotDelivered(ManualdeskError):
    """This time it did not arrive; the next time it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A checked address."""

    encrypted: bool
    host: str
    port: int
    path: str


def is_mail(address: str) -> bool:
    """Does this look like a mail address?"""
    return _MAIL.fullmatch(address) is not None


def checked_target(target: str) -> str:
    """The same target. Raises SettingError for what is neither empty, nor mailto:, nor https://."""
    if target.startswith("mailto:"):
        if not is_mail(target.removeprefix("mailto:")):
            raise SettingError(f"{target!r} is no mail address.", hint="Give such as mailto:support@shop.example")
    elif target:
        webhook_of(target)
    return target


def webhook_of(target: str) -> Webhook:
    """The parts of a webhook's address. Raises SettingError: only https, and http to this machine, can be."""
    try:
        parts = urlsplit(target)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    good = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK_NAMES)
    if not good or not host or parts.username or parts.password or not target.isascii() or re.search(r"\s", target):
        raise SettingError(
            f"{target!r} is no address that a hand-over can be sent to.",
            hint="Give https://... without user and password, or mailto:support@shop.example",
        )
    encrypted = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Webhook(encrypted=encrypted, host=host, port=port or (443 if encrypted else 80), path=path)


def open_address(webhook: Webhook, allowed: Sequence[Network]) -> str:
    """An address of that host which may be connected to; the connection has to be made to this one, and not by name.

    A name that leads into a private network, even beside others, is refused unless that network is allowed. Raises
    TargetRefused, and NotDelivered where the name is not known just now.
    """
    try:
        found = socket.getaddrinfo(webhook.host, webhook.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotDelivered(f"{webhook.host} is not known: {error}", hint="Check the site's address.") from error
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    for address in addresses:
        if not _may_be_called(address, allowed):
            raise TargetRefused(
                f"{webhook.host} is in a private network ({address}).",
                hint="Where that is meant, allow it: MANUALDESK_HAND_OVER_NETWORKS=10.0.0.0/8",
            )
    return addresses[0]


def _may_be_called(written: str, allowed: Sequence[Network]) -> bool:
    address = ipaddress.ip_address(written)
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or (address.teredo or (address,))[-1]
    if any(address.version == network.version and address in network for network in allowed):
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved
