"""All that the widget's routes answer from: an installation at work comes in, its stores for customers leave.

The database is opened at the first use, off the event loop.
"""

import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serving.conversations.store import Conversations
from serving.customers.deliveries import Deliveries
from serving.customers.queue import HandOvers
from serving.customers.quotas import Quotas
from serving.customers.sessions import Session, Sessions
from serving.customers.sites import Sites
from serving.customers.terms import Terms
from ui.backend import Backend

if TYPE_CHECKING:
    from serving.database.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Over one open database."""

    sites: Sites
    sessions: Sessions
    quotas: Quotas
    conversations: Conversations
    hand_overs: HandOvers


class Customers:
    """The customers' side of an installation."""

    def __init__(self, backend: Backend, *, terms: Terms | None = None, own: str = "", local: bool = True) -> None:
        """`own`: our address as browsers know it. `local`: this machine alone reaches us, so the demo is on."""
        self.backend = backend
        self.terms = terms or backend.terms
        self.own = own
        self.local = local
        self._lock = threading.Lock()
        self._stores: Stores | None = None
        self._deliveries: Deliveries | None = None

    def stores(self) -> Stores:
        """Blocking at the first call. Raises DatabaseUnusable; a later call tries again."""
        with self._lock:
            if self._stores is None:
                self._stores = _stores(self.backend.database())
            return self._stores

    def sessions(self) -> Sessions:
        return self.stores().sessions

    def sites(self) -> Sites:
        return self.stores().sites

    def count_call(self, address: str) -> None:
        """Raises TooMany."""
        self.stores().quotas.call(address)

    def originals_of(self, session: Session) -> Callable[[str, int], str]:
        """Where a message's citations open, by message and number; good as long as the session can be."""
        sessions = self.sessions()
        return lambda message, number: f"/widget/v1/originals/{sessions.ticket(session, message, number)}"

    def wake_deliveries(self) -> None:
        """A hand-over was put in."""
        if self._deliveries is not None:
            self._deliveries.wake()

    @asynccontextmanager
    async def delivering(self, _application: object) -> AsyncGenerator[None]:
        """While the server runs, hand-overs are sent."""
        # Opened by the worker itself: a database that is down must not keep the server from starting.
        self._deliveries = Deliveries(self._database, self.terms)
        self._deliveries.start()
        yield
        self._deliveries.close()

    @property
    def _database(self) -> "Callable[[], Database]":
        return self.backend.database


def _stores(database: "Database") -> Stores:
    return Stores(
        sites=Sites(database),
        sessions=Sessions(database),
        quotas=Quotas(database),
        conversations=Conversations(database),
        hand_overs=HandOvers(database),
    )
