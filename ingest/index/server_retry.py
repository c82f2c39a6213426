"""Calls to a Qdrant server that is busy, restarting or out of reach: a call enters, its result or our error leaves."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from ingest.errors import IndexUnusable

T = TypeVar("T")

WAITS_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Between two tries: a node of a cluster that restarts is back within this."""
_LONGEST_WAIT_SECONDS = 30.0
_PASSING = {408, 429, 500, 502, 503, 504}


@contextmanager
def reachable() -> Iterator[None]:
    """Turns what the client raises into IndexUnusable with a remedy."""
    from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
    from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

    try:
        yield
    except ResourceExhaustedResponse as error:
        raise IndexUnusable(f"the Qdrant server has too much to do: {error}", hint="run it again later") from error
    except ResponseHandlingException as error:
        hint = "start Qdrant, or correct MANUALDESK_INDEX_URL"
        raise IndexUnusable(f"the Qdrant server does not answer: {error}", hint=hint) from error
    except UnexpectedResponse as error:
        hint = "see the server's log"
        if error.status_code in {401, 403}:
            hint = "set MANUALDESK_INDEX_API_KEY to a key that may write and read"
        reason = (error.content or b"").decode(errors="replace")[:300]
        raise IndexUnusable(f"the Qdrant server refused ({error.status_code}): {reason}", hint=hint) from error
    except ValueError as error:
        # The in-memory client's word for what a server answers with status 404 or 400.
        raise IndexUnusable(f"Qdrant refused: {error}", hint="see what changed the collection meanwhile") from error


def persist(call: Callable[[], T], waits: Sequence[float] = WAITS_SECONDS) -> T:
    """Do it, again after each wait where the server may do better then. Raises what the last try raised.

    For calls that may be done twice: points have ids of their own, and filters find what is left.
    """
    for wait in waits:
        try:
            return call()
        except Exception as error:
            asked = _passing(error)
            if asked is None:
                raise
            # Not all at the same time again.
            time.sleep(min(_LONGEST_WAIT_SECONDS, max(asked, wait * random.uniform(0.75, 1.25))))  # noqa: S311
    return call()


def _passing(error: Exception) -> float | None:
    """The seconds that the server asks to wait, 0 where it does not say; None for what another try cannot mend."""
    from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
    from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

    if isinstance(error, ResourceExhaustedResponse):
        return float(error.retry_after_s)
    if isinstance(error, ResponseHandlingException):
        return 0.0
    return 0.0 if isinstance(error, UnexpectedResponse) and error.status_code in _PASSING else None
