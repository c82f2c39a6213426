"""The web process: Chainlit's chat, the HTTP interface and the cited documents, behind one gate.

Enters: settings and an address. Leaves: a running server, until it is told to stop.
"""

import os
import socket
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import SettingError
from serving.keys_store import KeyStore
from serving.settings import Settings
from ui.backend import Backend, Parts, set_running
from ui.chat_folder import fill_chat_folder
from ui.connections import impatient
from ui.gate import LOOPBACK, PROGRAMS, Gate

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI
    from starlette.types import ASGIApp

HANDLERS = Path(__file__).with_name("app.py")
MOST_CONNECTIONS = 2000
"""Open at once; more are told to come back. Each costs little, but none may cost the machine."""


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve chat and HTTP interface until interrupted. Raises SettingError for an address that cannot be used.

    Without sign-in the chat is for this machine only. Another address than a loopback one serves the HTTP interface
    alone, and only where there is a key to call it with.
    """
    from ui.composition import parts

    serve_parts(parts(settings), host=host, port=port, calls_a_minute=settings.calls_a_minute)


def serve_parts(parts: Parts, *, host: str = "127.0.0.1", port: int = 8000, calls_a_minute: int = 0) -> None:
    """Serve from these parts; see `serve`."""
    import typer
    import uvicorn

    local = host in LOOPBACK
    with bound(host, port, anywhere=KeyStore(parts.home).any_active()) as listener:
        backend = Backend(parts)
        backend.start()
        application = build(backend, local=local, calls_a_minute=calls_a_minute)
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        what = "this machine only: no sign-in is set up" if local else "HTTP interface for keys; the chat is not served"
        typer.echo(f"Manualdesk is at {address} ({what}). Ctrl+C ends it.", err=True)
        configuration = uvicorn.Config(
            application,
            http=impatient(),
            log_level="warning",
            ws="auto",
            timeout_graceful_shutdown=3,
            limit_concurrency=MOST_CONNECTIONS,
            proxy_headers=False,  # who asks is told by a key, never by a header that anybody can send
            server_header=False,
        )
        uvicorn.Server(configuration).run(sockets=[listener])


def bound(host: str, port: int, *, anywhere: bool = False) -> socket.socket:
    """A socket bound to a loopback address, or where `anywhere` is set, to any other.

    Raises SettingError for an address that must not or cannot be used, and for a port in use.
    """
    if host not in LOOPBACK and not anywhere:
        raise SettingError(
            f"Manualdesk serves this machine only ({host} was asked for): no sign-in is set up, and no API key.",
            hint="use --host 127.0.0.1 and an SSH tunnel; or serve the HTTP interface to keys: manualdesk keys create",
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


def build(backend: Backend, *, local: bool = True, calls_a_minute: int = 0) -> "ASGIApp":
    """The whole web application; with the chat where it is `local`."""
    from serving.api.access import Door
    from serving.api.routes import ERRORS, build_application
    from serving.api.ways import key_ways
    from ui.sources import source_routes
    from ui.web.static_files import static_files
    from ui.widget.customers import Customers
    from ui.widget.serving import add_widget, widget_origins, widget_way

    application = build_application(backend)
    application.include_router(source_routes(backend), responses=ERRORS)
    application.routes.append(static_files())
    customers = Customers(backend, local=local)
    add_widget(application, customers)
    for router in page_routes(backend):
        application.include_router(router, include_in_schema=False)
    if local:
        _add_chat(application, backend)
    ways = (widget_way(customers), *key_ways(KeyStore(backend.home), local=local, calls_a_minute=calls_a_minute))
    door = widget_origins(Door(application, backend.metrics, ways), customers)
    return Gate(door) if local else Gate(door, areas=PROGRAMS, hosts=frozenset())


def page_routes(backend: Backend) -> "tuple[APIRouter, ...]":
    """All server-rendered pages, each area's in one line; the last answers what is none of them."""
    from ui.web.nowhere import nowhere_routes

    del backend
    return (nowhere_routes(),)


def _add_chat(application: "FastAPI", backend: Backend) -> None:
    """Chainlit under `/`, its page without what it fetches from other hosts.

    It reads its configuration when it is imported.
    """
    import logging
    import re

    os.environ["CHAINLIT_APP_ROOT"] = str(fill_chat_folder(backend.home))
    set_running(backend)
    from chainlit.server import app as chat
    from chainlit.server import get_html_template
    from chainlit.utils import mount_chainlit
    from fastapi.responses import FileResponse, HTMLResponse, Response

    from serving.api.errors import framework_error

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
    # Mounted under `/`, Chainlit gets each request whose method none of our routes takes, and refuses it.
    chat.add_exception_handler(HTTPStatus.METHOD_NOT_ALLOWED, framework_error)
