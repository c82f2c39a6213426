"""A hand-over as a signed HTTP request: its JSON and a site's secret enter, a delivery or its failure leaves.

`http.client` and not a client that resolves names itself: the address that was checked is the one that is connected to,
and a redirect is never followed.
"""

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Final

from serving.customers.targets import NotDelivered, Webhook, open_address, webhook_of
from serving.customers.terms import Network

SECONDS: Final = 15.0
"""Longest wait for any one step: connecting, sending, the first words of the reply."""
MOST_SECONDS: Final = 30.0
"""Longest wait for all of them: a receiver that says a letter now and then would hold its thread for hours."""


def signature(secret: str, moment: str, body: bytes) -> str:
    """Hex HMAC-SHA256 of `MOMENT.BODY`: with the moment in it, an old request cannot be sent again as a new one."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def send_webhook(
    target: str,
    secret: str,
    delivery: str,
    body: str,
    *,
    allowed: Sequence[Network] = (),
    most_seconds: float = MOST_SECONDS,
) -> None:
    """POST the body. Raises TargetRefused and SettingError for where it must not go, NotDelivered for the rest."""
    webhook = webhook_of(target)
    opened: list[socket.socket] = []
    connection = _connection(webhook, open_address(webhook, allowed), opened)
    data, moment = body.encode(), str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "manualdesk-hand-over",
        "Manualdesk-Delivery": delivery,
        "Manualdesk-Timestamp": moment,
        "Manualdesk-Signature": f"sha256={signature(secret, moment, data)}",
    }
    try:
        with cut_after(most_seconds, opened):
            connection.request("POST", webhook.path, body=data, headers=headers)
            status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise NotDelivered(f"{webhook.host}: {type(error).__name__}: {error}") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        # A redirect too: where it leads was never configured.
        raise NotDelivered(f"{webhook.host} replied {status}")


@contextmanager
def cut_after(seconds: float, opened: Sequence[socket.socket]) -> Iterator[None]:
    """Whoever still waits for one of these then gets an error."""
    overdue = threading.Timer(seconds, _cut, (opened,))
    overdue.daemon = True
    overdue.start()
    try:
        yield
    finally:
        overdue.cancel()
        overdue.join()


def _cut(opened: Sequence[socket.socket]) -> None:
    """Whoever waits for these gets an error now."""
    for each in opened:
        with suppress(OSError):  # closed this moment, or encrypted since
            # The connection alone: an encrypted one's own shutdown would pull it from under who reads.
            socket.socket.shutdown(each, socket.SHUT_RDWR)


def _connection(webhook: Webhook, address: str, opened: list[socket.socket]) -> http.client.HTTPConnection:
    """`opened` gets its socket."""
    connection = http.client.HTTPConnection(webhook.host, webhook.port, timeout=SECONDS)

    def connect(*_ignored: object) -> socket.socket:
        plain = socket.create_connection((address, webhook.port), timeout=SECONDS)
        opened.append(plain)
        return _encrypted(plain, webhook.host, opened) if webhook.encrypted else plain

    connection._create_connection = connect  # type: ignore[attr-defined]
    return connection


def _encrypted(plain: socket.socket, host: str, opened: list[socket.socket]) -> socket.socket:
    """Takes the connection over from `plain`; `opened` gets it before the other side has to say anything."""
    with ExitStack() as failed:
        failed.callback(plain.close)
        encrypted = ssl.create_default_context().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        failed.callback(encrypted.close)
        opened.append(encrypted)
        encrypted.do_handshake()
        failed.pop_all()
    return encrypted
