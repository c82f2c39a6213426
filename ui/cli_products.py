"""`manualdesk products`: what the manuals are about, and the other words that people have for it."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import SettingError
from serving.settings import load_settings

if TYPE_CHECKING:
    from retrieval.aliases import Aliases
    from retrieval.models import Catalogue

products_app = typer.Typer(help="The products, their models, and other words for them.", no_args_is_help=True)
Product = Annotated[str, typer.Argument(help="As `manualdesk products list` names it.")]
Alias = Annotated[str, typer.Argument(help="What people call it.")]


def register(app: typer.Typer) -> None:
    app.add_typer(products_app, name="products")


@products_app.command("list")
def list_products(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False) -> None:
    """Every product and model that a question can name, with its aliases and manuals."""
    names = _catalogue().all()
    aliases = _aliases().all()
    rows = [
        {
            "name": name.shown,
            "kind": name.kind.name.lower(),
            "aliases": list(aliases.get(name.shown, ())),
            "documents": sorted(name.documents),
        }
        for name in sorted(names, key=lambda name: (name.kind, name.shown.lower()))
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for name in rows:
        known = f"  also: {', '.join(name['aliases'])}" if name["aliases"] else ""
        typer.echo(f"{name['kind']:<8} {name['name']:<24} {len(name['documents'])} manuals{known}")


@products_app.command("alias")
def add_alias(product: Product, alias: Alias) -> None:
    """Let a word stand for a product, from the next question on."""
    catalogue = _catalogue()
    if not catalogue.knows(product):
        known = ", ".join(sorted(name.shown for name in catalogue.all()))
        hint = f"It can be the first words of a manual's title, or one of: {known}."
        raise SettingError(f"No product is called {product!r}.", hint=hint)
    _aliases().add(product, alias)
    typer.echo(f"{alias} now stands for {product}.", err=True)


@products_app.command("unalias")
def remove_alias(product: Product, alias: Alias) -> None:
    """Take a word away again."""
    _aliases().remove(product, alias)
    typer.echo(f"{alias} no longer stands for {product}.", err=True)


def _aliases() -> "Aliases":
    from retrieval.aliases import FILE, Aliases

    return Aliases(load_settings().home / FILE)


def _catalogue() -> "Catalogue":
    from ingest.index.contract import EVERYTHING
    from retrieval.models import Catalogue
    from serving.compose import build_store

    return Catalogue(build_store(load_settings()).open(), EVERYTHING)
