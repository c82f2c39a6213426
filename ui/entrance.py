"""The entrance of the web process: gate, door and chat identity put before an application, as sign-in is set up.

Enters: the application and a `SignInSetup`. Leaves: what the server serves.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from serving.accounts.types import SignIn
from serving.api.access import Door
from serving.api.ways import HereWay, KeyWay, Proxies, Way
from serving.keys_store import KeyStore
from ui.backend import Backend
from ui.gate import EVERYTHING, LOOPBACK, PROGRAMS, Area, Gate
from ui.sign_in.setup import SignInSetup

if TYPE_CHECKING:
    from starlette.types import ASGIApp

SIGNED_OUT: Final = Area(exactly=frozenset({"/login"}))
"""Where the chat's page goes when it learns that nobody is signed in."""


def entrance(
    application: "ASGIApp",
    backend: Backend,
    setup: SignInSetup,
    *,
    local: bool,
    calls_a_minute: int,
    others: tuple[Way, ...] = (),
    around: "Callable[[ASGIApp], ASGIApp]" = lambda door: door,
) -> "ASGIApp":
    """`local`: only this machine reaches us. `others`: further ways to find out who asks, before ours; `around`: what
    stands between the gate and the door."""
    by_key = KeyWay(KeyStore(backend.home), calls_a_minute=calls_a_minute)
    if setup.way is None:
        here = (HereWay(),) if local else ()
        door = Door(application, backend.metrics, (*others, *here, by_key))
        return Gate(around(door)) if local else Gate(door, areas=PROGRAMS, hosts=frozenset())
    proxies = Proxies(setup.proxies)
    people = _people_way(backend, setup, proxies, calls_a_minute=calls_a_minute)
    # A header is a proxy's word, and so is the sign-in page behind it: nothing of ours to be sent to.
    has_page = setup.way is not SignIn.HEADER
    door = Door(
        application, backend.metrics, (*others, by_key, people), own=setup.public_url, sign_in=has_page
    ).trusting(proxies)
    hosts = LOOPBACK | ({setup.host} if setup.host else set())
    return Gate(around(door), areas=(*EVERYTHING, SIGNED_OUT), hosts=frozenset(hosts), own=setup.public_url)


def _people_way(backend: Backend, setup: SignInSetup, proxies: Proxies, *, calls_a_minute: int) -> Way:
    from serving.accounts.ways import Cookie, HeaderWay, SessionWay

    if setup.way is SignIn.HEADER:
        return HeaderWay(
            backend.database(),
            setup.header,
            proxies,
            default_role=setup.default_role,
            calls_a_minute=calls_a_minute,
        )
    return SessionWay(backend.database(), Cookie(secure=setup.is_secure), calls_a_minute=calls_a_minute)
