"""The audit log, for admins: filtered, a page at a time."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from serving.accounts.audit import PAGE, Audit
from ui.admin.forms import administration
from ui.backend import Backend
from ui.web.rendering import PageRoute, page

_MOST = 2**62


def audit_routes(backend: Backend) -> APIRouter:
    """The routes below /desk/audit."""
    router = APIRouter(prefix="/desk/audit", route_class=PageRoute)

    @router.get("")
    def show(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        actor: Annotated[str, Query(max_length=255)] = "",
        action: Annotated[str, Query(max_length=64)] = "",
        before: Annotated[int, Query(ge=0, le=_MOST)] = 0,
    ) -> Response:
        administration(backend, request)
        audit = Audit(backend.database())
        found = audit.entries(actor=actor.strip(), action=action.strip(), text=q.strip(), before=before, limit=PAGE + 1)
        entries = [(entry, _told(entry.detail)) for entry in found[:PAGE]]
        older = found[PAGE - 1].id if len(found) > PAGE else 0
        chosen = {"q": q, "actor": actor, "action": action}
        return page(request, "admin/audit.html", entries=entries, older=older, before=before, chosen=chosen)

    return router


def _told(detail: str) -> str:
    """An entry's detail on one line."""
    try:
        said = json.loads(detail)
    except ValueError:
        return detail
    if not isinstance(said, dict):
        return detail
    return "; ".join(f"{name}: {_shown(value)}" for name, value in said.items() if value not in (None, "", [], {}))


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
