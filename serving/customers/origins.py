"""Origins of web pages. Enters: an address as somebody wrote it. Leaves: its origin as a browser writes it."""

import re
from typing import Final
from urllib.parse import urlsplit

from ingest.errors import SettingError

_HOST: Final = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def origin_of(written: str) -> str:
    """The origin of an address, as a browser writes it. Raises SettingError for what has none.

    Plain http is for this machine only: what a page without TLS holds, anybody on the way can read and change.
    """
    try:
        parts = urlsplit(written.strip().lower())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    if parts.scheme not in {"https", "http"} or not _HOST.fullmatch(shown) or parts.username:
        raise SettingError(f"{written!r} is no address of a web site.", hint="Give such as https://shop.example")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise SettingError(
            f"{written!r} is not encrypted.", hint=f"Give https://{shown}; http is for this machine only."
        )
    usual = port in (None, 443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{shown}" if usual else f"{parts.scheme}://{shown}:{port}"
