"""`manualdesk sites`: the web sites that carry the chat for customers."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import SettingError
from serving.settings import load_settings

if TYPE_CHECKING:
    from serving.customers.look import Look
    from serving.customers.sites import Site, Sites
    from serving.database.engine import Database

sites_app = typer.Typer(
    help="Sites: which web sites carry the chat, and what their visitors read.", no_args_is_help=True
)

IdArgument = Annotated[str, typer.Argument(help="Its id: small letters, digits and hyphens; stands in its script tag.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
NameOption = Annotated[str, typer.Option("--name", help="What people call it.")]
OriginOption = Annotated[
    list[str] | None, typer.Option("--origin", help="Address of its pages, https://shop.example; may be repeated.")
]
ProductOption = Annotated[
    list[str] | None,
    typer.Option("--product", help="Only public manuals of this product; may be repeated. Default: all public ones."),
]
ColourOption = Annotated[str, typer.Option("--colour", help="Of the bubble and the head, as #165f64.")]
PositionOption = Annotated[str, typer.Option("--position", help="right or left.")]
GreetingOption = Annotated[
    list[str] | None, typer.Option("--greeting", help="LANGUAGE=TEXT, such as en=Hello!; may be repeated.")
]
NoteOption = Annotated[
    list[str] | None, typer.Option("--privacy-note", help="LANGUAGE=TEXT, shown before the first question.")
]
LinkOption = Annotated[list[str] | None, typer.Option("--privacy-link", help="LANGUAGE=ADDRESS of a privacy page.")]
TargetOption = Annotated[
    str | None,
    typer.Option("--hand-over", help="Where hand-overs go: https://... or mailto:...; empty: they stay on their page."),
]
DailyOption = Annotated[int | None, typer.Option("--daily", help="Questions of all its visitors a day; 0: no limit.")]


def register(app: typer.Typer) -> None:
    app.add_typer(sites_app, name="sites")


@sites_app.command()
def add(
    site: IdArgument,
    origin: OriginOption = None,
    name: NameOption = "",
    product: ProductOption = None,
    colour: ColourOption = "",
    position: PositionOption = "",
    greeting: GreetingOption = None,
    privacy_note: NoteOption = None,
    privacy_link: LinkOption = None,
    hand_over: TargetOption = None,
    daily: DailyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a site, and print the script tag for its pages."""
    from serving.customers.origins import origin_of
    from serving.customers.sites import Site

    made = Site(
        id=site,
        name=name or site,
        origins=tuple(dict.fromkeys(origin_of(each) for each in origin or ())),
        products=tuple(product) if product else None,
        hand_over_to=hand_over or "",
    )
    looked = _looked(made.look, colour, position, (greeting, privacy_note, privacy_link))
    made = replace(made, look=looked, daily_questions=made.daily_questions if daily is None else daily)
    _told(_noted("site.added", lambda sites: sites.add(made)), as_json=as_json)


