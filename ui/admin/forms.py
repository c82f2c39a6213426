"""What forms of rights and products hold, as values: typed text comes in, roles, audiences and products go out."""

from typing import Annotated, Final

from fastapi import Form, Request
from pydantic import BaseModel, Field

from ingest.audience import Audience
from ingest.errors import SettingError
from serving.accounts.administration import Administration, Who
from serving.accounts.audit import actor_of
from serving.accounts.types import Rights
from serving.api.access import asker, asker_address
from serving.keys import Role
from ui.backend import Backend

Line = Annotated[str, Form(max_length=500)]
Typed = Annotated[str, Form(max_length=1000)]

ROLES: Final = tuple(reversed(Role))
AUDIENCES: Final = tuple(Audience)


class RightsForm(BaseModel):
    """What somebody may do and read, as it is typed."""

    role: Annotated[str, Field(max_length=500)] = ""
    audience: Annotated[str, Field(max_length=500)] = ""
    products: Annotated[str, Field(max_length=20_000)] = ""

    def rights(self) -> Rights:
        """Raises SettingError for a role or an audience that there is not."""
        return Rights(role_of(self.role), audience_of(self.audience), products_of(self.products))


class PersonForm(RightsForm):
    """A person, new or changed."""

    name: Annotated[str, Field(max_length=500)] = ""
    """Of a new one only."""
    shown_name: Annotated[str, Field(max_length=500)] = ""
    email: Annotated[str, Field(max_length=500)] = ""


class KeyForm(RightsForm):
    """A new key."""

    label: Annotated[str, Field(max_length=500)] = ""
    days: Annotated[str, Field(max_length=500)] = ""
    """For which it is good; empty: it does not expire."""


def administration(backend: Backend, request: Request) -> Administration:
    """In the name of who asks. Raises Forbidden for anybody but admins."""
    caller = asker(request)
    caller.require(Role.ADMIN, "This page")
    return Administration(backend.database(), Who(actor=actor_of(caller), address=asker_address(request)))


def role_of(written: str) -> Role:
    if written not in set(Role):
        raise SettingError(f"{written!a} is no role.", hint="Choose one of the list.")
    return Role(written)


def audience_of(written: str) -> Audience | None:
    """None where it is left to the role."""
    if written not in {"", *Audience}:
        raise SettingError(f"{written!a} is no audience.", hint="Choose one of the list.")
    return Audience(written) if written else None


def products_of(written: str) -> tuple[str, ...] | None:
    """One a line; None: all."""
    return tuple(filter(None, (line.strip() for line in written.splitlines()))) or None
