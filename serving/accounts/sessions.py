"""Sessions: who signed in comes in, a random token for the browser goes out, and later the token finds them again.

Only a hash of the token is kept. A session ends by being ended, by being left alone, and after some days in any case.
"""

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from serving.accounts.audit import clean
from serving.accounts.people import person_of
from serving.accounts.types import Person, Session, Signed
from serving.database.engine import Database, in_future, now, written
from serving.database.schema_accounts import people, sessions
from serving.keys import digest_of

IDLE_HOURS: Final = 12
"""Without a request for so long, a session is over: nobody signs in twice on a working day."""
MOST_DAYS: Final = 7
"""After that it is over however busy it was."""
_NOTED_SECONDS: Final = 60
"""A session's last use is noted once in so many seconds, not at each request."""
_KEPT_DAYS: Final = 90
"""Sessions that are over are listed for so long."""
_SHAPE: Final = (
    sessions.c.id,
    sessions.c.person,
    sessions.c.created_at,
    sessions.c.seen_at,
    sessions.c.expires_at,
    sessions.c.address,
    sessions.c.browser,
)


class Sessions:
    """All sessions of one installation. Usable from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, person: Person, *, address: str = "", browser: str = "") -> tuple[str, Session]:
        """A new session: the token for the browser, which is not kept, and what is."""
        token, moment = secrets.token_urlsafe(32), now()
        session = Session(
            id=secrets.token_hex(8),
            person=person.id,
            created_at=moment,
            seen_at=moment,
            expires_at=in_future(days=MOST_DAYS),
            address=clean(address)[:64],
            browser=clean(browser)[:255],
        )
        values = {column.name: getattr(session, column.name) for column in _SHAPE}
        with self._database.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.created_at < in_future(days=-_KEPT_DAYS)))
            connection.execute(insert(sessions).values(**values, digest=digest_of(token), ended_at=""))
        return token, session

    def find(self, token: str) -> Signed | None:
        """Who holds this token, if the session lasts; its use is noted."""
        if not token or len(token) > 100 or not token.isascii():
            return None
        wanted = (*_lasting(), sessions.c.digest == digest_of(token))
        with self._database.transaction() as connection:
            row = connection.execute(select(people, *_labelled()).join(sessions).where(*wanted)).first()
            if row is None:
                return None
            session = _session(row)
            if session.seen_at < in_future(seconds=-_NOTED_SECONDS):
                connection.execute(update(sessions).where(sessions.c.id == session.id).values(seen_at=now()))
        return Signed(person_of(row), session)

    def lasting(self, ids: Collection[str]) -> set[str]:
        """Which of these sessions are not over."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                select(sessions.c.id).join(people).where(*_lasting(), sessions.c.id.in_(list(ids)))
            )
            return {row[0] for row in rows}

    def all(self, person: str = "") -> list[tuple[Person, Session]]:
        """Sessions that are not over, of one person (an id) or all, the newest first."""
        wanted = (*_lasting(), *((sessions.c.person == person,) if person else ()))
        chosen = select(people, *_labelled()).join(sessions).where(*wanted).order_by(sessions.c.created_at.desc())
        with self._database.transaction() as connection:
            return [(person_of(row), _session(row)) for row in connection.execute(chosen)]

    def knows(self, person: str, address: str) -> bool:
        """Did this person sign in from that address in the last months?"""
        wanted = select(sessions.c.id).where(sessions.c.person == person, sessions.c.address == address)
        with self._database.transaction() as connection:
            return connection.execute(wanted.limit(1)).first() is not None

    def end(self, session: str) -> bool:
        """End it at once; whether it lasted until now."""
        return bool(self._end(sessions.c.id == clean(session)))

    def end_all(self, person: str, *, but: str = "") -> int:
        """End all of a person's, except one; how many that were."""
        return self._end(sessions.c.person == person, sessions.c.id != but)

    def _end(self, *which: ColumnElement[bool]) -> int:
        ended = update(sessions).where(sessions.c.ended_at == "", *which).values(ended_at=now())
        with self._database.transaction() as connection:
            return connection.execute(ended).rowcount


def _lasting() -> tuple[ColumnElement[bool], ...]:
    idle = written(datetime.now(UTC) - timedelta(hours=IDLE_HOURS))
    return (
        sessions.c.ended_at == "",
        sessions.c.expires_at > now(),
        sessions.c.seen_at > idle,
        people.c.disabled_at == "",
    )


def _labelled() -> tuple[ColumnElement[str], ...]:
    return tuple(column.label(f"session_{column.name}") for column in _SHAPE)


def _session(row: Row[tuple[object, ...]]) -> Session:
    return Session(**{column.name: row._mapping[f"session_{column.name}"] for column in _SHAPE})
