"""Signing in through an OpenID provider and through a proxy's header, over real HTTP with really signed tokens."""

import socket
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from serving.accounts.types import Rights, SignIn
from serving.keys import Role
from tests.api_desk import serving
from tests.openid_provider import CLIENT, SECRET, OpenIdProviderDouble
from tests.signed_desk import SignedDesk, browser
from ui.sign_in.setup import Provider, SignInSetup

Serve = Callable[..., SignedDesk]


@pytest.fixture
def provider() -> Iterator[OpenIdProviderDouble]:
    with OpenIdProviderDouble().running() as running:
        yield running


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Company:
    """A desk that trusts the provider; browsers come through `address`."""

    def __init__(self, folder: Path, provider: OpenIdProviderDouble, **said: object) -> None:
        # The provider sends browsers to the public address: a browser of tests goes on at the real one.
        self.public = "http://desk.example"
        known = Provider(
            issuer=provider.issuer,
            client_id=CLIENT,
            client_secret=SECRET,
            role_claim="groups",
            roles=said.get("roles", (("admins", Role.ADMIN), ("support", Role.AGENT))),  # type: ignore[arg-type]
        )
        default = said.get("default_role")
        assert default is None or isinstance(default, Role)
        setup = SignInSetup(way=SignIn.OIDC, public_url=self.public, provider=known, default_role=default)
        self.desk = SignedDesk(folder, setup)

    def arrive(self, http: httpx.Client, wanted: str = "/desk/account") -> httpx.Response:
        """Go to the provider and come back; the reply to that."""
        left = http.get("/sign-in/provider", params={"next": wanted})
        assert left.status_code == HTTPStatus.SEE_OTHER, left.text
        there = httpx.get(left.headers["Location"], follow_redirects=False, trust_env=False)
        back = there.headers["Location"]
        assert back.startswith(f"{self.public}/sign-in/provider/back?")
        return http.get(back.removeprefix(self.public))


def at(address: str) -> httpx.Client:
    return browser(address, Host="desk.example", Origin="http://desk.example")


def test_the_first_sign_in_makes_the_person(tmp_path: Path, provider: OpenIdProviderDouble) -> None:
    company = Company(tmp_path, provider)
    provider.claims = {"sub": "4711", "preferred_username": "Mia", "name": "Mia Lopez", "email": "mia@desk.example",
                       "groups": ["staff", "support"]}  # fmt: skip
    with serving(company.desk.application()) as address, at(address) as http:
        assert "/sign-in/provider?next=/desk/account" in http.get("/sign-in?next=/desk/account").text
        reply = company.arrive(http)
        assert (reply.status_code, reply.headers["Location"]) == (HTTPStatus.SEE_OTHER, "/desk/account")
        assert "Mia Lopez" in http.get("/desk/account").text
        (mia,) = company.desk.administration.people.all()
        assert (mia.name, mia.role, mia.way) == ("mia", Role.AGENT, SignIn.OIDC)
        provider.claims |= {"groups": ["admins", "support"], "preferred_username": "renamed"}
        provider.renew_key()
        company.arrive(http)
        (mia,) = company.desk.administration.people.all()
        assert (mia.name, mia.role) == ("mia", Role.ADMIN), "the provider decides on roles, whatever the name is now"
        assert http.post("/sign-in", data={"name": "mia", "password": ""}).headers["Location"] == "/sign-in"


def test_who_has_no_role_or_is_disabled_stays_outside(tmp_path: Path, provider: OpenIdProviderDouble) -> None:
    company = Company(tmp_path, provider)
    with serving(company.desk.application()) as address, at(address) as http:
        provider.claims = {"sub": "1", "preferred_username": "guest", "groups": ["staff"]}
        assert company.arrive(http).status_code == HTTPStatus.FORBIDDEN
        assert not company.desk.administration.people.all()
        provider.claims["groups"] = "support"
        assert company.arrive(http).status_code == HTTPStatus.SEE_OTHER
        company.desk.administration.disable(company.desk.administration.people.get("guest"))
        assert company.arrive(http).status_code == HTTPStatus.FORBIDDEN
        assert http.get("/desk/account").status_code == HTTPStatus.SEE_OTHER


