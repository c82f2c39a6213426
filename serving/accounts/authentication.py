"""Signing in with a password: name, password and where they come from go in, a session's token comes out.

Whoever fails is told the same after the same time, whether the name is known or not.
"""

import threading
from dataclasses import dataclass
from typing import Final

from serving.accounts import passwords
from serving.accounts.audit import Audit
from serving.accounts.backoff import Backoff
from serving.accounts.people import People
from serving.accounts.sessions import Sessions
from serving.accounts.types import Person, SignIn
from serving.api.errors import TooMany
from serving.api.limits import sender
from serving.database.engine import Database, in_future
from serving.keys import KeyRefused

ONE_TIME_HOURS: Final = 24
_AT_ONCE: Final = 2
"""Hashes that are made at a time: each takes a processor, and 19 MiB."""


class SignInRefused(KeyRefused):
    """Name and password do not belong together; nothing more is told."""


class OneTimeOver(SignInRefused):
    """It is the right password, but a one-time one that was not used in time."""

    def __init__(self) -> None:
        super().__init__("This one-time password has expired.", hint="Ask an admin for a new one.")


class SignInLocked(TooMany):
    """Too many sign-ins failed; there is a wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many sign-ins failed.", hint="Wait a minute, then try again.", seconds=seconds)


@dataclass(frozen=True, slots=True)
class Where:
    """Where a sign-in comes from."""

    address: str = ""
    browser: str = ""


class Authenticator:
    """Checks passwords for one process; all ways to try one go through the same instance."""

    def __init__(
        self, database: Database, *, backoff: Backoff | None = None, one_time_hours: int = ONE_TIME_HOURS
    ) -> None:
        """`one_time_hours`: for which a one-time password works; 0: until it is used."""
        self._people = People(database)
        self._sessions = Sessions(database)
        self._audit = Audit(database)
        self._backoff = backoff or Backoff()
        self._one_time_hours = one_time_hours
        self._hashing = threading.BoundedSemaphore(_AT_ONCE)

    def sign_in(self, name: str, password: str, where: Where) -> str:
        """The token of a new session. Raises SignInRefused (OneTimeOver, where it was right once), and SignInLocked
        before anything is looked at."""
        typed = name.strip().casefold()[:255]
        person = self._people.find(typed) if typed else None
        keys = self._keys(typed, person, where)
        if not self._fits(person, password, keys) or person is None:
            self._failed(person, where)
            raise SignInRefused("Name and password do not fit.", hint="Try again, or ask an admin for a new password.")
        self._backoff.worked(*keys)
        self._check_in_time(person, where)
        kept = self._people.password_hash(person)
        if passwords.is_dated(kept):
            self._people.rehash(person, passwords.hashed(password))
        return self.passed(person, where)

    def passed(self, person: Person, where: Where) -> str:
        """The token of a new session for somebody whose identity is known, by password or otherwise."""
        self._people.seen(person)
        token, session = self._sessions.start(person, address=where.address, browser=where.browser)
        self._audit.note(person.name, "session.started", person.name, {"session": session.id}, where.address)
        return token

    def change(self, person: Person, old: str, new: str, *, session: str, where: Where) -> None:
        """A person's own new password; it ends their other sessions.

        Raises PasswordUnfit, SignInRefused where the old one is not right, and SignInLocked.
        """
        if not self._fits(person, old, self._keys(person.name, person, where)):
            self._failed(person, where)
            raise SignInRefused("The present password is not right.", hint="Try again.")
        self._check_in_time(person, where)
        if new == old:
            raise passwords.PasswordUnfit("This is the present password.", hint="Choose another one.")
        passwords.checked(new, person.name, person.shown_name, person.email)
        with self._hashing:
            kept = passwords.hashed(new)
        self._people.set_password_hash(person, kept, must_change=False)
        ended = self._sessions.end_all(person.id, but=session)
        self._audit.note(person.name, "password.changed", person.name, {"sessions_ended": ended}, where.address)

    def _check_in_time(self, person: Person, where: Where) -> None:
        """Raises OneTimeOver. Only who has the password is told: whether it was right is nobody else's business."""
        since, hours = person.one_time_since, self._one_time_hours
        if person.must_change and since and hours and since < in_future(hours=-hours):
            self._audit.note(person.name, "session.refused", person.name, {"why": "one-time password"}, where.address)
            raise OneTimeOver

    def _fits(self, person: Person | None, password: str, keys: tuple[str, ...]) -> bool:
        """Whether it is their password; a failure is counted. Nobody's takes as long as anybody's.

        Raises SignInLocked.
        """
        self._look_at(keys)
        kept = ""
        if person is not None and person.way is SignIn.PASSWORD and not person.disabled_at:
            kept = self._people.password_hash(person)
        with self._hashing:
            # Once more, where few are at a time: of many tries at once all would be let through before the first fails.
            self._look_at(keys)
            fits = passwords.fits(password, kept)
            if not fits:
                self._backoff.failed(*keys)
        return fits

    def _look_at(self, keys: tuple[str, ...]) -> None:
        """Raises SignInLocked while there is a wait."""
        if seconds := self._backoff.seconds(*keys):
            raise SignInLocked(seconds)

    def _keys(self, typed: str, person: Person | None, where: Where) -> tuple[str, ...]:
        """What a wait is counted by; see the top of this file."""
        address = sender(where.address)
        here = f"{typed}\n{address}"
        if person is not None and self._sessions.knows(person.id, where.address):
            return (here,)
        return (here, typed, f"\n{address}")

    def _failed(self, person: Person | None, where: Where) -> None:
        if person is not None:
            self._people.failed(person)
        # A name that is nobody's may be a password in the wrong field.
        target = person.name if person else "somebody unknown"
        self._audit.note(target, "session.refused", target, {}, where.address)
