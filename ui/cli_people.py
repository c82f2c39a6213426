"""`manualdesk people`, `manualdesk sessions` and `manualdesk audit`: who may sign in, who is, and who changed what."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.audience import Audience
from serving.settings import Settings, load_settings

if TYPE_CHECKING:
    from serving.accounts.administration import Administration
    from serving.accounts.types import Person, Rights, Session
    from serving.database.engine import Database

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
NameArgument = Annotated[str, typer.Argument(help="The name that is typed to sign in, or the id.")]
RoleOption = Annotated[str, typer.Option(help="agent, editor (changes manuals) or admin (decides on people).")]
AudienceOption = Annotated[Audience | None, typer.Option(help="What they read. Default: what the role reads.")]
ProductOption = Annotated[
    list[str] | None, typer.Option(help="Only manuals of this product; may be given several times.")
]
people_app = typer.Typer(help="People: who may sign in, and what they may do.", no_args_is_help=True)
sessions_app = typer.Typer(help="Sessions: who is signed in, and an end to it.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(people_app, name="people")
    app.add_typer(sessions_app, name="sessions")
    app.command("audit")(audit)


@people_app.command("list")
def list_people(as_json: JsonOption = False) -> None:
    """Everybody who may sign in, by name."""
    found = _administration().people.all()
    if as_json:
        typer.echo(json.dumps([asdict(person) for person in found], ensure_ascii=False))
        return
    for person in found:
        typer.echo(_told(person))
    if not found:
        typer.echo("Nobody yet: manualdesk people add NAME --role admin", err=True)


@people_app.command()
def add(
    name: NameArgument,
    role: RoleOption = "agent",
    shown_name: Annotated[str, typer.Option(help="As pages greet them. Default: the name.")] = "",
    email: Annotated[str, typer.Option(help="Their address.")] = "",
    audience: AudienceOption = None,
    product: ProductOption = None,
    way: Annotated[str, typer.Option(help="How they sign in: password, oidc or header. Default: as is set up.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Add a person; prints the one-time password, which is shown this once."""
    from ingest.errors import SettingError
    from serving.accounts.types import SignIn

    settings = load_settings()
    by = way or settings.sign_in or SignIn.PASSWORD
    if by not in set(SignIn):
        raise SettingError(f"--way has value {by!r}.", hint=f"Give one of: {', '.join(SignIn)}.")
    rights = _rights(role, audience, product)
    admin = _administration(settings)
    made, password = admin.add(name, rights, shown_name=shown_name, email=email, way=SignIn(by))
    _show_secret(made, password, settings.one_time_password_hours, as_json=as_json)


