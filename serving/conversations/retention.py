"""Conversations that nobody went on with go after so many days: at the start, and once a day from then on."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ingest.errors import ManualdeskError

if TYPE_CHECKING:
    from serving.database.engine import Database

log = logging.getLogger("manualdesk.conversations")
_DAY_SECONDS: Final = 24 * 3600.0


def expire_daily(database: "Callable[[], Database]", days: int) -> None:
    """Begin, in a thread of its own that ends with the process; 0 days keep all, and nothing is begun."""
    if days > 0:
        threading.Thread(target=_expire, args=(database, days), name="expire-conversations", daemon=True).start()


def _expire(database: "Callable[[], Database]", days: int) -> None:
    from serving.conversations.store import Conversations

    while True:
        try:
            gone = Conversations(database()).expire(days)
            log.info("%d conversations expired", gone)
        except ManualdeskError as error:
            log.warning("conversations could not be expired: %s", error.message)
        threading.Event().wait(_DAY_SECONDS)
