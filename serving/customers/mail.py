"""A hand-over as a mail: handed in at the server that MANUALDESK_SMTP_URL names."""

import smtplib
import socket
import ssl
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final
from urllib.parse import unquote, urlsplit

from ingest.errors import SettingError
from serving.customers.hand_over import HandOver
from serving.customers.targets import NotDelivered, is_mail
from serving.customers.webhook import cut_after

SECONDS: Final = 20.0
"""Longest wait for any one step: connecting, a reply."""
MOST_SECONDS: Final = 60.0
"""Longest wait for all of them: a dozen replies and attachments, and a server that says a letter now and then."""
_PORTS: Final = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in."""

    encrypted: bool
    """From the first word on; else where the server offers it."""
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


def mail_server(smtp_url: str) -> MailServer:
    """The parts of the setting. Raises SettingError, which says nothing of them: one is a password."""
    try:
        parts = urlsplit(smtp_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # its text holds what was taken for the port, or all of it
        host, port, parts = "", None, urlsplit("")
    # After the host comes nothing: an unescaped / or # in the password would make of its first half host and port.
    if parts.scheme not in _PORTS or not host or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise SettingError(
            "MANUALDESK_SMTP_URL names no mail server.",
            hint="such as smtp://user:password@mail.example:587 or smtps://mail.example; "
            "in user and password write / as %2F, # as %23, ? as %3F, @ as %40, : as %3A, % as %25",
        )
    return MailServer(
        encrypted=parts.scheme == "smtps",
        host=host,
        port=port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def message_of(hand_over: HandOver, *, to: str, sender: str) -> EmailMessage:
    """The mail; a reply to it goes to the customer where they left a mail address."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{hand_over.id}@{sender.partition('@')[2] or 'manualdesk.invalid'}>"
    subject = f"[{hand_over.site_name}] {hand_over.title or 'A customer asks for a person'}"
    message["Subject"] = " ".join(subject.split())[:180]
    if is_mail(hand_over.wish.contact):
        message["Reply-To"] = hand_over.wish.contact
    message.set_content(hand_over.as_text())
    message.add_attachment(hand_over.to_json(), subtype="json", filename=f"hand-over-{hand_over.id}.json")
    return message


def send_mail(smtp_url: str, message: EmailMessage, *, most_seconds: float = MOST_SECONDS) -> None:
    """Raises SettingError for a setting that cannot work, NotDelivered where the mail was not taken."""
    server = mail_server(smtp_url)
    until = time.monotonic() + most_seconds
    try:
        # The twin stays in reach when encrypting takes the connection over.
        with _connected(server, until) as plain, plain.dup() as twin, cut_after(until - time.monotonic(), [twin]):
            _hand_in(server, plain, message)
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered(f"{server.host}: {type(error).__name__}: {error}") from error


class _Spoken(smtplib.SMTP):
    """SMTP over a connection that is there already."""

    def __init__(self, connection: socket.socket, server: MailServer) -> None:
        self._connection = connection
        super().__init__(server.host, server.port, timeout=SECONDS)

    def _get_socket(self, *_ignored: object) -> socket.socket:
        return self._connection


def _hand_in(server: MailServer, plain: socket.socket, message: EmailMessage) -> None:
    context = ssl.create_default_context()
    connection = context.wrap_socket(plain, server_hostname=server.host) if server.encrypted else plain
    with connection, _Spoken(connection, server) as spoken:
        spoken.ehlo()
        if not server.encrypted and spoken.has_extn("starttls"):
            spoken.starttls(context=context)
            spoken.ehlo()
        if server.user:
            spoken.login(server.user, server.password)
        spoken.send_message(message)


def _connected(server: MailServer, until: float) -> socket.socket:
    """To the first of its addresses that answers in time."""
    failure: OSError = TimeoutError("no address of it answered in time")
    for *_kind, address in socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM):
        left = min(SECONDS, until - time.monotonic())
        if left <= 0:
            break
        try:
            connection = socket.create_connection((str(address[0]), server.port), timeout=left)
        except OSError as error:
            failure = error
        else:
            connection.settimeout(SECONDS)
            return connection
    raise failure
