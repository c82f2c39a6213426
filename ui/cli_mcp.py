"""`manualdesk mcp`: search and ask for assistants that speak the Model Context Protocol."""

from typing import Annotated

import typer

from ingest.audience import Audience
from ingest.errors import SettingError


def register(app: typer.Typer) -> None:
    app.command()(mcp)


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Serve HTTP on this machine instead of stdin and stdout.")
    ] = False,
    host: Annotated[str, typer.Option(help="With --http: address to listen on; this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="With --http: port to listen on.", min=0, max=65535)] = 8002,
    audience: Annotated[
        Audience, typer.Option(help="What may be read: all, or public manuals only.")
    ] = Audience.INTERNAL,
    product: Annotated[
        list[str] | None, typer.Option(help="Only manuals of this product; may be given several times.")
    ] = None,
) -> None:
    """Serve search and ask to an assistant over MCP; it can read what these options say, and nothing else."""
    from serving.desk import Manualdesk
    from serving.mcp.server import build_server
    from serving.mcp.transport import PATH, serve_http, serve_pipes
    from ui.gate import LOOPBACK
    from ui.server import bound

    if http and host not in LOOPBACK:
        raise SettingError(
            f"`manualdesk mcp` serves this machine only ({host} was asked for): whoever reaches it may read.",
            hint="use --host 127.0.0.1, and reach it from elsewhere through an SSH tunnel",
        )
    with Manualdesk(audience=audience, products=product or None) as desk:
        server = build_server(desk)
        if not http:
            serve_pipes(server)
            return
        with bound(host, port) as listener:
            at = f"http://{host}:{listener.getsockname()[1]}{PATH}"
            typer.echo(f"MCP is at {at}, for {audience} readers. Ctrl+C ends it.", err=True)
            serve_http(server, listener)
