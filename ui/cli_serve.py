"""`manualdesk serve`: chat and HTTP."""

from typing import Annotated

import typer

from serving.settings import load_settings


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: Annotated[
        str,
        typer.Option(help="Address to listen on; without sign-in, any but this machine's own serves API keys only."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
) -> None:
    """Serve the chat and the HTTP interface."""
    from ui.server import serve as run

    run(load_settings(), host=host, port=port)
