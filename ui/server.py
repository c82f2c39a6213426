"""The web process: Chainlit's chat, the cited documents, and health, behind one door.

Enters: settings and an address. Leaves: a running server, until it is told to stop.
"""

import os
import socket
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import ManualdeskError, SettingError
from serving.settings import Settings
from ui.backend import Backend, Parts, set_running
from ui.chat_folder import fill_chat_folder
from ui.gate import LOOPBACK, Gate, error_reply

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse
    from starlette.types import ASGIApp

HANDLERS = Path(__file__).with_name("app.py")


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the chat until interrupted. Raises SettingError for an address that cannot be used.

    Without sign-in only this machine may ask, so only a loopback address is bound.
    """
    from ui.composition import parts

    serve_parts(parts(settings), host=host, port=port)


def serve_parts(parts: Parts, *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the chat from these parts; see `serve`."""
    import typer
    import uvicorn

    with bound(host, port) as listener:
        backend = Backend(parts)
        backend.start()
        application = build(backend)
        address = f"http://{host}:{listener.getsockname()[1]}"
        typer.echo(f"Manualdesk is at {address} (this machine only: no sign-in is set up). Ctrl+C ends it.", err=True)
        configuration = uvicorn.Config(application, log_level="warning", ws="auto", timeout_graceful_shutdown=3)
        uvicorn.Server(configuration).run(sockets=[listener])


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to a loopback address. Raises SettingError for any other, and for a port in use."""
    if host not in LOOPBACK:
        raise SettingError(
            f"Manualdesk serves this machine only ({host} was asked for): no sign-in is set up.",
            hint="use --host 127.0.0.1, and reach it from elsewhere through an SSH tunnel",
        )
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise SettingError(
            f"Port {port} on {host} cannot be used: {error}.",
            hint=f"choose another one: manualdesk serve --port {port + 1 if 0 < port < 65535 else 8000}",
        ) from error
    return listener


def build(backend: Backend) -> "ASGIApp":
    """The whole web application. Imports Chainlit, which reads its configuration at that moment."""
    os.environ["CHAINLIT_APP_ROOT"] = str(fill_chat_folder(backend.home))
    from fastapi import FastAPI

    from ui.sources import source_routes

    set_running(backend)
    application = FastAPI(title="Manualdesk", docs_url=None, redoc_url=None, openapi_url=None)
    _add_health(application, backend)
    application.include_router(source_routes(backend))
    _add_chat(application)
    _add_refusals(application)
    return Gate(application)


def _add_health(application: "FastAPI", backend: Backend) -> None:
    import asyncio

    from fastapi.responses import JSONResponse

    @application.get("/healthz")
    async def alive() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @application.get("/readyz")
    async def ready() -> JSONResponse:
        index = await asyncio.to_thread(_index_state, backend)
        model = await backend.model_name()
        is_ready = bool(index["ready"]) and backend.ready
        state = {
            "ready": is_ready,
            "index": index,
            "embedder": _embedder_state(backend),
            "language_model": {"ready": bool(model), "model": model, "answers": "model" if model else "quotes only"},
        }
        return JSONResponse(state, status_code=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)


def _index_state(backend: Backend) -> dict[str, object]:
    try:
        info = backend.index_info()
    except ManualdeskError as error:
        return {"ready": False, "error": error.message, "hint": error.hint}
    return {"ready": True, "generation": info.generation, "documents": info.documents, "chunks": info.chunks}


def _embedder_state(backend: Backend) -> dict[str, object]:
    if backend.ready:
        return {"ready": True}
    if backend.failure:
        return {"ready": False, "error": backend.failure.message, "hint": backend.failure.hint}
    return {"ready": False, "error": "still loading", "hint": ""}


def _add_chat(application: "FastAPI") -> None:
    """Chainlit under `/`, its page without what it fetches from other hosts."""
    import logging
    import re

    from chainlit.server import get_html_template
    from chainlit.utils import mount_chainlit
    from fastapi.responses import FileResponse, HTMLResponse, Response

    # It warns for every browser language that has no readme page of its own, and is silent on what matters.
    logging.getLogger("chainlit").setLevel(logging.ERROR)

    @application.get("/")
    @application.get("/element/{_element:path}")
    async def page() -> Response:
        # Chainlit's page links fonts and formula styles of other hosts; ours has fonts of the system, no formulas.
        html: str = get_html_template("")  # type: ignore[no-untyped-call]
        return HTMLResponse(re.sub(r"<link\b[^>]*https://[^>]*>", "", html))

    @application.get("/public/elements/[{number:int}].jsx")
    async def numbered_source(number: int) -> Response:
        # Chainlit looks for an element's code under the element's name, and ours are named like their marks.
        del number
        return FileResponse(Path(__file__).parent / "public" / "elements" / "SourcePanel.jsx")

    mount_chainlit(app=application, target=str(HANDLERS), path="/")


def _add_refusals(application: "FastAPI") -> None:
    """Errors that the framework raises, in our form."""
    from chainlit.server import app as chat
    from starlette.exceptions import HTTPException

    application.add_exception_handler(HTTPException, _refuse)
    # Mounted under `/`, Chainlit gets each request whose method none of our routes takes, and refuses it.
    chat.add_exception_handler(HTTPStatus.METHOD_NOT_ALLOWED, _refuse)


def _refuse(request: "Request", error: Exception) -> "JSONResponse":
    from starlette.exceptions import HTTPException

    if not isinstance(error, HTTPException):
        raise error
    status, headers = HTTPStatus(error.status_code), error.headers or {}
    allowed = headers.get("Allow", "")
    message = f"{request.method} {request.url.path}: {error.detail}."
    reply = error_reply(status, message, f"use {allowed}" if allowed else "")
    reply.headers.update(headers)
    return reply
