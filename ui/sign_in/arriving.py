"""Who comes from an OpenID provider becomes a person here: an identity comes in, a `Person` goes out, made at need."""

from serving.accounts.audit import Audit
from serving.accounts.people import People
from serving.accounts.types import LastAdmin, Person, PersonUnfit, Rights, SignIn
from serving.database.engine import AlreadyThere, Database
from serving.keys import Role
from ui.sign_in.provider import Identity, ProviderRefused


class Arrivals:
    """Finds or makes people."""

    def __init__(self, database: Database, *, default_role: Role | None, roles_are_theirs: bool) -> None:
        """`roles_are_theirs`: the provider decides on roles, at each sign-in anew."""
        self._people = People(database)
        self._audit = Audit(database)
        self._default_role = default_role
        self._roles_are_theirs = roles_are_theirs

    def person(self, identity: Identity, address: str) -> Person:
        """Raises ProviderRefused for who has no role here, or was disabled."""
        role = identity.role or self._default_role
        found = self._people.of_subject(identity.subject) or self._awaited(identity)
        if found is None:
            found = self._made(identity, role, address)
        elif self._roles_are_theirs:
            found = self._with_role(found, role, address)
        if found.disabled_at:
            raise _refused("This account is disabled.")
        return found

    def _awaited(self, identity: Identity) -> Person | None:
        """Somebody whom an admin added by name, and who comes for the first time."""
        for name in identity.names:
            found = self._people.find(name)
            if found is not None and found.way is SignIn.OIDC and not found.subject and found.id != name:
                self._people.bind(found, identity.subject)
                return self._people.get(found.id)
        return None

    def _made(self, identity: Identity, role: Role | None, address: str) -> Person:
        if role is None:
            raise _refused("You have no role here.")
        for name in identity.names:
            try:
                made = self._people.add(
                    "".join(name.split()),
                    Rights(role),
                    shown_name=identity.shown_name,
                    email=identity.email,
                    way=SignIn.OIDC,
                    subject=identity.subject,
                )
            except (AlreadyThere, PersonUnfit):
                continue
            self._audit.note(made.name, "person.added", made.name, {"role": made.role, "way": made.way}, address)
            return made
        raise _refused("Your name is somebody else's here.")

    def _with_role(self, person: Person, role: Role | None, address: str) -> Person:
        if role is None:
            raise _refused("You have no role here.")
        if role is person.role:
            return person
        try:
            changed = self._people.change(person, Rights(role))
        except LastAdmin as error:
            raise _refused("You are the only admin, and your provider gives you another role.") from error
        self._audit.note(
            person.name,
            "person.changed",
            person.name,
            {"before": person.role, "after": role, "by": "provider"},
            address,
        )
        return changed


def _refused(message: str) -> ProviderRefused:
    return ProviderRefused(message, hint="Ask an admin.")
