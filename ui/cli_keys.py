"""`manualdesk keys`: make, list and revoke the API keys that the HTTP interface asks for."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.audience import Audience
from serving.settings import Settings, load_settings

if TYPE_CHECKING:
    from serving.accounts.administration import Administration
    from serving.keys import KeyRecord

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
keys_app = typer.Typer(help="API keys: who may call the HTTP interface, and what they may read.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(keys_app, name="keys")


@keys_app.command()
def create(
    label: Annotated[str, typer.Argument(help="Who uses it, such as: web shop.")],
    role: Annotated[
        str, typer.Option(help="customer (asks in public manuals), agent, editor (changes manuals) or admin.")
    ] = "agent",
    audience: Annotated[
        Audience | None, typer.Option(help="What it reads. Default: internal, for a customer public.")
    ] = None,
    product: Annotated[
        list[str] | None, typer.Option(help="Only manuals of this product; may be given several times.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="Expires after so many days. Default: never.", min=1, max=36500)] = (
        None
    ),
    as_json: JsonOption = False,
) -> None:
    """Make a key and print it. It is shown this once; only a hash is kept."""
    from ingest.errors import SettingError
    from serving.keys import Role
    from serving.keys_store import KeyStore

    if role not in set(Role):
        raise SettingError(f"--role has value {role!r}.", hint=f"Give one of: {', '.join(Role)}.")
    products = tuple(product) if product else None
    settings = load_settings()
    text, made = _administration(settings).add_key(
        KeyStore(settings.home), label, Role(role), audience=audience, products=products, days=days
    )
    if as_json:
        typer.echo(json.dumps({"key": text, **_fields(made)}, ensure_ascii=False))
        return
    typer.echo(text)
    typer.echo(f"{_told(made)}. Keep it now: it is not shown again.", err=True)


@keys_app.command("list")
def list_keys(as_json: JsonOption = False) -> None:
    """All keys, without their secrets, the newest first."""
    from serving.keys_store import KeyStore

    found = KeyStore(load_settings().home).all()
    if as_json:
        typer.echo(json.dumps([_fields(record) for record in found], ensure_ascii=False))
        return
    for record in found:
        used = f"used {record.last_used_at[:10]}" if record.last_used_at else "never used"
        typer.echo(f"{record.number}  {_state(record):7}  {_told(record)}, {used}")
    if not found:
        typer.echo("No keys yet: manualdesk keys create LABEL", err=True)


@keys_app.command()
def revoke(
    number: Annotated[str, typer.Argument(help="As `manualdesk keys list` shows it.")], as_json: JsonOption = False
) -> None:
    """End a key at once and for good; a server that runs refuses it from the next call on."""
    from serving.keys_store import KeyStore

    settings = load_settings()
    ended = _administration(settings).revoke_key(KeyStore(settings.home), number)
    typer.echo(json.dumps(_fields(ended), ensure_ascii=False) if as_json else f"{_told(ended)}: revoked")


def _administration(settings: Settings) -> "Administration":
    from serving.accounts.administration import Administration, Who
    from serving.accounts.audit import command_actor
    from serving.database.engine import Database

    return Administration(Database(settings.home, settings.database_url), Who(actor=command_actor()))


def _fields(record: "KeyRecord") -> dict[str, object]:
    return {**asdict(record), "state": _state(record)}


def _state(record: "KeyRecord") -> str:
    from datetime import UTC, datetime

    return record.state(datetime.now(UTC).isoformat(timespec="seconds"))


def _told(record: "KeyRecord") -> str:
    products = f", only {', '.join(record.products)}" if record.products else ""
    until = f", until {record.expires_at[:10]}" if record.expires_at else ""
    return f"{record.label}: {record.role}, reads {record.audience} manuals{products}{until}"
