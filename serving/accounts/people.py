"""People who may sign in: what is said of them comes in, `Person` goes out. Usable from several threads."""

import secrets
from collections.abc import Mapping
from dataclasses import fields
from typing import Final

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from ingest.audience import Audience
from ingest.errors import SettingError
from serving.accounts.audit import clean
from serving.accounts.types import LastAdmin, NoSuchPerson, Person, PersonUnfit, Rights, SignIn
from serving.database.engine import AlreadyThere, Database, now
from serving.database.schema_accounts import people
from serving.keys import Role, audience_of

LONGEST_NAME: Final = 200
_KNOWN: Final = tuple(people.c[item.name] for item in fields(Person))


class People:
    """All people of one installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        name: str,
        rights: Rights,
        *,
        shown_name: str = "",
        email: str = "",
        way: SignIn = SignIn.PASSWORD,
        subject: str = "",
        password_hash: str = "",
        endless: bool = False,
    ) -> Person:
        """A new person; a password has to be changed at the first sign-in, and that within some hours unless `endless`.

        Raises PersonUnfit, and AlreadyThere where the name is taken.
        """
        typed = folded(name)
        reads, only = limits(rights)
        values = {
            "id": secrets.token_hex(8),
            "name": typed,
            "shown_name": shown(shown_name or name),
            "email": shown(email, empty=True),
            "role": rights.role.value,
            "audience": reads.value,
            "products": _joined(only),
            "way": way.value,
            "subject": subject[:512],
            "password_hash": password_hash,
            "must_change": bool(password_hash),
            "one_time_since": now() if password_hash and not endless else "",
            "failures": 0,
            "created_at": now(),
            "disabled_at": "",
            "last_seen_at": "",
        }
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(people).values(values))
        except AlreadyThere as error:
            raise AlreadyThere(f"There is a person {typed} already.", hint="Choose another name.") from error
        return self.get(typed)

    def get(self, who: str) -> Person:
        """By id or name. Raises NoSuchPerson."""
        found = self.find(who)
        if found is None:
            raise NoSuchPerson(f"There is no person {who!a}.", hint="See `manualdesk people list`.")
        return found

    def find(self, who: str) -> Person | None:
        if not who.isprintable():  # PostgreSQL takes no text with a zero in it
            return None
        return self._one(or_(people.c.id == who, people.c.name == who.strip().casefold()))

    def of_subject(self, subject: str) -> Person | None:
        """Who that is to the OpenID provider."""
        return self._one(people.c.subject == subject) if subject else None

    def all(self, text: str = "") -> list[Person]:
        """Everybody whose names or address hold that text, by name."""
        wanted: list[ColumnElement[bool]] = []
        if text:
            text = clean(text)
            columns = (people.c.name, people.c.shown_name, people.c.email)
            wanted.append(or_(*(func.lower(each).contains(text.lower(), autoescape=True) for each in columns)))
        with self._database.transaction() as connection:
            rows = connection.execute(select(*_KNOWN).where(*wanted).order_by(people.c.name)).all()
        return [person_of(row) for row in rows]

    def any(self) -> bool:
        with self._database.transaction() as connection:
            return connection.execute(select(people.c.id).limit(1)).first() is not None

    def change(self, person: Person, rights: Rights, *, shown_name: str = "", email: str | None = None) -> Person:
        """Other rights, another name to be shown. Raises PersonUnfit, and LastAdmin where nobody else is one."""
        reads, only = limits(rights)
        values = {
            "role": rights.role.value,
            "audience": reads.value,
            "products": _joined(only),
            "shown_name": shown(shown_name or person.shown_name),
            "email": person.email if email is None else shown(email, empty=True),
        }
        self._update(person, values, keeps_admin=rights.role is Role.ADMIN)
        return self.get(person.id)

    def disable(self, person: Person) -> Person:
        """Nobody signs in as them any more. Raises LastAdmin where nobody else is one."""
        self._update(person, {"disabled_at": now()}, keeps_admin=False)
        return self.get(person.id)

    def enable(self, person: Person) -> Person:
        self._update(person, {"disabled_at": "", "failures": 0}, keeps_admin=True)
        return self.get(person.id)

    def password_hash(self, person: Person) -> str:
        with self._database.transaction() as connection:
            chosen = select(people.c.password_hash).where(people.c.id == person.id)
            found: str | None = connection.execute(chosen).scalar()
        return found or ""

    def set_password_hash(self, person: Person, kept: str, *, must_change: bool) -> None:
        since = now() if must_change else ""
        values = {"password_hash": kept, "must_change": must_change, "one_time_since": since, "failures": 0}
        self._update(person, values, keeps_admin=True)

    def rehash(self, person: Person, kept: str) -> None:
        """The same password, hashed with today's parameters."""
        self._update(person, {"password_hash": kept}, keeps_admin=True)

    def failed(self, person: Person) -> None:
        """Count a sign-in that failed."""
        self._update(person, {"failures": people.c.failures + 1}, keeps_admin=True)

    def seen(self, person: Person) -> None:
        """They signed in."""
        self._update(person, {"failures": 0, "last_seen_at": now()}, keeps_admin=True)

    def bind(self, person: Person, subject: str) -> None:
        """From now on they are this subject of the OpenID provider."""
        self._update(person, {"subject": subject[:512]}, keeps_admin=True)

    def _update(self, person: Person, values: Mapping[str, object], *, keeps_admin: bool) -> None:
        with self._database.transaction() as connection:
            if not keeps_admin and person.role is Role.ADMIN and not _another_admin(connection, person):
                raise LastAdmin(f"{person.name} is the only admin.", hint="Make another person an admin first.")
            connection.execute(update(people).where(people.c.id == person.id).values(**values))

    def _one(self, wanted: ColumnElement[bool]) -> Person | None:
        with self._database.transaction() as connection:
            row = connection.execute(select(*_KNOWN).where(wanted)).first()
        return person_of(row) if row else None


