"""What is known of people and their sessions: rows of the database become these, and leave as a `Caller`."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.audience import Audience
from ingest.errors import SettingError
from serving.api.errors import Conflict, NotFound
from serving.keys import Caller, Role


class NoSuchPerson(NotFound):
    """There is nobody of that name or id."""


class PersonUnfit(SettingError):
    """What is said of a person does not do: a name that cannot be typed, limits that a role must not have."""


class LastAdmin(Conflict):
    """The only admin would be gone, and with them every way to make another one by page."""


class SignIn(StrEnum):
    """How a person signs in."""

    PASSWORD = "password"  # noqa: S105 - a word, not a password
    OIDC = "oidc"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do and read; None: what the role reads by default, and all products."""

    role: Role
    audience: Audience | None = None
    products: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in; times are UTC, as `2026-01-31T12:00:00+00:00`, empty for never."""

    id: str
    name: str
    """What is typed to sign in, case-folded."""
    shown_name: str
    email: str
    role: Role
    audience: Audience
    products: tuple[str, ...] | None
    way: SignIn
    subject: str
    must_change: bool
    one_time_since: str
    """When they were given a one-time password that works for some hours; empty: none, or one without an end."""
    failures: int
    created_at: str
    disabled_at: str
    last_seen_at: str

    def caller(self) -> Caller:
        return Caller(
            role=self.role,
            audience=self.audience,
            products=self.products,
            name=self.name,
            person=self.id,
            shown_name=self.shown_name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is signed in."""

    id: str
    person: str
    created_at: str
    seen_at: str
    expires_at: str
    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is signed in, and in which session; a proxy's people have none."""

    person: Person
    session: Session | None
