"""Ways through the door for people: a session's cookie, or the name that a trusted proxy sends along.

Enters: a request's headers. Leaves: the `Caller`, and in the request's state who that is (`Signed`), or nothing.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from serving.accounts.audit import Audit
from serving.accounts.people import People
from serving.accounts.sessions import Sessions
from serving.accounts.types import Person, PersonUnfit, Rights, Signed, SignIn
from serving.api.access import PasswordDue, is_below
from serving.api.limits import Rate
from serving.api.ways import Proxies, address_in, peer, written_key
from serving.database.engine import AlreadyThere, Database
from serving.keys import Caller, KeyRefused, Role

STATE: Final = "signed"
"""Under this name the request's state holds who is signed in."""
_COUNTED: Final = ("/v1", "/sources", "/desk")
"""What a person's calls are counted on. A page brings dozens of pictures and scripts along."""
_PUBLIC: Final = ("/static",)
"""Where nobody looks at who asks."""
_BEFORE_CHANGE: Final = ("/sign-in", "/sign-out")
"""Where one may go with a one-time password."""
_THREADS: Final = 4


@dataclass(frozen=True, slots=True)
class Cookie:
    """The session's cookie: with https its name makes browsers refuse it from anywhere else (RFC 6265bis)."""

    secure: bool = False

    @property
    def name(self) -> str:
        return "__Host-manualdesk" if self.secure else "manualdesk"

    def read(self, headers: Headers) -> str:
        """The token that a request brings; empty where there is none."""
        for line in headers.getlist("cookie"):
            for part in line.split(";"):
                name, _, value = part.strip().partition("=")
                if name == self.name:
                    return value
        return ""

    def written(self, token: str) -> str:
        """As `Set-Cookie`; an empty token takes it back. It ends with the browser, or with the session."""
        cookie: SimpleCookie = SimpleCookie()
        try:
            cookie[self.name] = token
        except CookieError as error:
            raise ValueError(token) from error
        made = cookie[self.name]
        made["path"], made["httponly"], made["samesite"] = "/", True, "Lax"
        if self.secure:
            made["secure"] = True
        if not token:
            made["max-age"] = 0
        return made.OutputString()


class SessionWay:
    """A browser that signed in."""

    ambient = True

    def __init__(self, database: Database, cookie: Cookie, *, calls_a_minute: int) -> None:
        self._sessions = Sessions(database)
        self._cookie = cookie
        self._rate = Rate(calls_a_minute)
        self._threads = ThreadPoolExecutor(_THREADS, "sessions")

    async def caller(self, scope: Scope, headers: Headers) -> Caller | None:
        """Who is signed in. Raises PasswordDue where a one-time password has not been changed, and TooMany."""
        token = self._cookie.read(headers)
        if not token or written_key(headers) or is_below(scope["path"], _PUBLIC):
            return None
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._sessions.find, token)
        if found is None:
            return None
        scope["state"][STATE] = found
        if found.person.must_change and not is_below(scope["path"], _BEFORE_CHANGE):
            raise PasswordDue("Choose a password of your own first.", hint="Open /sign-in/new-password.")
        if is_below(scope["path"], _COUNTED):
            self._rate.take(found.person.id)
        return found.person.caller()


class HeaderWay:
    """A proxy that signed somebody in tells their name in a header."""

    ambient = True
    """To the browser it is: the proxy's own cookie goes along by itself."""

    def __init__(
        self, database: Database, header: str, proxies: Proxies, *, default_role: Role | None, calls_a_minute: int
    ) -> None:
        """`default_role`: of somebody who comes for the first time; None: nobody may who is not known."""
        self._people = People(database)
        self._audit = Audit(database)
        self._header = header.lower()
        self._proxies = proxies
        self._default_role = default_role
        self._rate = Rate(calls_a_minute)
        self._threads = ThreadPoolExecutor(_THREADS, "people")

    async def caller(self, scope: Scope, headers: Headers) -> Caller | None:
        """Who the proxy says it is. Raises KeyRefused where the header comes from anybody else, or is nobody's, and
        TooMany."""
        named = headers.getlist(self._header)
        if not named or is_below(scope["path"], _PUBLIC):
            return None
        if not self._proxies.has(peer(scope)) or len(named) > 1:
            raise KeyRefused(f"The header {self._header} is not taken from this address.")
        loop = asyncio.get_running_loop()
        try:
            name = named[0].encode("latin-1").decode()  # headers are read as Latin-1, names are sent as UTF-8
        except UnicodeDecodeError as error:
            raise KeyRefused(f"The header {self._header} is not UTF-8.") from error
        person = await loop.run_in_executor(self._threads, self._person, name, address_in(scope))
        scope["state"][STATE] = Signed(person, None)
        if is_below(scope["path"], _COUNTED):
            self._rate.take(person.id)
        return person.caller()

    def _person(self, name: str, address: str) -> Person:
        found = self._people.find(name)
        if found is None and self._default_role is not None:
            try:
                found = self._people.add(name, Rights(self._default_role), way=SignIn.HEADER)
                self._audit.note(found.name, "person.added", found.name, {"role": found.role, "way": "header"}, address)
            except AlreadyThere:
                found = self._people.find(name)  # a second request came with the first
            except PersonUnfit as error:
                raise KeyRefused(error.message) from error
        if found is None or found.disabled_at or found.way is not SignIn.HEADER:
            raise KeyRefused("You are not known here.", hint="Ask an admin to add you.")
        return found


class StillHere:
    """Tells which of those who were let in would not be any more: for connections that last."""

    def __init__(self, database: Database) -> None:
        self._people = People(database)
        self._sessions = Sessions(database)

    def gone(self, all_signed: list[Signed]) -> list[Signed]:
        """Those whose session is over, or who were disabled, or whose rights are others now."""
        lasting = self._sessions.lasting([signed.session.id for signed in all_signed if signed.session])
        gone = []
        for signed in all_signed:
            over = signed.session is not None and signed.session.id not in lasting
            if over or (signed.session is None and not self._as_before(signed.person)):
                gone.append(signed)
        return gone

    def _as_before(self, person: Person) -> bool:
        now = self._people.find(person.id)
        return now is not None and not now.disabled_at and now.caller() == person.caller()
