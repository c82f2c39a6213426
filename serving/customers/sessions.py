"""Who asks from a site, without sign-in: short-lived signed words in, a `Session` out. PyJWT stops here.

A token is bound to a site and an origin, and stands for a random visitor. What it may read is what its site may read at
the moment of each call; nothing in a token can widen that. Its secret is made once and kept in the desk's database.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import jwt

from ingest.audience import Audience
from serving.accounts.installation_secret import installation_secret
from serving.customers.sites import Site, Sites
from serving.database.engine import Database
from serving.keys import Caller, KeyRefused, Role

IDLE_SECONDS: Final = 15 * 60
"""A token is good for so long."""
LONGEST_SECONDS: Final = 24 * 60 * 60
"""However often it is renewed."""
LONGEST_TOKEN: Final = 2000
"""Characters; what is longer is not even looked at."""
_ALGORITHM: Final = "HS256"
_SESSION: Final = "manualdesk-session"
_SOURCE: Final = "manualdesk-source"
_SECRET: Final = "widget"  # noqa: S105 - its name


class SessionOver(KeyRefused):
    """No token, or one that is forged, too old, of another origin, or of a site that is disabled: not told apart."""


def _over() -> SessionOver:
    return SessionOver("This chat's session is over.", hint="Begin a new one: POST /widget/v1/session.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A visitor of a site, for one call."""

    site: Site
    visitor: str
    origin: str
    product: str
    """Of the page that the chat sits on; a hint for answers, never a right."""
    began: int
    """Seconds since 1970."""

    @property
    def caller(self) -> Caller:
        """A customer who reads what is public, whatever the token says: nothing else is ever made of one."""
        return Caller(
            role=Role.CUSTOMER,
            audience=Audience.PUBLIC,
            products=self.site.products,
            name=f"site {self.site.id} {self.visitor}",
        )

    @property
    def owner(self) -> str:
        """Whose conversations are this visitor's."""
        return f"site {self.site.id} {self.visitor}"


class Sessions:
    """Makes tokens and reads them."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._sites = Sites(database)
        self._secret = installation_secret(database, _SECRET)
        self._clock = clock

    def begin(self, site: Site, origin: str, product: str) -> str:
        """A new visitor's token."""
        return self._token(
            Session(
                site=site,
                visitor=secrets.token_urlsafe(16),
                origin=origin,
                product=product,
                began=int(self._clock()),
            )
        )

    def renew(self, session: Session, product: str) -> str:
        """The same visitor's next token, on a page of this product. Raises SessionOver after LONGEST_SECONDS."""
        if self._clock() >= session.began + LONGEST_SECONDS:
            raise _over()
        return self._token(
            Session(
                site=session.site,
                visitor=session.visitor,
                origin=session.origin,
                product=product,
                began=session.began,
            )
        )

    def read(self, token: str, origin: str) -> Session:
        """The session of a token that comes from a page of this origin. Blocking. Raises SessionOver."""
        said = self._said(token, _SESSION)
        session = self._session(said)
        if not secrets.compare_digest(session.origin.encode(), origin.encode()):
            raise _over()
        return session

    def ticket(self, session: Session, message: str, number: int) -> str:
        """Opens one cited original in a tab of its own, which cannot send a token. Names no document."""
        return self._signed(
            {
                **_claims(session),
                "aud": _SOURCE,
                "message": message,
                "number": number,
                "exp": session.began + LONGEST_SECONDS,
            }
        )

    def read_ticket(self, ticket: str) -> tuple[Session, str, int]:
        """The session, message and number of a ticket. Blocking. Raises SessionOver."""
        said = self._said(ticket, _SOURCE)
        return self._session(said), str(said["message"]), int(said["number"])

    def _token(self, session: Session) -> str:
        ends = min(int(self._clock()) + IDLE_SECONDS, session.began + LONGEST_SECONDS)
        return self._signed({**_claims(session), "aud": _SESSION, "exp": ends})

    def _signed(self, claims: dict[str, object]) -> str:
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def _said(self, token: str, audience: str) -> dict[str, Any]:
        if not token or len(token) > LONGEST_TOKEN or not token.isascii():
            raise _over()
        try:
            said = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=audience,
                options={"require": ["exp", "aud", "sub"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            raise _over() from None
        now_seconds = self._clock()
        if now_seconds >= said["exp"] or now_seconds >= said["began"] + LONGEST_SECONDS:
            raise _over()
        return said

    def _session(self, said: dict[str, Any]) -> Session:
        site = self._sites.enabled(str(said["site"]))
        # An origin that was taken off the list ends its sessions too.
        if site is None or said["origin"] not in site.origins:
            raise _over()
        return Session(
            site=site,
            visitor=str(said["sub"]),
            origin=str(said["origin"]),
            product=str(said["product"]),
            began=int(said["began"]),
        )


def _claims(session: Session) -> dict[str, object]:
    return {
        "sub": session.visitor,
        "site": session.site.id,
        "origin": session.origin,
        "product": session.product,
        "began": session.began,
    }
