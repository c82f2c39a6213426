"""How much customers may ask: by session, by address, and by site and day. Raises TooMany where it is enough."""

from typing import Final

from sqlalchemy import delete, insert, select, update

from serving.api.errors import TooMany
from serving.api.limits import Rate, sender
from serving.customers.sessions import SessionOver
from serving.customers.sites import Site
from serving.database.engine import AlreadyThere, Database, in_future, now
from serving.database.schema_customers import site_days, sites

QUESTIONS_A_MINUTE: Final = 12
"""Of one session: more than a person reads answers to."""
ADDRESS_QUESTIONS_A_MINUTE: Final = 60
"""Of one address: an office behind one address has several people."""
CALLS_A_MINUTE: Final = 300
"""Of one address, whatever is called: pictures of pages, sessions, ratings."""
SESSIONS_A_MINUTE: Final = 30
HAND_OVERS_A_MINUTE: Final = 3
_KEPT_DAYS: Final = 400


class SiteFull(TooMany):
    """A site's visitors have asked all that they may ask today."""


class Quotas:
    """Counts in memory by minute (each process for itself), and in the database by day."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._calls = Rate(CALLS_A_MINUTE)
        self._sessions = Rate(SESSIONS_A_MINUTE)
        self._of_session = Rate(QUESTIONS_A_MINUTE)
        self._of_address = Rate(ADDRESS_QUESTIONS_A_MINUTE)
        self._hand_overs = Rate(HAND_OVERS_A_MINUTE)

    def call(self, address: str) -> None:
        """Any call."""
        self._calls.take(sender(address))

    def session(self, address: str) -> None:
        """A new session."""
        self._sessions.take(sender(address))

    def hand_over(self, address: str) -> None:
        """A wish to talk to a person."""
        self._hand_overs.take(sender(address))

    def question(self, visitor: str, address: str) -> None:
        """A question of this visitor."""
        self._of_session.take(visitor)
        self._of_address.take(sender(address))

    def today(self, site: Site) -> None:
        """A question on this site. Blocking. Raises SiteFull."""
        day = now()[:10]
        with self._database.transaction() as connection:
            mine = (site_days.c.site == site.id) & (site_days.c.day == day)
            counted = update(site_days).where(mine).values(questions=site_days.c.questions + 1)
            if site.daily_questions:
                counted = counted.where(site_days.c.questions < site.daily_questions)
            if connection.execute(counted).rowcount:
                return
            full = connection.execute(select(site_days.c.questions).where(mine)).first() is not None
            there = connection.execute(select(sites.c.id).where(sites.c.id == site.id)).first() is not None
        if not there:  # removed since the session was read
            raise SessionOver("This chat's session is over.", hint="Begin a new one: POST /widget/v1/session.")
        if full:
            raise SiteFull(
                "This site's visitors have asked all that they may ask today.",
                hint="Ask again tomorrow, or talk to a person.",
                seconds=3600,
            )
        self._first_of(site, day)

    def _first_of(self, site: Site, day: str) -> None:
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(site_days).values(site=site.id, day=day, questions=1))
                connection.execute(delete(site_days).where(site_days.c.day < in_future(days=-_KEPT_DAYS)[:10]))
        except AlreadyThere:  # another process was first
            self.today(site)

    def asked_today(self, site: str) -> int:
        """Questions on that site so far today. Blocking."""
        with self._database.transaction() as connection:
            query = select(site_days.c.questions).where((site_days.c.site == site) & (site_days.c.day == now()[:10]))
            return int(connection.execute(query).scalar_one_or_none() or 0)