def test_an_admin_can_await_somebody_and_a_name_is_not_taken_over(
    tmp_path: Path, provider: OpenIdProviderDouble
) -> None:
    company = Company(tmp_path, provider, roles=(), default_role=Role.AGENT)
    people = company.desk.administration.people
    awaited, _ = company.desk.administration.add("eve", Rights(Role.EDITOR), way=SignIn.OIDC)
    company.desk.person("pat", Role.ADMIN)
    with serving(company.desk.application()) as address, at(address) as http:
        for subject, name in (("1", "eve"), ("2", "eve"), ("3", "pat")):
            provider.claims = {"sub": subject, "preferred_username": name}
            company.arrive(http)
    assert people.get("eve").id == awaited.id
    assert people.get("eve").subject.endswith(" 1")
    assert {person.name: person.role for person in people.all()} == {
        "eve": Role.EDITOR, "2": Role.AGENT, "pat": Role.ADMIN, "3": Role.AGENT,
    }  # fmt: skip


def test_a_provider_may_call_itself_with_a_slash_at_the_end(tmp_path: Path, provider: OpenIdProviderDouble) -> None:
    company = Company(tmp_path, provider, default_role=Role.AGENT, roles=())
    provider.lies = {"issuer": f"{provider.issuer}/", "iss": f"{provider.issuer}/"}
    with serving(company.desk.application()) as address, at(address) as http:
        assert company.arrive(http).status_code == HTTPStatus.SEE_OTHER
        provider.lies["iss"] = provider.issuer
        assert company.arrive(http).status_code == HTTPStatus.FORBIDDEN, "a token says what the provider says"


@pytest.mark.parametrize(
    "lies",
    [
        {"signed_by_another": True},
        {"unsigned": True},
        {"nonce": "another"},
        {"aud": "somebody-else"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"issuer": "https://evil.example"},
    ],
    ids=lambda lies: next(iter(lies)),
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    tmp_path: Path, provider: OpenIdProviderDouble, lies: dict[str, object]
) -> None:
    company = Company(tmp_path, provider, default_role=Role.AGENT, roles=())
    provider.lies = lies
    with serving(company.desk.application()) as address, at(address) as http:
        if "issuer" in lies:
            assert http.get("/sign-in/provider").status_code == HTTPStatus.FORBIDDEN
        else:
            assert company.arrive(http).status_code == HTTPStatus.FORBIDDEN
        assert http.get("/user").status_code == HTTPStatus.SEE_OTHER
    assert not company.desk.administration.people.all()


def test_a_sign_in_ends_where_it_was_begun(tmp_path: Path, provider: OpenIdProviderDouble) -> None:
    company = Company(tmp_path, provider, default_role=Role.AGENT, roles=())
    with serving(company.desk.application()) as address, at(address) as http, at(address) as victim:
        left = http.get("/sign-in/provider?next=//evil.example")
        there = httpx.get(left.headers["Location"], trust_env=False).headers["Location"]
        back = there.removeprefix(company.public)
        assert victim.get(back).status_code == HTTPStatus.FORBIDDEN, "a code is of use in its own browser only"
        assert http.get(back.replace("state=", "state=x")).status_code == HTTPStatus.FORBIDDEN
        assert http.get(back).headers["Location"] == "/", "and nobody is sent elsewhere"
        assert http.get(back).status_code == HTTPStatus.FORBIDDEN, "a code works once"


def test_a_provider_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    gone = OpenIdProviderDouble(issuer=f"http://127.0.0.1:{free_port()}")
    company = Company(tmp_path, gone)
    with serving(company.desk.application()) as address, at(address) as http:
        reply = http.get("/sign-in/provider")
        assert reply.status_code == HTTPStatus.FORBIDDEN
        assert "cannot be reached" in reply.text


HEADER = "X-Forwarded-User"


