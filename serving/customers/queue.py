"""Hand-overs on their way: put in, claimed by one process at a time, sent, tried again later, or given up.

It lies in the database, so a restart loses nothing. A claim ends by itself after LEASE_SECONDS: what a killed process
was sending is sent by another, which a receiver can tell by the hand-over's id.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Row

from serving.api.errors import NotFound
from serving.customers.hand_over import HandOver, State
from serving.customers.sites import Site
from serving.database.engine import Database, in_future, now
from serving.database.schema_customers import hand_overs

LEASE_SECONDS: Final = 120
"""Longer than the longest delivery: MOST_SECONDS of a mail or a webhook, and before it a look-up of the name."""
MOST_TRIES: Final = 8
"""With the waits between them about 23 hours: a night and a morning's repair."""
FIRST_WAIT_SECONDS: Final = 30
LONGEST_WAIT_SECONDS: Final = 12 * 60 * 60
_SHOWN: Final = 500
_LISTED: Final = 200


def wait_after(tries: int, first: float = FIRST_WAIT_SECONDS) -> float:
    """Seconds until the next try after so many; each wait is four times the one before."""
    return min(first * 4.0 ** (tries - 1), float(LONGEST_WAIT_SECONDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A hand-over with how far it got."""

    hand_over: HandOver
    title: str
    state: State
    tries: int
    next_try_at: str
    error: str
    sent_at: str
    done_at: str
    done_by: str


class HandOvers:
    """The queue."""

    def __init__(self, database: Database, *, first_wait: float = FIRST_WAIT_SECONDS) -> None:
        self._database = database
        self._first_wait = first_wait

    def put(self, hand_over: HandOver, site: Site) -> None:
        """To be sent where the site says; kept for the page alone where it says nothing."""
        with self._database.transaction() as connection:
            connection.execute(
                insert(hand_overs).values(
                    id=hand_over.id,
                    site=site.id,
                    conversation=hand_over.conversation,
                    title=hand_over.title,
                    body=hand_over.to_json(),
                    state="waiting" if site.hand_over_to else "kept",
                    tries=0,
                    next_try_at=now(),
                    claimed_by="",
                    claimed_until="",
                    error="",
                    created_at=hand_over.created_at,
                    sent_at="",
                    done_at="",
                    done_by="",
                )
            )

    def claim(self, process: str, *, but: Collection[str] = ()) -> Queued | None:
        """One that is due, for this process alone; None where none is. `but`: sites that have to wait."""
        with self._database.transaction() as connection:
            moment = now()
            due = (
                (hand_overs.c.state == "waiting")
                & (hand_overs.c.next_try_at <= moment)
                & (hand_overs.c.claimed_until <= moment)
                & hand_overs.c.site.not_in(list(but))
            )
            first = select(hand_overs.c.id).where(due).order_by(hand_overs.c.next_try_at, hand_overs.c.id).limit(1)
            id_due = connection.execute(first).scalar_one_or_none()
            if id_due is None:
                return None
            taken = update(hand_overs).where((hand_overs.c.id == id_due) & due)
            claimed = taken.values(claimed_by=process, claimed_until=in_future(seconds=LEASE_SECONDS))
            if not connection.execute(claimed).rowcount:  # another process was quicker
                return None
            return _queued(connection.execute(select(hand_overs).where(hand_overs.c.id == id_due)).one())

    def sent(self, hand_over: str, process: str) -> None:
        """It arrived."""
        self._end(hand_over, process, state="sent", sent_at=now(), error="", tries=hand_overs.c.tries + 1)

    def failed(self, queued: Queued, process: str, reason: str, *, for_good: bool = False) -> None:
        """It did not arrive: tried again later, or given up after MOST_TRIES, or at once where it never can."""
        tries = queued.tries + 1
        given_up = for_good or tries >= MOST_TRIES
        self._end(
            queued.hand_over.id,
            process,
            state="failed" if given_up else "waiting",
            tries=tries,
            error=reason[:_SHOWN],
            next_try_at=in_future(seconds=wait_after(tries, self._first_wait)),
        )

    def retry(self, hand_over: str) -> None:
        """Send it again now, with all tries before it. Raises NotFound."""
        self._change(hand_over, state="waiting", tries=0, next_try_at=now(), claimed_until="", claimed_by="", error="")

    def done(self, hand_over: str, by: str) -> None:
        """Somebody has seen to it. Raises NotFound."""
        self._change(hand_over, done_at=now(), done_by=by[:255])

    def get(self, hand_over: str) -> Queued:
        """Raises NotFound."""
        with self._database.transaction() as connection:
            row = connection.execute(select(hand_overs).where(hand_overs.c.id == hand_over[:32])).first()
        if row is None:
            raise _unknown()
        return _queued(row)

    def of(self, conversation: str) -> list[str]:
        """What was handed over of a conversation, the oldest first, as JSON. For who may read that conversation."""
        query = select(hand_overs.c.body).where(hand_overs.c.conversation == conversation)
        with self._database.transaction() as connection:
            found = connection.execute(query.order_by(hand_overs.c.created_at, hand_overs.c.id))
            return [str(body) for body in found.scalars()]

    def all(self, *, sites: Sequence[str], only: str = "open") -> list[Queued]:
        """Of these sites, the newest first: those that are `open`, `failed`, or `all`."""
        query = select(hand_overs).where(hand_overs.c.site.in_(sites))
        if only == "failed":
            query = query.where(hand_overs.c.state == "failed")
        if only != "all":
            query = query.where(hand_overs.c.done_at == "")
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(hand_overs.c.created_at.desc(), hand_overs.c.id).limit(_LISTED))
            return [_queued(row) for row in rows]

    def counts(self, sites: Sequence[str]) -> dict[str, int]:
        """How many are `open`, `failed` (of those) and `all`."""
        whole = (hand_overs.c.site.in_(sites), hand_overs.c.done_at == "", hand_overs.c.state == "failed")
        with self._database.transaction() as connection:
            found = [
                int(connection.execute(select(func.count()).select_from(hand_overs).where(*whole[:n])).scalar_one())
                for n in (1, 2, 3)
            ]
        return dict(zip(("all", "open", "failed"), found, strict=True))

    def forget(self, *, days: int) -> int:
        """Remove those so old that belong to no conversation, with which the others go; how many there were."""
        old = (hand_overs.c.conversation == "") & (hand_overs.c.created_at < in_future(days=-days))
        with self._database.transaction() as connection:
            return connection.execute(delete(hand_overs).where(old)).rowcount

    def _end(self, hand_over: str, process: str, **values: Any) -> None:
        """Only the process that still holds it: another one may have taken it over."""
        mine = (hand_overs.c.id == hand_over) & (hand_overs.c.claimed_by == process)
        with self._database.transaction() as connection:
            connection.execute(update(hand_overs).where(mine).values(claimed_by="", claimed_until="", **values))

    def _change(self, hand_over: str, **values: Any) -> None:
        with self._database.transaction() as connection:
            done = connection.execute(update(hand_overs).where(hand_overs.c.id == hand_over[:32]).values(**values))
        if not done.rowcount:
            raise _unknown()


def _unknown() -> NotFound:
    return NotFound("There is no such hand-over.", hint="It may have been removed with its site.")


def _queued(row: Row[Any]) -> Queued:
    return Queued(
        hand_over=HandOver.from_json(row.body),
        title=row.title,
        state=row.state,
        tries=row.tries,
        next_try_at=row.next_try_at,
        error=row.error,
        sent_at=row.sent_at,
        done_at=row.done_at,
        done_by=row.done_by,
    )
