"""`manualdesk serve` (chat and HTTP) and `manualdesk llm` (the model server)."""

from typing import Annotated

import typer

from serving.settings import load_settings

llm_app = typer.Typer(help="The language model server.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command()(serve)
    app.add_typer(llm_app, name="llm")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; without sign-in only this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
) -> None:
    """Serve the chat and the HTTP interface."""
    from ui.server import serve as run

    run(load_settings(), host=host, port=port)


@llm_app.command("serve")
def serve_llm(
    profile: Annotated[
        str | None,
        typer.Option(help="cpu, gpu, or a card's memory in GB: gpu-24 (or 24). Default: what this machine has."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8001,
    model: Annotated[str | None, typer.Option(help="Another model than the profile's.")] = None,
) -> None:
    """Start vLLM with the settings that fit this machine."""
    from serving.vllm import serve_llm as run

    raise typer.Exit(run(profile, port, model))
