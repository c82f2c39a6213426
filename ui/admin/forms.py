"""What forms of rights and products hold, as values: typed text comes in, roles, audiences and products go out."""

from typing import Annotated, Final

from fastapi import Form, Request

from ingest.audience import Audience
from ingest.errors import SettingError
from serving.accounts.administration import Administration, Who
from serving.accounts.audit import actor_of
from serving.accounts.types import Rights
from serving.api.access import asker, asker_address
from serving.keys import Role
from ui.backend import Backend

Line = Annotated[str, Form(max_length=500)]
Lines = Annotated[str, Form(max_length=20_000)]
Typed = Annotated[str, Form(max_length=1000)]

ROLES: Final = tuple(reversed(Role))
AUDIENCES: Final = tuple(Audience)


def administration(backend: Backend, request: Request) -> Administration:
    """In the name of who asks. Raises Forbidden for anybody but admins."""
    caller = asker(request)
    caller.require(Role.ADMIN, "This page")
    return Administration(backend.database(), Who(actor=actor_of(caller), address=asker_address(request)))


def rights_of(role: str, audience: str, products: str) -> Rights:
    """Raises SettingError for a role or an audience that there is not."""
    chosen = role_of(role)
    return Rights(chosen, audience_of(audience), products_of(products))


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
