"""`manualdesk llm`: the language model server and its checkpoint."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.settings import load_settings

if TYPE_CHECKING:
    from serving.vllm.launch import Launch
    from serving.vllm.service import ServerState

llm_app = typer.Typer(help="The language model server.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Port = Annotated[int, typer.Option(help="Port of the server.", min=1, max=65535)]


def register(app: typer.Typer) -> None:
    app.add_typer(llm_app, name="llm")


@llm_app.command("serve")
def serve_llm(
    profile: Annotated[
        str | None,
        typer.Option(help="cpu, gpu, or a card's memory in GB: gpu-24 (or 24); gpu-24-long. Default: what is here."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8001,
    model: Annotated[str | None, typer.Option(help="Another model than the profile's: folder or hub name.")] = None,
    context: Annotated[int | None, typer.Option(help="Tokens of context. Default: what fits.", min=256)] = None,
    leave: Annotated[float, typer.Option(help="GiB of the card to leave to other programs.", min=0)] = 0.0,
    host: Annotated[str, typer.Option(help="Address to listen on; others need MANUALDESK_LLM_API_KEY.")] = "127.0.0.1",
    drain: Annotated[int, typer.Option(help="Seconds that running answers may go on after a stop.", min=0)] = 30,
    restart: Annotated[bool, typer.Option(help="Start it again when it ends or hangs.")] = True,
    plan: Annotated[
        bool, typer.Option("--plan", "--dry-run", help="Show what would be started, start nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --plan: print it as one JSON value.")] = False,
) -> None:
    """Start vLLM with the settings that fit this machine, and keep it running."""
    from serving.vllm.launch import Serving, plan_launch
    from serving.vllm.memory_plan import Wish

    if as_json and not plan:
        raise typer.BadParameter("It belongs to --plan: a server prints no result.", param_hint="--json")
    settings = load_settings()
    serving = Serving(host=host, port=port, api_key=settings.llm_api_key, drain_seconds=drain)
    wish = Wish(context_tokens=context, leave_gib=leave)
    launch = plan_launch(profile, port, model, models=settings.models, wish=wish, serving=serving, make=not plan)
    if plan:
        _show_plan(launch, as_json=as_json)
        return
    from serving.vllm.service import serve

    typer.echo(f"{launch.summary}\nReady when it says so, at http://{host}:{port}/v1 (Ctrl-C stops it).", err=True)
    raise typer.Exit(serve(launch, serving, settings.home, restart=restart))


@llm_app.command()
def status(
    port: Annotated[int | None, typer.Option(help="Of this server only.", min=1, max=65535)] = None,
    as_json: JsonOption = False,
) -> None:
    """How the model servers that run here are. Exit status 1 unless each of them answers."""
    from serving.vllm.service import states

    found = states(load_settings().home, port)
    if as_json:
        typer.echo(json.dumps([_as_json(state) for state in found], ensure_ascii=False))
    elif not found:
        typer.echo("no model server runs here: manualdesk llm serve", err=True)
    else:
        for state in found:
            _print_state(state)
    if not found or any(state.word != "ready" for state in found):
        raise typer.Exit(1)


@llm_app.command()
def logs(
    port: Port = 8001,
    lines: Annotated[int, typer.Option(help="How many of the last lines.", min=0)] = 50,
    following: Annotated[bool, typer.Option("--follow", "-f", help="Stay, and show new lines.")] = False,
) -> None:
    """What the model server wrote."""
    from ingest.errors import ModelUnavailable
    from serving.vllm.server_log import follow, last_lines, log_path

    path = log_path(load_settings().home, port)
    if not path.is_file():
        raise ModelUnavailable(f"{path} does not exist: nothing was served at port {port}", hint="manualdesk llm serve")
    for line in last_lines(path, lines):
        typer.echo(line)
    if following:
        for line in follow(path):
            typer.echo(line)


@llm_app.command()
def stop(
    port: Port = 8001,
    drain: Annotated[int, typer.Option(help="Seconds to wait for running answers.", min=0)] = 30,
) -> None:
    """End a model server of this machine; running answers may end first."""
    from serving.vllm.service import stop as run

    run(load_settings().home, port, drain_seconds=drain)
    typer.echo(f"the model server at port {port} is stopped", err=True)


@llm_app.command()
def quantize(
    model: Annotated[
        str, typer.Option(metavar="FOLDER|HUB", help="A folder, or a model of the hub, which is fetched.")
    ] = "Qwen/Qwen3-4B-Instruct-2507",
    out: Annotated[Path | None, typer.Option(help="Folder to make. Default: where `llm serve` finds it.")] = None,
    samples: Annotated[int, typer.Option(help="Conversations to calibrate with.", min=1)] = 256,
    as_json: JsonOption = False,
) -> None:
    """Make a 4-bit (AWQ) checkpoint of a model, calibrated with the ingested manuals' own texts."""
    from serving.compose import build_store
    from serving.vllm.quantize import checkpoint_folder, quantise

    settings = load_settings()
    folder = (out or checkpoint_folder(model, settings.models)).absolute()
    index = build_store(settings).open()
    try:
        made = quantise(index, folder, model=model, samples=samples)
    finally:
        index.close()
    if as_json:
        typer.echo(json.dumps(asdict(made), ensure_ascii=False))
        return
    typer.echo(f"{made.folder}: {made.bytes / 1e9:.2f} GB, from {made.conversations} conversations")
    typer.echo(f"loss of a token on {made.held_out} others: {made.loss_before:.3f} before, {made.loss_after:.3f} after")


def _show_plan(launch: "Launch", *, as_json: bool) -> None:
    if as_json:
        # The environment may hold a key.
        values = {
            "model": launch.model,
            "plan": asdict(launch.plan) if launch.plan else None,
            "command": launch.command,
            "environment": sorted(launch.environment),
        }
        typer.echo(json.dumps(values, ensure_ascii=False))
        return
    typer.echo(launch.summary)
    typer.echo(" ".join(launch.command))


def _as_json(state: "ServerState") -> dict[str, object]:
    load = asdict(state.load) if state.load else None
    return {**asdict(state.record), "state": state.word, "address": state.record.address, "load": load}


def _print_state(state: "ServerState") -> None:
    record = state.record
    typer.echo(f"{state.word:<9} {record.model} at {record.address}/v1, {_age(record.since)}")
    if record.detail:
        typer.echo(f"          {record.detail}")
    if record.restarts:
        typer.echo(f"          started again {record.restarts} times")
    if load := state.load:
        hits = f", {load.prefix_hits:.0%} of prompt tokens were cached" if load.prefix_hits is not None else ""
        typer.echo(f"          {load.running} running, {load.waiting} waiting, cache {load.cache_use:.0%} used{hits}")
    for line in record.summary.splitlines()[1:]:
        typer.echo(f"          {line.strip()}")
    typer.echo(f"          log: {record.log}")


def _age(since: float) -> str:
    seconds = max(0.0, time.time() - since)
    for size, word in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"for {seconds / size:.0f} {word}"
    return f"for {seconds:.0f} s"
