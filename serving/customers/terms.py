"""What an installation's settings say of customers: where hand-overs may go, and the demo."""

import ipaddress
from dataclasses import dataclass

from ingest.errors import SettingError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Parsed from the settings in `ui/composition.py`."""

    smtp_url: str = ""
    """Where mail is handed in; empty: hand-overs cannot be sent by mail."""
    mail_from: str = ""
    hand_over_networks: tuple[Network, ...] = ()
    """Private networks that a webhook may be in."""
    retention_days: int = 0
    """Days for which a hand-over without a conversation is kept; 0: until its site is removed."""
    demo: str = ""
    """The origin under which the demo shop is served beside a public address; empty: in local mode only."""


def networks(written: str, setting: str) -> tuple[Network, ...]:
    """Addresses and networks, parted by commas. Raises SettingError for what is neither, naming the setting."""
    found: list[Network] = []
    for part in filter(None, (part.strip() for part in written.split(","))):
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError as error:
            raise SettingError(
                f"{setting} holds {part!r}, which is no address or network.", hint="Give such as 10.0.0.0/8, ::1"
            ) from error
    return tuple(found)
