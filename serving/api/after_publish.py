"""What follows from a new published index: an installation comes in, words for whoever published leave.

What was published is published: nothing here fails it, so what goes wrong is told like the rest.
"""

import logging
from collections.abc import Sequence

from ingest.errors import ManualdeskError
from serving.api.needs import Desk
from serving.stored.sweep import sweep_published

log = logging.getLogger("manualdesk.api")


def after_publish(desk: Desk) -> Sequence[str]:
    """Blocking. Curated answers that lost a passage are taken out of service, and named; open gaps are asked again."""
    desk.notes.published()
    try:
        flagged = sweep_published(desk.place())
    except ManualdeskError as error:
        return (f"Curated answers were not looked through: {error.message}",)
    except Exception:
        log.exception("what follows from a publish failed")
        return ("Curated answers were not looked through; the server's log has more.",)
    return tuple(f"Curated answer {answer.number} needs review: {answer.reason}" for answer in flagged)
