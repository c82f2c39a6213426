"""All pages of accounts put together: an installation and its way of signing in come in, routers go out."""

from collections.abc import Callable

from fastapi import APIRouter

from serving.accounts.authentication import Authenticator
from serving.accounts.types import SignIn
from ui.admin.account import account_page_routes
from ui.admin.audit import audit_routes
from ui.admin.keys import key_routes
from ui.admin.people import people_routes
from ui.admin.sessions import session_routes
from ui.backend import Backend
from ui.sign_in.pages import new_password_routes, sign_in_routes, sign_out_routes, signing_out
from ui.sign_in.provider_pages import provider_routes
from ui.sign_in.setup import SignInSetup


def account_routes(backend: Backend, setup: SignInSetup, ended: Callable[[str], None]) -> tuple[APIRouter, ...]:
    """Signing in and out, one's own account, and what admins do. `ended` is told of each session that ends here."""
    authenticator = Authenticator(backend.database(), one_time_hours=setup.one_time_hours)
    out = signing_out(backend, ended)
    return (
        sign_in_routes(setup, authenticator, out),
        new_password_routes(setup, authenticator),
        sign_out_routes(setup, out),
        *((provider_routes(backend, setup, authenticator, out),) if setup.way is SignIn.OIDC else ()),
        account_page_routes(backend, authenticator, ended),
        people_routes(backend, setup, ended),
        session_routes(backend, ended),
        key_routes(backend),
        audit_routes(backend),
    )
