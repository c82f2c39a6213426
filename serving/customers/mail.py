"""A hand-over as a mail: handed in at the server that MANUALDESK_SMTP_URL names."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final
from urllib.parse import unquote, urlsplit

from ingest.errors import SettingError
from serving.customers.hand_over import HandOver
from serving.customers.targets import NotDelivered, is_mail

SECONDS: Final = 20.0
_HINT: Final = "such as smtp://user:password@mail.example:587 or smtps://mail.example"


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


def send_mail(smtp_url: str, message: EmailMessage) -> None:
    """Raises SettingError for a setting that cannot work, NotDelivered where the mail was not taken."""
    parts = urlsplit(smtp_url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise SettingError("MANUALDESK_SMTP_URL names no mail server.", hint=_HINT)
    context = ssl.create_default_context()
    try:
        with _opened(parts.scheme, parts.hostname, parts.port or 0, context) as server:
            server.ehlo()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered(f"{parts.hostname}: {type(error).__name__}: {error}") from error


def _opened(scheme: str, host: str, port: int, context: ssl.SSLContext) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=context)
    return smtplib.SMTP(host, port or 25, timeout=SECONDS)
