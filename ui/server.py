"""The web process: Chainlit's chat, the HTTP interface and the cited documents, behind one gate.

Enters: settings and an address. Leaves: a running server, until it is told to stop.
"""

import os
import socket
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import SettingError
from serving.accounts.types import Signed, SignIn
from serving.keys_store import KeyStore
from serving.settings import Settings
from ui.backend import Backend, Parts, set_running
from ui.chat_folder import fill_chat_folder
from ui.connections import impatient
from ui.gate import LOOPBACK
from ui.sign_in.setup import NO_SIGN_IN, SignInSetup

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI
    from starlette.routing import Mount
    from starlette.types import ASGIApp

HANDLERS = Path(__file__).with_name("app.py")
MOST_CONNECTIONS = 2000
"""Open at once; more are told to come back. Each costs little, but none may cost the machine."""


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve chat, pages and HTTP interface until interrupted. Raises SettingError for an address that cannot be used.

    Without sign-in the chat is for this machine only. Another address than a loopback one then serves the HTTP
    interface alone, and only where there is a key to call it with.
    """
    from ui.composition import parts
    from ui.sign_in.setup import sign_in_setup

    setup = sign_in_setup(settings)
    serve_parts(parts(settings), host=host, port=port, calls_a_minute=settings.calls_a_minute, setup=setup)


def serve_parts(
    parts: Parts,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    calls_a_minute: int = 0,
    setup: SignInSetup = NO_SIGN_IN,
) -> None:
    """Serve from these parts; see `serve`."""
    import typer
    import uvicorn

    local = host in LOOPBACK
    if setup.way is not None and not local and not setup.public_url:
        raise SettingError(
            f"Served on {host}, Manualdesk has to know the address that browsers reach it under.",
            hint="set it, such as: MANUALDESK_PUBLIC_URL=https://desk.example",
        )
    with bound(host, port, anywhere=setup.way is not None or KeyStore(parts.home).any_active()) as listener:
        backend = Backend(parts)
        backend.start()
        application = build(backend, local=local, calls_a_minute=calls_a_minute, setup=setup)
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        typer.echo(f"Manualdesk is at {address} ({_for_whom(setup, local=local)}). Ctrl+C ends it.", err=True)
        if setup.way is SignIn.PASSWORD and (password := _first_password(backend)):
            typer.echo(f"Sign in as admin with the one-time password {password}; it is shown this once.", err=True)
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


def _for_whom(setup: SignInSetup, *, local: bool) -> str:
    if setup.way is not None:
        reached = f", for browsers {setup.public_url}" if setup.public_url else ""
        return f"sign-in by {setup.way}{reached}"
    return "this machine only: no sign-in is set up" if local else "HTTP interface for keys; the chat is not served"


def _first_password(backend: Backend) -> str:
    from serving.accounts.administration import first_admin
    from serving.accounts.audit import command_actor

    return first_admin(backend.database(), command_actor())


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


def build(
    backend: Backend, *, local: bool = True, calls_a_minute: int = 0, setup: SignInSetup = NO_SIGN_IN
) -> "ASGIApp":
    """The whole web application; with chat and pages where it is `local`, or people sign in."""
    from serving.api.routes import ERRORS, build_application
    from ui.entrance import entrance
    from ui.sources import source_routes
    from ui.web.static_files import static_files
    from ui.widget.customers import Customers
    from ui.widget.serving import add_widget, customer_pages, widget_origins, widget_way

    application: ASGIApp
    application = framework = build_application(backend)
    framework.include_router(source_routes(backend), responses=ERRORS)
    framework.routes.append(static_files())
    customers = Customers(backend, own=setup.public_url, local=local and setup.way is None)
    add_widget(framework, customers)
    if local or setup.way is not None:
        from ui.chat_identity import ChatIdentity
        from ui.open_sockets import OpenSockets

        secret, open_sockets = _chat_secret(backend), OpenSockets(_gone(backend))
        for router in (*customer_pages(customers), *page_routes(backend, setup, open_sockets.end)):
            framework.include_router(router, include_in_schema=False)
        _add_chat(framework, backend, secret)
        application = ChatIdentity(framework, secret, open_sockets)
    return entrance(
        application,
        backend,
        setup,
        local=local,
        calls_a_minute=calls_a_minute,
        others=(widget_way(customers),),
        around=lambda door: widget_origins(door, customers),
    )


def page_routes(backend: Backend, setup: SignInSetup, ended: Callable[[str], None]) -> "tuple[APIRouter, ...]":
    """All server-rendered pages, each area's in one line; the last answers what is none of them.

    `ended` is told of each session that a page ends.
    """
    from ui.chat.conversation_pages import conversation_routes
    from ui.chat.routes import chat_routes
    from ui.curating.routes import curating_routes
    from ui.editing.routes import editing_routes
    from ui.sign_in.routes import account_routes
    from ui.web.nowhere import nowhere_routes

    return (
        *account_routes(backend, setup, ended),
        chat_routes(backend),
        conversation_routes(backend),
        editing_routes(backend),
        curating_routes(backend),
        nowhere_routes(),
    )


def _chat_secret(backend: Backend) -> str:
    from serving.accounts.installation_secret import CHAT, installation_secret

    return installation_secret(backend.database(), CHAT)


def _gone(backend: Backend) -> Callable[[list[Signed]], list[Signed]]:
    from serving.accounts.ways import StillHere

    return StillHere(backend.database()).gone


def _add_chat(application: "FastAPI", backend: Backend, secret: str) -> None:
    """Chainlit under `/`, its page without what it fetches from other hosts.

    It reads its configuration when it is imported. `secret` signs whom `ChatIdentity` says its user is.
    """
    import logging
    import re

    os.environ["CHAINLIT_APP_ROOT"] = str(fill_chat_folder(backend.home))
    os.environ["CHAINLIT_CUSTOM_AUTH"] = "1"
    os.environ["CHAINLIT_AUTH_SECRET"] = secret
    set_running(backend)
    from chainlit.server import app as chat
    from chainlit.server import build_dir, get_html_template
    from chainlit.utils import mount_chainlit
    from fastapi.responses import FileResponse, HTMLResponse, Response

    from serving.api.errors import framework_error
    from ui.web.static_files import FOR_NOW

    # It warns for every browser language that has no readme page of its own, and is silent on what matters.
    logging.getLogger("chainlit").setLevel(logging.ERROR)

    @application.get("/")
    @application.get("/element/{_element:path}")
    @application.get("/thread/{_thread:path}")
    async def page() -> Response:
        # Chainlit's page links fonts and formula styles of other hosts; ours has fonts of the system, no formulas.
        html: str = get_html_template("")  # type: ignore[no-untyped-call]
        return HTMLResponse(re.sub(r"<link\b[^>]*https://[^>]*>", "", html))

    @application.get("/public/elements/[{number:int}].jsx")
    async def numbered_source(number: int) -> Response:
        # Chainlit looks for an element's code under the element's name, and ours are named like their marks.
        del number
        panel = Path(__file__).parent / "public" / "elements" / "SourcePanel.jsx"
        return FileResponse(panel, headers={"Cache-Control": FOR_NOW})

    application.routes.extend(_chat_files(backend.home / "chat", Path(build_dir) / "assets"))
    mount_chainlit(app=application, target=str(HANDLERS), path="/")
    # Mounted under `/`, Chainlit gets each request whose method none of our routes takes, and refuses it.
    chat.add_exception_handler(HTTPStatus.METHOD_NOT_ALLOWED, framework_error)


def _chat_files(folder: Path, assets: Path) -> "list[Mount]":
    """Chainlit would compress its script of 4.6 MB anew for each visitor, in the thread that everybody waits for."""
    from starlette.routing import Mount

    from ui.web.brotli_copies import BrotliCopies
    from ui.web.static_files import FOR_GOOD, FOR_NOW, KeptFiles

    return [
        Mount("/assets", KeptFiles(assets, FOR_GOOD, BrotliCopies(folder / "compressed"))),
        Mount("/public", KeptFiles(folder / "public", FOR_NOW)),
    ]
