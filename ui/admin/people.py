"""The people who may sign in: a list to search, one's rights to change, somebody new."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from ingest.errors import ManualdeskError
from ingest.index.contract import EVERYTHING
from serving.accounts.administration import Administration
from serving.accounts.types import Person, SignIn
from serving.api.errors import NotFound
from serving.api.redirect import see_other
from serving.keys import Role
from ui.admin.forms import AUDIENCES, ROLES, PersonForm, administration
from ui.backend import Backend
from ui.sign_in.setup import SignInSetup
from ui.web.rendering import PageRoute, page


def people_routes(backend: Backend, setup: SignInSetup, ended: Callable[[str], None]) -> APIRouter:
    """The routes below /desk/people: the list, and somebody new."""
    router = APIRouter(prefix="/desk/people", route_class=PageRoute)
    way = setup.way or SignIn.PASSWORD

    @router.get("")
    def everybody(request: Request, q: str = "", done: str = "") -> Response:
        people = administration(backend, request).people
        return page(request, "admin/people.html", people=people.all(q.strip()), q=q, done=done)

    @router.get("/new")
    def blank(request: Request) -> Response:
        administration(backend, request)
        return _new(request, backend, way, PersonForm(role=Role.AGENT))

    @router.post("/new")
    def add(request: Request, typed: Annotated[PersonForm, Form()]) -> Response:
        admin = administration(backend, request)
        try:
            made, password = admin.add(
                typed.name, typed.rights(), shown_name=typed.shown_name, email=typed.email, way=way
            )
        except ManualdeskError as error:
            return _new(request, backend, way, typed, error)
        if not password:
            return see_other("/desk/people?done=added")
        return page(request, "admin/one_time.html", person=made, password=password, hours=setup.one_time_hours)

    _add_one(router, backend, setup, ended)
    return router


def _new(
    request: Request,
    backend: Backend,
    way: SignIn,
    typed: PersonForm,
    error: ManualdeskError | None = None,
) -> Response:
    return page(
        request,
        "admin/person_new.html",
        typed=typed,
        way=way,
        roles=ROLES,
        audiences=AUDIENCES,
        known=backend.products(EVERYTHING),
        error=error,
    )


def _add_one(router: APIRouter, backend: Backend, setup: SignInSetup, ended: Callable[[str], None]) -> None:
    """The routes of one person."""

    @router.get("/{person}")
    def show(request: Request, person: str, done: str = "") -> Response:
        return _one(request, backend, administration(backend, request), person, done=done)

    @router.post("/{person}")
    def change(request: Request, person: str, typed: Annotated[PersonForm, Form()]) -> Response:
        admin = administration(backend, request)
        known = admin.people.get(person)
        try:
            with _telling(admin, known, ended):
                admin.change(known, typed.rights(), shown_name=typed.shown_name, email=typed.email)
        except ManualdeskError as error:
            return _one(request, backend, admin, person, error=error)
        return see_other(f"/desk/people/{known.id}?done=changed")

    @router.post("/{person}/{action}")
    def act(request: Request, person: str, action: str) -> Response:
        admin = administration(backend, request)
        known = admin.people.get(person)
        try:
            with _telling(admin, known, ended):
                password = _done(admin, known, action)
        except ManualdeskError as error:
            return _one(request, backend, admin, person, error=error)
        if password:
            return page(request, "admin/one_time.html", person=known, password=password, hours=setup.one_time_hours)
        return see_other(f"/desk/people/{known.id}?done={action}")


def _done(admin: Administration, person: Person, action: str) -> str:
    """Do what a button asks for; a one-time password where it makes one. Raises NotFound for what no button asks."""
    match action:
        case "disable":
            admin.disable(person)
        case "enable":
            admin.enable(person)
        case "sign-out":
            admin.end_sessions(person)
        case "password":
            return admin.new_password(person)
        case _:
            raise NotFound("There is no such page.")
    return ""


@contextmanager
def _telling(admin: Administration, person: Person, ended: Callable[[str], None]) -> Iterator[None]:
    """Tells of each of the person's sessions that ends within."""
    before = {session.id for _, session in admin.sessions.all(person.id)}
    yield
    for session in before - {session.id for _, session in admin.sessions.all(person.id)}:
        ended(session)


def _one(
    request: Request,
    backend: Backend,
    admin: Administration,
    person: str,
    *,
    done: str = "",
    error: ManualdeskError | None = None,
) -> Response:
    known = admin.people.get(person)
    return page(
        request,
        "admin/person.html",
        person=known,
        sessions=admin.sessions.all(known.id),
        roles=ROLES,
        audiences=AUDIENCES,
        known=backend.products(EVERYTHING),
        done=done,
        error=error,
    )
