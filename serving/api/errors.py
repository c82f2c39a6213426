"""Errors as HTTP replies, in one form: `{"error": {"type", "message", "hint"}}` with the fitting status.

What an error tells depends on who asked: paths and other inner matters are for editors and the server's log.
"""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ingest.errors import (
    GateRefused,
    IndexUnusable,
    ManualdeskError,
    MassRemoval,
    ModelUnavailable,
    NothingPublished,
    ReadError,
    RecordsUnusable,
    SettingError,
)
from serving.assistant import QuestionUnusable
from serving.conversations.types import NoConversation
from serving.gaps.types import GapUnknown
from serving.keys import Caller, Forbidden, KeyRefused, Role
from serving.stored.types import CuratedUnknown

log = logging.getLogger("manualdesk.api")

TOLD_PROBLEMS = 5
"""Of a request that does not fit; the first ones help, a hundred more do not."""


class NotFound(ManualdeskError):
    """There is no such thing, or none that the caller may see: the two are not told apart."""


class Conflict(ManualdeskError):
    """What is asked for does not fit what is there now."""


class BadRequest(ManualdeskError):
    """The request cannot be understood, or asks for what is not offered."""


class TooLarge(ManualdeskError):
    """More bytes than are taken."""


class TooSlow(ManualdeskError):
    """The request took too long to arrive."""


class Overdue(ManualdeskError):
    """An answer took too long."""


class TooMany(ManualdeskError):
    """More calls than the limit allows."""

    def __init__(self, message: str, *, hint: str = "", seconds: int = 1) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


class Carried(HTTPException):
    """Brings an error of ours through the framework's reading of a body, which makes all others its own."""

    def __init__(self, error: ManualdeskError) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST)
        self.error = error


STATUSES: Sequence[tuple[type[ManualdeskError], HTTPStatus]] = (
    (QuestionUnusable, HTTPStatus.BAD_REQUEST),
    (BadRequest, HTTPStatus.BAD_REQUEST),
    (SettingError, HTTPStatus.BAD_REQUEST),
    (ReadError, HTTPStatus.BAD_REQUEST),
    (KeyRefused, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (GapUnknown, HTTPStatus.NOT_FOUND),
    (CuratedUnknown, HTTPStatus.NOT_FOUND),
    (NoConversation, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (MassRemoval, HTTPStatus.CONFLICT),
    (GateRefused, HTTPStatus.CONFLICT),
    (TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (TooSlow, HTTPStatus.REQUEST_TIMEOUT),
    (Overdue, HTTPStatus.GATEWAY_TIMEOUT),
    (TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (NothingPublished, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexUnusable, HTTPStatus.SERVICE_UNAVAILABLE),
    (ModelUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (RecordsUnusable, HTTPStatus.SERVICE_UNAVAILABLE),
)


def error_reply(status: HTTPStatus, message: str, hint: str = "", kind: str = "") -> JSONResponse:
    """An error in the one form; its type is the status' name where no other is given."""
    kind = kind or status.phrase.lower().replace(" ", "_")
    return JSONResponse({"error": _shown(kind, message, hint)}, status_code=status)


def status_of(error: ManualdeskError) -> HTTPStatus:
    """The status that an error of ours ends a request with."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)


def reply_to(error: ManualdeskError, caller: Caller | None) -> JSONResponse:
    """The reply to this caller (None: nobody known)."""
    status = status_of(error)
    reply = JSONResponse({"error": error_body(error, caller)}, status_code=status)
    if isinstance(error, TooMany):
        reply.headers["Retry-After"] = str(error.seconds)
    if status is HTTPStatus.UNAUTHORIZED:
        reply.headers["WWW-Authenticate"] = "Bearer"
    return reply


def error_body(error: ManualdeskError, caller: Caller | None) -> dict[str, str]:
    """Type, message and hint. Our own troubles name files and addresses: only who can mend them is told those."""
    kind = _snake(type(error).__name__)
    inner = isinstance(error, IndexUnusable | ModelUnavailable | RecordsUnusable)
    if inner and not (caller and caller.role.covers(Role.EDITOR)):
        log.warning("%s: %s", kind, error.message)
        return _shown(
            kind, "Manualdesk cannot answer just now.", "Try again later; the server's log tells its operator why."
        )
    return _shown(kind, error.message, error.hint)


def add_handlers(application: FastAPI) -> None:
    """Every error of the application, the framework's too, in our form."""
    application.add_exception_handler(ManualdeskError, _ours)
    application.add_exception_handler(RequestValidationError, _unfitting)
    application.add_exception_handler(HTTPException, framework_error)
    application.add_exception_handler(Exception, _unexpected)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ManualdeskError)  # noqa: S101 - what it is registered for
    return reply_to(error, caller_of(request))


async def _unfitting(_request: Request, error: Exception) -> JSONResponse:
    """A body or a parameter that does not fit: the places are named, what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    problems = [f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()[:TOLD_PROBLEMS]]
    return error_reply(HTTPStatus.BAD_REQUEST, "; ".join(problems), "See /v1/openapi.json for what fits.")


async def framework_error(request: Request, error: Exception) -> JSONResponse:
    """An error that the framework raises."""
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    if isinstance(error, Carried):
        return reply_to(error.error, caller_of(request))
    status, headers = HTTPStatus(error.status_code), error.headers or {}
    allowed = headers.get("Allow", "")
    message = f"{request.method} {request.url.path}: {error.detail}."
    reply = error_reply(status, message, f"use {allowed}" if allowed else "")
    reply.headers.update(headers)
    return reply


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    # The framework raises it again after this reply, so that the server logs it with its traceback.
    return JSONResponse({"error": unexpected_body()}, status_code=HTTPStatus.INTERNAL_SERVER_ERROR)


def unexpected_body() -> dict[str, str]:
    """Of an error that is nobody's but ours."""
    hint = "Ask again; if it happens again, the server's log tells its operator why."
    return _shown("internal_server_error", "Something unexpected went wrong.", hint)


def caller_of(request: Request) -> Caller | None:
    """Who asks, as the door found out; None at a health check without a key."""
    found: Caller | None = getattr(request.state, "caller", None)
    return found


def as_json(value: Mapping[str, object]) -> str:
    """On one line; what no UTF-8 can hold is replaced, never an error."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace").decode()


def _shown(kind: str, message: str, hint: str) -> dict[str, str]:
    """A name that came in as broken text must not break the reply."""
    parts = {"type": kind, "message": message, "hint": hint}
    return {key: text.encode(errors="replace").decode() for key, text in parts.items()}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