def person_of(row: Row[tuple[object, ...]]) -> Person:
    """A row of the table as a person; further columns are left out."""
    values = {item.name: row._mapping[people.c[item.name]] for item in fields(Person)}
    return Person(
        **{
            **values,
            "role": Role(values["role"]),
            "audience": Audience(values["audience"]),
            "products": tuple(values["products"].split("\n")) if values["products"] is not None else None,
            "way": SignIn(values["way"]),
        }
    )


def folded(name: str) -> str:
    """A name as it is kept. Raises PersonUnfit."""
    typed = name.strip().casefold()
    if not typed or len(typed) > LONGEST_NAME or any(each.isspace() or not each.isprintable() for each in typed):
        raise PersonUnfit(f"{name!a} is no name to sign in with.", hint="One word, such as mia or mia@example.com")
    return typed


def shown(text: str, *, empty: bool = False) -> str:
    """A name or address to be shown, on one line. Raises PersonUnfit."""
    line = " ".join(text.split())
    if len(line) > LONGEST_NAME or not line.isprintable() or not (line or empty):
        raise PersonUnfit(f"{text!a} cannot be shown.", hint="Give one line of at most 200 characters.")
    return line


def limits(rights: Rights) -> tuple[Audience, tuple[str, ...] | None]:
    """What somebody with these rights reads. Raises PersonUnfit for limits that the role must not have."""
    role = rights.role
    only = tuple(dict.fromkeys(filter(None, (product.strip() for product in rights.products or ())))) or None
    if only and not all(product.isprintable() for product in only):
        raise PersonUnfit(f"{only!a} are no products.", hint="See `manualdesk products`.")
    try:
        return audience_of(role, rights.audience, only), only
    except SettingError as error:
        raise PersonUnfit(
            "A customer reads public manuals only."
            if role is Role.CUSTOMER
            else f"The role {role} reads all manuals, since it may change all of them.",
            hint="Leave products and audience away, or choose the role agent.",
        ) from error


def _another_admin(connection: Connection, person: Person) -> bool:
    admins = select(people.c.id).where(people.c.role == Role.ADMIN.value, people.c.disabled_at == "")
    # All of them are held, in one order: two admins who remove each other at once would else both find the other.
    held = connection.execute(admins.order_by(people.c.id).with_for_update()).scalars()
    return any(admin != person.id for admin in held.all())


def _joined(products: tuple[str, ...] | None) -> str | None:
    return "\n".join(products) if products else None
