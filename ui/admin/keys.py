"""API keys, for admins: what there is, a new one shown once, an end to one."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from ingest.errors import ManualdeskError, SettingError
from ingest.index.contract import EVERYTHING
from serving.api.redirect import see_other
from serving.database.engine import now
from serving.keys_store import KeyStore
from ui.admin.forms import AUDIENCES, ROLES, KeyForm, administration
from ui.backend import Backend
from ui.web.rendering import PageRoute, page

_MOST_DAYS = 36500


def key_routes(backend: Backend) -> APIRouter:
    """The routes below /desk/keys."""
    router = APIRouter(prefix="/desk/keys", route_class=PageRoute)
    keys = KeyStore(backend.home)

    @router.get("")
    def show(request: Request, done: str = "") -> Response:
        administration(backend, request)
        return _shown(request, backend, keys, done=done)

    @router.post("")
    def create(request: Request, typed: Annotated[KeyForm, Form()]) -> Response:
        admin = administration(backend, request)
        try:
            rights, days = typed.rights(), _days(typed.days)
            text, made = admin.add_key(
                keys, typed.label, rights.role, audience=rights.audience, products=rights.products, days=days
            )
        except ManualdeskError as error:
            return _shown(request, backend, keys, error=error)
        return page(request, "admin/key_once.html", text=text, made=made)

    @router.post("/{number}/revoke")
    def revoke(request: Request, number: str) -> Response:
        administration(backend, request).revoke_key(keys, number)
        return see_other("/desk/keys?done=revoked")

    return router


def _shown(
    request: Request, backend: Backend, keys: KeyStore, *, done: str = "", error: ManualdeskError | None = None
) -> Response:
    moment = now()
    return page(
        request,
        "admin/keys.html",
        keys=[(record, record.state(moment)) for record in keys.all()],
        roles=ROLES,
        audiences=AUDIENCES,
        known=backend.products(EVERYTHING),
        done=done,
        error=error,
    )


def _days(written: str) -> int | None:
    """None: it does not expire."""
    if not written.strip():
        return None
    days = int(written) if written.strip().isascii() and written.strip().isdigit() else 0
    if not 0 < days <= _MOST_DAYS:
        raise SettingError("That is no number of days.", hint="Leave it empty for a key that does not expire.")
    return days