@people_app.command("set")
def change(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="agent, editor, admin or customer. Default: as before.")] = "",
    shown_name: Annotated[str, typer.Option(help="As pages greet them.")] = "",
    email: Annotated[str | None, typer.Option(help="Their address.")] = None,
    audience: AudienceOption = None,
    product: ProductOption = None,
    all_products: Annotated[bool, typer.Option("--all-products", help="No limit to products any more.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Change a person's rights or names; other rights end their sessions. What is not named stays."""
    from serving.keys import Role

    admin = _administration()
    person = admin.people.get(name)
    wanted = _rights(role or person.role, audience, product)
    limited = wanted.role in {Role.CUSTOMER, Role.AGENT}
    kept_products = person.products if limited and not all_products else None
    kept_audience = person.audience if wanted.role is Role.AGENT and person.role is Role.AGENT else None
    rights = type(wanted)(wanted.role, wanted.audience or kept_audience, wanted.products or kept_products)
    changed, ended = admin.change(person, rights, shown_name=shown_name, email=email)
    _show(changed, as_json=as_json)
    if ended:
        typer.echo(f"{ended} sessions ended.", err=True)


@people_app.command()
def disable(name: NameArgument, as_json: JsonOption = False) -> None:
    """Let a person in no more; their sessions end at once."""
    admin = _administration()
    _show(admin.disable(admin.people.get(name)), as_json=as_json)


@people_app.command()
def enable(name: NameArgument, as_json: JsonOption = False) -> None:
    """Let a disabled person in again."""
    admin = _administration()
    _show(admin.enable(admin.people.get(name)), as_json=as_json)


@people_app.command()
def password(name: NameArgument, as_json: JsonOption = False) -> None:
    """Give a person a one-time password in place of theirs; their sessions end at once."""
    settings = load_settings()
    admin = _administration(settings)
    person = admin.people.get(name)
    _show_secret(person, admin.new_password(person), settings.one_time_password_hours, as_json=as_json)


@sessions_app.command("list")
def list_sessions(
    person: Annotated[str, typer.Option(help="Only of this person.")] = "", as_json: JsonOption = False
) -> None:
    """Who is signed in, the newest session first."""
    admin = _administration()
    found = admin.sessions.all(admin.people.get(person).id if person else "")
    if as_json:
        rows = [{**asdict(session), "name": holder.name} for holder, session in found]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for holder, session in found:
        typer.echo(_told_session(holder, session))
    if not found:
        typer.echo("Nobody is signed in.", err=True)


@sessions_app.command()
def end(
    session: Annotated[str, typer.Argument(help="As `manualdesk sessions list` shows it.")] = "",
    person: Annotated[str, typer.Option(help="All of this person's.")] = "",
    as_json: JsonOption = False,
) -> None:
    """End a session, or all of a person's; open chats end within seconds."""
    admin = _administration()
    if bool(session) is bool(person):
        raise typer.BadParameter("give a session, or --person NAME")
    ended = 1
    if person:
        ended = admin.end_sessions(admin.people.get(person))
    else:
        admin.end_session(session)
    typer.echo(json.dumps({"ended": ended}) if as_json else f"{ended} ended")


def audit(
    text: Annotated[str, typer.Option(help="Only entries with this in them.")] = "",
    actor: Annotated[str, typer.Option(help="Only what this person, key or command did.")] = "",
    action: Annotated[str, typer.Option(help="Only actions that begin so, such as person.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=100_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """Who changed what, the newest first: people, roles, keys, sessions, sites, what was published."""
    from serving.accounts.audit import Audit

    found = Audit(_database(load_settings())).entries(text=text, actor=actor, action=action, limit=limit)
    if as_json:
        rows = [{**asdict(entry), "detail": json.loads(entry.detail)} for entry in found]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for entry in found:
        detail = f"  {entry.detail}" if entry.detail != "{}" else ""
        typer.echo(f"{entry.at[:19]}  {entry.actor}  {entry.action}  {entry.target}{detail}")


def _administration(settings: Settings | None = None) -> "Administration":
    from serving.accounts.administration import Administration, Who
    from serving.accounts.audit import command_actor

    return Administration(_database(settings or load_settings()), Who(actor=command_actor()))


def _database(settings: Settings) -> "Database":
    from serving.database.engine import Database

    return Database(settings.home, settings.database_url)


def _rights(role: str, audience: Audience | None, products: list[str] | None) -> "Rights":
    from ingest.errors import SettingError
    from serving.accounts.types import Rights
    from serving.keys import Role

    if role not in set(Role):
        raise SettingError(f"--role has value {role!r}.", hint=f"Give one of: {', '.join(Role)}.")
    return Rights(Role(role), audience, tuple(products) if products else None)


def _show(person: "Person", *, as_json: bool) -> None:
    typer.echo(json.dumps(asdict(person), ensure_ascii=False) if as_json else _told(person))


def _show_secret(person: "Person", secret: str, hours: int, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**asdict(person), "one_time_password": secret}, ensure_ascii=False))
        return
    if secret:
        typer.echo(secret)
        within = f", which has to be within {hours} hours" if hours > 0 else ""
        typer.echo(f"It works once, is shown this once, and has to be changed at the first sign-in{within}.", err=True)
    typer.echo(_told(person), err=True)


def _told(person: "Person") -> str:
    state = "disabled" if person.disabled_at else "one-time password" if person.must_change else "active"
    products = f", only {', '.join(person.products)}" if person.products else ""
    reads = f"{person.role}, reads {person.audience} manuals{products}"
    return f"{person.id}  {state:9}  {person.name} ({person.shown_name}): {reads}, by {person.way}"


def _told_session(person: "Person", session: "Session") -> str:
    since = f"since {session.created_at[:16]}, last seen {session.seen_at[:16]}"
    return f"{session.id}  {person.name}  {since}, from {session.address or 'nowhere'}  {session.browser}"
