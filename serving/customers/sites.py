"""The sites that carry the chat: added, listed, changed and removed; each with what its visitors may read."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Row

from ingest.audience import Audience
from ingest.errors import SettingError
from ingest.index.contract import Scope
from serving.customers.look import Look
from serving.customers.origins import origin_of
from serving.customers.targets import checked_target
from serving.database.engine import AlreadyThere, Database, now
from serving.database.schema_customers import sites

DEMO: Final = "demo"
"""The site of the demo shop."""
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class NoSuchSite(SettingError):
    """There is no site of that id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A web site whose pages carry the chat."""

    id: str
    name: str
    origins: tuple[str, ...]
    """Whose pages may: `https://shop.example`, with the port where it is not the usual one."""
    products: tuple[str, ...] | None = None
    """None: all that is public."""
    look: Look = field(default_factory=Look)
    hand_over_to: str = ""
    """`https://...` or `mailto:...`; empty: hand-overs stay on the page of hand-overs."""
    hand_over_secret: str = field(default="", repr=False)
    daily_questions: int = 2000
    """Of all its visitors together; 0: no limit."""
    created_at: str = ""
    disabled_at: str = ""

    @property
    def scope(self) -> Scope:
        """All that its visitors may ever read: public by construction."""
        return Scope(audience=Audience.PUBLIC, products=self.products)


class Sites:
    """The sites of one installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Site]:
        """By their ids."""
        with self._database.transaction() as connection:
            return [_site(row) for row in connection.execute(select(sites).order_by(sites.c.id))]

    def get(self, id: str) -> Site:  # noqa: A002 - what it is called everywhere
        """Raises NoSuchSite."""
        with self._database.transaction() as connection:
            row = connection.execute(select(sites).where(sites.c.id == id[:64])).first()
        if row is None:
            raise NoSuchSite(f"There is no site {id[:64]!r}.", hint="See them: manualdesk sites list")
        return _site(row)

    def enabled(self, id: str) -> Site | None:  # noqa: A002
        """The site; None where there is none, or it is disabled."""
        try:
            site = self.get(id)
        except NoSuchSite:
            return None
        return None if site.disabled_at else site

    def any_with(self, origin: str) -> bool:
        """May a page of that origin speak to us at all?"""
        return any(origin in site.origins for site in self.all() if not site.disabled_at)

    def add(self, site: Site) -> Site:
        """Raises SettingError for what cannot be, AlreadyThere where the id is taken."""
        made = replace(
            checked(site), created_at=now(), hand_over_secret=site.hand_over_secret or secrets.token_urlsafe(32)
        )
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(sites).values(**_values(made)))
        except AlreadyThere as error:
            raise AlreadyThere(
                f"There is a site {site.id!r} already.", hint="Change it: manualdesk sites set"
            ) from error
        return made

    def change(self, site: Site) -> Site:
        """Keep these values for the site of that id. Raises NoSuchSite, and SettingError for what cannot be."""
        checked(site)
        with self._database.transaction() as connection:
            done = connection.execute(update(sites).where(sites.c.id == site.id).values(**_values(site)))
        if not done.rowcount:
            raise NoSuchSite(f"There is no site {site.id!r}.", hint="See them: manualdesk sites list")
        return site

    def allow(self, id: str, origin: str, *, most: int) -> None:  # noqa: A002
        """Put an origin at the head of a site's list, and keep so many."""
        with self._database.transaction() as connection:
            mine = sites.c.id == id
            row = connection.execute(select(sites).where(mine).with_for_update()).one()
            origins = listed((origin, *row.origins.split("\n")))[:most]
            connection.execute(update(sites).where(mine).values(origins="\n".join(origins)))

    def remove(self, id: str) -> None:  # noqa: A002
        """With its hand-overs; its visitors' sessions end. Raises NoSuchSite."""
        with self._database.transaction() as connection:
            done = connection.execute(delete(sites).where(sites.c.id == id))
        if not done.rowcount:
            raise NoSuchSite(f"There is no site {id!r}.", hint="See them: manualdesk sites list")


def checked(site: Site) -> Site:
    """The same site. Raises SettingError where it cannot be."""
    if not _ID.fullmatch(site.id):
        raise SettingError(
            f"{site.id!r} cannot be a site's id.", hint="Use small letters, digits and hyphens, such as shop-eu."
        )
    if not site.name.strip():
        raise SettingError("A site needs a name.", hint="Give what people call it.")
    if not site.origins:
        raise SettingError(
            "A site needs an origin.", hint="Give the address of its pages, such as https://shop.example"
        )
    for origin in site.origins:
        if origin != origin_of(origin):
            raise SettingError(f"{origin!r} is no origin.", hint=f"Write {origin_of(origin)}")
    if site.daily_questions < 0:
        raise SettingError("The questions of a day cannot be less than 0.", hint="0 means: no limit.")
    checked_target(site.hand_over_to)
    return site


def listed(lines: Sequence[str]) -> tuple[str, ...]:
    """Without empty ones and repetitions."""
    return tuple(dict.fromkeys(filter(None, (line.strip() for line in lines))))


def _values(site: Site) -> dict[str, object]:
    return {
        "id": site.id,
        "name": site.name,
        "origins": "\n".join(site.origins),
        "products": None if site.products is None else "\n".join(site.products),
        "look": site.look.to_json(),
        "hand_over_to": site.hand_over_to,
        "hand_over_secret": site.hand_over_secret,
        "daily_questions": site.daily_questions,
        "created_at": site.created_at,
        "disabled_at": site.disabled_at,
    }


def _site(row: Row[Any]) -> Site:
    return Site(
        id=row.id,
        name=row.name,
        origins=listed(row.origins.split("\n")),
        products=None if row.products is None else listed(row.products.split("\n")),
        look=Look.from_json(row.look),
        hand_over_to=row.hand_over_to,
        hand_over_secret=row.hand_over_secret,
        daily_questions=row.daily_questions,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )
