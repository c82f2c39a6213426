"""What admins do, by page or command: each change of people, sessions and keys, with its entry in the audit log."""

from dataclasses import dataclass

from ingest.audience import Audience
from serving.accounts import passwords
from serving.accounts.audit import Audit
from serving.accounts.people import People
from serving.accounts.sessions import Sessions
from serving.accounts.types import NoSuchPerson, Person, PersonUnfit, Rights, SignIn
from serving.database.engine import Database
from serving.keys import KeyRecord, Role
from serving.keys_store import KeyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose doing it is, for the log."""

    actor: str
    address: str = ""


class Administration:
    """Changes in the name of one actor."""

    def __init__(self, database: Database, who: Who) -> None:
        self._who = who
        self._audit = Audit(database)
        self.people = People(database)
        self.sessions = Sessions(database)

    def add(
        self,
        name: str,
        rights: Rights,
        *,
        shown_name: str = "",
        email: str = "",
        way: SignIn = SignIn.PASSWORD,
        endless: bool = False,
    ) -> tuple[Person, str]:
        """A new person, and where they sign in with a password, the one-time one, which is not kept. It works for some
        hours (see `authentication`), or `endless` until it is used.

        Raises PersonUnfit and AlreadyThere.
        """
        password = passwords.one_time_password() if way is SignIn.PASSWORD else ""
        kept = passwords.hashed(password) if password else ""
        made = self.people.add(
            name, rights, shown_name=shown_name, email=email, way=way, password_hash=kept, endless=endless
        )
        self._note("person.added", made, {**_rights(made), "way": made.way})
        return made, password

    def change(
        self, person: Person, rights: Rights, *, shown_name: str = "", email: str | None = None
    ) -> tuple[Person, int]:
        """Other rights or names. Other rights end the person's sessions, so that they hold at once: how many that were.

        Raises PersonUnfit and LastAdmin.
        """
        changed = self.people.change(person, rights, shown_name=shown_name, email=email)
        before, after = _rights(person), _rights(changed)
        ended = self.sessions.end_all(person.id) if before != after else 0
        if changed != person:
            names = {"shown_name": changed.shown_name, "email": changed.email}
            self._note("person.changed", changed, {"before": before, "after": after, **names})
        return changed, ended

    def disable(self, person: Person) -> Person:
        """Nobody signs in as them; their sessions end. Raises LastAdmin."""
        disabled = self.people.disable(person)
        ended = self.sessions.end_all(person.id)
        self._note("person.disabled", person, {"sessions_ended": ended})
        return disabled

    def enable(self, person: Person) -> Person:
        enabled = self.people.enable(person)
        self._note("person.enabled", person, {})
        return enabled

    def new_password(self, person: Person) -> str:
        """A one-time password in place of the present one; their sessions end. Raises PersonUnfit."""
        if person.way is not SignIn.PASSWORD:
            raise PersonUnfit(
                f"{person.name} signs in without a password of ours ({person.way}).", hint="Change it where it is kept."
            )
        password = passwords.one_time_password()
        self.people.set_password_hash(person, passwords.hashed(password), must_change=True)
        ended = self.sessions.end_all(person.id)
        self._note("password.reset", person, {"sessions_ended": ended})
        return password

    def end_session(self, session: str) -> None:
        """Raises NoSuchPerson where there is no such session."""
        if not self.sessions.end(session):
            raise NoSuchPerson(f"There is no session {session!a}.", hint="See `manualdesk sessions list`.")
        self._audit.note(self._who.actor, "session.ended", session, {}, self._who.address)

    def end_sessions(self, person: Person) -> int:
        """All of a person's; how many that were."""
        ended = self.sessions.end_all(person.id)
        self._note("sessions.ended", person, {"sessions_ended": ended})
        return ended

    def add_key(
        self,
        keys: KeyStore,
        label: str,
        role: Role,
        *,
        audience: Audience | None = None,
        products: tuple[str, ...] | None = None,
        days: int | None = None,
    ) -> tuple[str, KeyRecord]:
        """A new API key: its text, which is not kept, and its record. Raises SettingError."""
        text, made = keys.create(label, role, audience=audience, products=products, days=days)
        said = {"label": made.label, "role": made.role, "audience": made.audience, "products": made.products}
        self._audit.note(self._who.actor, "key.added", made.number, said, self._who.address)
        return text, made

    def revoke_key(self, keys: KeyStore, number: str) -> KeyRecord:
        """End a key. Raises SettingError where there is none of that number."""
        ended = keys.revoke(number)
        self._audit.note(self._who.actor, "key.revoked", number, {"label": ended.label}, self._who.address)
        return ended

    def _note(self, action: str, person: Person, detail: dict[str, object]) -> None:
        self._audit.note(self._who.actor, action, person.name, detail, self._who.address)


def _rights(person: Person) -> dict[str, object]:
    return {"role": person.role, "audience": person.audience, "products": person.products}


def first_admin(database: Database, actor: str) -> str:
    """Where there is nobody yet, the admin's one-time password; else nothing. It has no end: nobody could give another,
    and it stands where only an operator reads it."""
    if People(database).any():
        return ""
    administration = Administration(database, Who(actor=actor))
    return administration.add("admin", Rights(Role.ADMIN), shown_name="Admin", endless=True)[1]