def by_header(folder: Path, proxies: tuple[str, ...], role: Role | None) -> SignedDesk:
    setup = SignInSetup(
        way=SignIn.HEADER, header=HEADER, proxies=proxies, default_role=role, public_url="http://desk.example"
    )
    return SignedDesk(folder, setup)


def test_a_trusted_proxy_tells_who_it_is(tmp_path: Path) -> None:
    desk = by_header(tmp_path, ("127.0.0.1",), Role.AGENT)
    with serving(desk.application()) as address, at(address) as http:
        assert http.get("/user").status_code == HTTPStatus.UNAUTHORIZED, "no header, nobody"
        mia = {HEADER: "Mia@Example.com", "X-Forwarded-For": "198.51.100.9, 192.0.2.8"}
        assert http.get("/user", headers=mia).json()["display_name"] == "Mia@Example.com"
        made = desk.administration.people.get("mia@example.com")
        assert made.way is SignIn.HEADER
        assert http.get("/desk/people", headers=mia).status_code == HTTPStatus.FORBIDDEN
        for bad in ("", "two words", "x" * 500, "\u202emia", b"\xff\xfe"):
            sent = [(HEADER.encode(), bad if isinstance(bad, bytes) else bad.encode())]
            assert http.get("/user", headers=sent).status_code == HTTPStatus.UNAUTHORIZED
        named = [(HEADER.encode(), "小林".encode())]
        assert http.get("/user", headers=named).json()["display_name"] == "小林"
        twice = [(HEADER, "mia@example.com"), (HEADER, "admin")]
        assert httpx.get(f"{address}/user", headers=[*twice, ("Host", "desk.example")]).status_code == 401
        foreign = mia | {"Origin": "https://evil.example"}
        assert http.post("/v1/ask", headers=foreign, json={"question": "a"}).status_code == HTTPStatus.FORBIDDEN
        bare = mia | {"Host": "desk.example"}
        assert httpx.post(f"{address}/v1/jobs", headers=bare).status_code == HTTPStatus.FORBIDDEN
        desk.administration.disable(made)
        assert http.get("/user", headers=mia).status_code == HTTPStatus.UNAUTHORIZED


def test_anybody_elses_header_is_refused(tmp_path: Path) -> None:
    desk = by_header(tmp_path, ("10.0.0.0/8",), Role.ADMIN)
    with serving(desk.application()) as address, at(address) as http:
        for path in ("/user", "/desk/people", "/v1/documents"):
            assert http.get(path, headers={HEADER: "admin"}).status_code == HTTPStatus.UNAUTHORIZED
        key = {HEADER: "admin", "Authorization": f"Bearer {desk.desk.key(Role.CUSTOMER)}"}
        assert http.get("/v1/documents", headers=key).status_code == HTTPStatus.FORBIDDEN, "a key is what it is"
    assert not desk.administration.people.all()


def test_a_proxys_people_are_not_those_with_a_password(tmp_path: Path) -> None:
    desk = by_header(tmp_path, ("127.0.0.1",), None)
    desk.person("boss", Role.ADMIN)
    with serving(desk.application()) as address, at(address) as http:
        for name in ("boss", "somebody"):
            assert http.get("/user", headers={HEADER: name}).status_code == HTTPStatus.UNAUTHORIZED


def test_a_proxys_people_make_so_many_calls_a_minute_each(tmp_path: Path) -> None:
    desk = by_header(tmp_path, ("127.0.0.1",), Role.AGENT)
    with serving(desk.application(calls_a_minute=30)) as address, at(address) as http:
        statuses = [http.get("/v1/models", headers={HEADER: "mia"}).status_code for _ in range(12)]
        assert statuses[0] == HTTPStatus.OK
        assert statuses[-1] == HTTPStatus.TOO_MANY_REQUESTS
        assert http.get("/v1/models", headers={HEADER: "noa"}).status_code == HTTPStatus.OK
        pages = {http.get("/user", headers={HEADER: "mia"}).status_code for _ in range(12)}
        assert pages == {HTTPStatus.OK}, "a page brings dozens of pictures and scripts along"
