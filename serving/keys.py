"""API keys: who calls, as what, and what they may read. Enters: a written key. Leaves: a `Caller` with its `Scope`.

A key is `mdk_NUMBER_SECRET`. Only a hash of the secret is kept, so that a stolen database opens nothing: the whole key
is shown once, when it is made. The secret is 256 random bits: nothing that a slow hash would have to protect.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ingest.audience import Audience
from ingest.errors import ManualdeskError, SettingError
from ingest.index.contract import EVERYTHING, Scope

PREFIX: Final = "mdk"
LONGEST_KEY: Final = 200
"""Characters; what is longer is no key, and is not even hashed."""
_ORDER: Final = ("customer", "agent", "editor", "admin")


class KeyRefused(ManualdeskError):
    """No key, or one that is unknown, expired or revoked; which of these is not told to a caller."""


class Forbidden(ManualdeskError):
    """A caller that is known asks for what its role may not do."""


class Role(StrEnum):
    """What a caller may do; each role may do all that the ones before it may."""

    CUSTOMER = "customer"
    """Searches and asks in public manuals."""
    AGENT = "agent"
    """Also sees how passages were found, and the metrics."""
    EDITOR = "editor"
    """Also lists, uploads, removes and ingests manuals."""
    ADMIN = "admin"

    def covers(self, other: "Role") -> bool:
        """May this role do what the other one may?"""
        return _ORDER.index(self) >= _ORDER.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. Every read of a request takes its `scope`."""

    role: Role
    audience: Audience
    products: tuple[str, ...] | None = None
    """None: all."""
    name: str = ""
    """Of the key or the person, to tell callers apart in limits and logs; empty for who sits at this machine."""
    person: str = ""
    """The id of who is signed in; empty for keys and for who sits at this machine."""
    shown_name: str = ""
    """How pages greet who is signed in."""

    @property
    def byline(self) -> str:
        """How histories name who did something; empty for who sits at this machine."""
        return self.shown_name or (f"key {self.name}" if self.name else "")

    @property
    def owner(self) -> str:
        """Whose conversations these are: `conversations.owner` in the desk's database."""
        return self.person or (f"key {self.name}" if self.name else "here")

    @property
    def scope(self) -> Scope:
        return Scope(audience=self.audience, products=self.products)

    def narrowed(self, product: str | None) -> Scope:
        """The scope within one product. One that the caller may not read holds nothing, as one that does not exist."""
        if not product:
            return self.scope
        allowed = self.products is None or product in self.products
        return Scope(audience=self.audience, products=(product,) if allowed else ())

    def require(self, role: Role, what: str) -> None:
        """Raises Forbidden where the caller's role does not cover this one; `what` says what it was asked for."""
        if not self.role.covers(role) and self.person:
            raise Forbidden(f"{what} needs the role {role}; yours is {self.role}.", hint="Ask an admin for that role.")
        if not self.role.covers(role):
            raise Forbidden(
                f"{what} needs the role {role}; this key is a {self.role}'s.",
                hint=f"Ask with a key of that role: manualdesk keys create LABEL --role {role}",
            )


HERE: Final = Caller(role=Role.EDITOR, audience=EVERYTHING.audience)
"""Who sits at the machine while no sign-in is set up: agent and editor at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """What is kept of a key; times are UTC, as `2026-01-31T12:00:00+00:00`."""

    number: str
    """The public part of the key; names it in commands and logs."""
    label: str
    role: Role
    audience: Audience
    products: tuple[str, ...] | None
    created_at: str
    expires_at: str = ""
    """Empty: never."""
    revoked_at: str = ""
    last_used_at: str = ""
    """To the hour; empty: never."""

    def caller(self) -> Caller:
        return Caller(role=self.role, audience=self.audience, products=self.products, name=self.number)

    def state(self, now: str) -> str:
        """`active`, `expired` or `revoked` at that time."""
        if self.revoked_at:
            return "revoked"
        return "expired" if "" < self.expires_at <= now else "active"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made: the only moment at which its text is known."""

    text: str
    number: str
    digest: str


def new_key() -> NewKey:
    """A fresh random key."""
    number, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    return NewKey(f"{PREFIX}_{number}_{secret}", number, digest_of(secret))


def parts_of(written: str) -> tuple[str, str] | None:
    """Number and secret of a written key; None for what cannot be one."""
    if len(written) > LONGEST_KEY or not written.isascii():
        return None
    prefix, _, rest = written.partition("_")
    number, _, secret = rest.partition("_")
    return (number, secret) if prefix == PREFIX and number and secret else None


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret(secret: str, digest: str) -> bool:
    """Whether this is the secret of that digest, in a time that tells nothing about either."""
    return hmac.compare_digest(digest_of(secret), digest)


def audience_of(role: Role, asked: Audience | None, products: tuple[str, ...] | None) -> Audience:
    """What a new key of this role reads. Raises SettingError for what a role must not, or cannot, be limited to.

    A customer reads what is public by construction. Who edits must see all that an edit touches.
    """
    if role is Role.CUSTOMER:
        if asked is Audience.INTERNAL:
            raise SettingError(
                "A customer's key reads public manuals only.", hint="For internal ones: --role agent, or another role"
            )
        return Audience.PUBLIC
    if role.covers(Role.EDITOR) and (products is not None or asked is Audience.PUBLIC):
        raise SettingError(
            f"A key of the role {role} reads all manuals, since it may change all of them.",
            hint="Leave --product and --audience away, or choose --role agent",
        )
    return asked or Audience.INTERNAL
