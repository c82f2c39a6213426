"""Sends what the queue holds, in threads of the server: hand-overs come out of the database, mails and webhooks leave.

Each site has one thread at a time, so that a receiver that is slow delays its own hand-overs only. Any number of
processes may run it beside each other.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Final

from ingest.errors import ManualdeskError, SettingError
from serving.customers.mail import message_of, send_mail
from serving.customers.queue import FIRST_WAIT_SECONDS, HandOvers, Queued
from serving.customers.sites import Site, Sites
from serving.customers.targets import TargetRefused
from serving.customers.terms import Terms
from serving.customers.webhook import send_webhook
from serving.database.engine import Database

log = logging.getLogger("manualdesk.hand_over")

LOOK_SECONDS: Final = 10.0
"""How often the queue is looked at, for what is due again and for what other processes put in."""
_FORGET_SECONDS: Final = 3600.0
_CLOSE_SECONDS: Final = 5.0
_THREADS: Final = 4
_MAIL: Final = "mailto:"


class Deliveries:
    """The worker; `start` it once a process."""

    def __init__(
        self,
        database: Callable[[], Database],
        terms: Terms,
        *,
        first_wait: float = FIRST_WAIT_SECONDS,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """`database` is called in the worker: one that is down keeps nobody from starting."""
        self._database = database
        self._first_wait = first_wait
        self._terms = terms
        self._look_seconds = look_seconds
        self._process = secrets.token_hex(8)
        self._forget_at = 0.0
        self._busy: set[str] = set()
        """Sites that are being sent to."""
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._threads = [
            threading.Thread(target=self._run, name=f"hand-overs-{number}", daemon=True) for number in range(_THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something was put in: look now."""
        self._wanted.set()

    def close(self) -> None:
        """What is being sent is sent; the rest waits in the database."""
        self._ended.set()
        self._wanted.set()
        until = time.monotonic() + _CLOSE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wanted.clear()
            try:
                self._forget()
                while not self._ended.is_set() and self.one():
                    pass
            except ManualdeskError as error:  # the database, say; it may be back the next time
                log.warning("hand-overs wait: %s", error.message)
            except Exception:
                log.exception("hand-overs wait")
            self._wanted.wait(self._look_seconds)

    def _forget(self) -> None:
        """Now and then, what is too old."""
        with self._lock:
            is_due = bool(self._terms.retention_days) and time.monotonic() >= self._forget_at
            if is_due:
                self._forget_at = time.monotonic() + _FORGET_SECONDS
        if is_due:
            HandOvers(self._database()).forget(days=self._terms.retention_days)

    def one(self) -> bool:
        """Send one that is due; whether there was one. Blocking, as long as its receiver takes."""
        database = self._database()
        queue = HandOvers(database, first_wait=self._first_wait)
        with self._lock:
            queued = queue.claim(self._process, but=self._busy)
            if queued is None:
                return False
            site = queued.hand_over.site
            self._busy.add(site)
        try:
            self._deliver(queued, database, queue)
        finally:
            with self._lock:
                self._busy.discard(site)
        return True

    def _deliver(self, queued: Queued, database: Database, queue: HandOvers) -> None:
        """Send it, and note how that went."""
        try:
            self._send(queued, Sites(database).get(queued.hand_over.site))
        except (SettingError, TargetRefused) as error:
            reason = f"{error.message} {error.hint}".strip()
            queue.failed(queued, self._process, reason, for_good=True)
            log.warning("hand-over %s cannot be sent: %s", queued.hand_over.id, reason)
        except ManualdeskError as error:
            queue.failed(queued, self._process, error.message)
            log.warning("hand-over %s was not delivered: %s", queued.hand_over.id, error.message)
        except Exception as error:
            # Counted as well: else nobody would see on its page that it never leaves.
            queue.failed(queued, self._process, f"{type(error).__name__}: {error}")
            log.exception("hand-over %s was not delivered", queued.hand_over.id)
        else:
            queue.sent(queued.hand_over.id, self._process)

    def _send(self, queued: Queued, site: Site) -> None:
        hand_over, terms = queued.hand_over, self._terms
        if not site.hand_over_to:
            raise SettingError(
                f"The site {site.id} no longer says where hand-overs go.", hint="Set it, then try again."
            )
        if not site.hand_over_to.startswith(_MAIL):
            send_webhook(
                site.hand_over_to,
                site.hand_over_secret,
                hand_over.id,
                hand_over.to_json(),
                allowed=terms.hand_over_networks,
            )
            return
        if not terms.smtp_url or not terms.mail_from:
            raise SettingError(
                "No mail server is configured.",
                hint="Set MANUALDESK_SMTP_URL and MANUALDESK_MAIL_FROM, then try again.",
            )
        to = site.hand_over_to.removeprefix(_MAIL)
        send_mail(terms.smtp_url, message_of(hand_over, to=to, sender=terms.mail_from))