@sites_app.command("set")
def set_site(
    site: IdArgument,
    origin: OriginOption = None,
    name: NameOption = "",
    product: ProductOption = None,
    colour: ColourOption = "",
    position: PositionOption = "",
    greeting: GreetingOption = None,
    privacy_note: NoteOption = None,
    privacy_link: LinkOption = None,
    hand_over: TargetOption = None,
    daily: DailyOption = None,
    all_products: Annotated[bool, typer.Option("--all-products", help="All public manuals again.")] = False,
    new_secret: Annotated[bool, typer.Option("--new-secret", help="A new secret for signing hand-overs.")] = False,
    enabled: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Switch it on, or off at once, sessions included.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Change what is given, and leave the rest. Origins and products take the place of the old ones."""
    from serving.customers.origins import origin_of
    from serving.customers.sites import Sites

    def change(sites: Sites) -> "Site":
        old = sites.get(site)
        products = tuple(product) if product else old.products
        changed = replace(
            old,
            name=name or old.name,
            origins=tuple(dict.fromkeys(origin_of(each) for each in origin)) if origin else old.origins,
            products=None if all_products else products,
            look=_looked(old.look, colour, position, (greeting, privacy_note, privacy_link)),
            hand_over_to=old.hand_over_to if hand_over is None else hand_over,
            daily_questions=old.daily_questions if daily is None else daily,
        )
        return sites.change(_switched(changed, enabled, new_secret=new_secret))

    _told(_noted("site.changed", change), as_json=as_json)


@sites_app.command("list")
def list_sites(as_json: JsonOption = False) -> None:
    """All sites."""
    found = _sites().all()
    if as_json:
        typer.echo(json.dumps([_fields(site) for site in found], ensure_ascii=False))
        return
    for site in found:
        state = "disabled" if site.disabled_at else "enabled"
        products = ", ".join(site.products) if site.products else "all public manuals"
        typer.echo(f"{site.id}  {state}  {site.name}  {' '.join(site.origins)}  ({products})")
    if not found:
        typer.echo("No sites yet: manualdesk sites add ID --origin https://shop.example", err=True)


@sites_app.command()
def remove(
    site: IdArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove a site with its hand-overs. To switch it off for a while: manualdesk sites set ID --disable"""
    if not yes and not typer.confirm(f"Remove the site {site} and its hand-overs?", err=True):
        raise typer.Abort

    def take_out(sites: "Sites") -> "Site":
        removed = sites.get(site)
        sites.remove(site)
        return removed

    removed = _noted("site.removed", take_out)
    typer.echo(json.dumps(_fields(removed), ensure_ascii=False) if as_json else f"{removed.id}: removed")


def _noted(action: str, do: "Callable[[Sites], Site]") -> "Site":
    """What was done, after it is in the audit log."""
    from serving.accounts.audit import Audit, command_actor
    from serving.customers.sites import Sites

    database = _database()
    done = do(Sites(database))
    Audit(database).note(command_actor(), action, done.id, {"origins": done.origins, "hand_over_to": done.hand_over_to})
    return done


def _sites() -> "Sites":
    from serving.customers.sites import Sites

    return Sites(_database())


def _database() -> "Database":
    from serving.database.engine import Database

    settings = load_settings()
    return Database(settings.home, settings.database_url)


def _switched(site: "Site", enabled: bool | None, *, new_secret: bool) -> "Site":
    import secrets

    from serving.database.engine import now

    if enabled is not None:
        site = replace(site, disabled_at="" if enabled else site.disabled_at or now())
    return replace(site, hand_over_secret=secrets.token_urlsafe(32)) if new_secret else site


def _looked(look: "Look", colour: str, position: str, texts: "tuple[list[str] | None, ...]") -> "Look":
    """The look with what was given; a text that is empty takes the old one out."""
    greetings, notes, links = (
        {language: text for language, text in {**old, **_by_language(given)}.items() if text}
        for old, given in zip((look.greetings, look.notes, look.links), texts, strict=True)
    )
    return type(look)(
        colour=colour.lower() or look.colour,
        position=position or look.position,  # type: ignore[arg-type]  # checked where it is made
        greetings=greetings,
        notes=notes,
        links=links,
    )


def _by_language(given: list[str] | None) -> dict[str, str]:
    found = {}
    for each in given or ():
        language, equals, text = each.partition("=")
        if not equals:
            raise SettingError(f"{each!r} names no language.", hint="Write such as en=Hello!")
        found[language.strip().lower()] = text.strip()
    return found


def _told(site: "Site", *, as_json: bool) -> None:
    from serving.customers.tag import script_tag

    if as_json:
        typer.echo(json.dumps(_fields(site), ensure_ascii=False))
        return
    typer.echo(script_tag(load_settings().public_url, site.id))
    typer.echo(f"{site.id}: put this tag into its pages; secret of its webhook: see --json", err=True)


def _fields(site: "Site") -> dict[str, object]:
    look = site.look
    return {
        "id": site.id,
        "name": site.name,
        "origins": list(site.origins),
        "products": None if site.products is None else list(site.products),
        "colour": look.colour,
        "position": look.position,
        "greetings": dict(look.greetings),
        "privacy_notes": dict(look.notes),
        "privacy_links": dict(look.links),
        "hand_over_to": site.hand_over_to,
        "hand_over_secret": site.hand_over_secret,
        "daily_questions": site.daily_questions,
        "created_at": site.created_at,
        "disabled_at": site.disabled_at,
    }
