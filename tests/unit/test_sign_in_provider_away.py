"""An OpenID provider that is away: one request waits for it, all others are told at once."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from serving.keys import Role
from tests.openid_provider import OpenIdProviderDouble
from ui.sign_in.deadline import Deadline
from ui.sign_in.provider import OpenIdProvider, ProviderRefused
from ui.sign_in.setup import Provider


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        yield listener


class Away:
    def __init__(self, silent: socket.socket) -> None:
        self.silent = silent
        self.now = 100.0
        issuer = f"http://127.0.0.1:{silent.getsockname()[1]}"
        known = Provider(issuer=issuer, client_id="m", client_secret="", role_claim="", roles=(("a", Role.AGENT),))
        self.provider = OpenIdProvider(known, "http://desk.example/back", clock=lambda: self.now)

    def refused(self) -> str:
        with pytest.raises(ProviderRefused) as refused:
            self.provider.start()
        return refused.value.message

    @contextmanager
    def one_waits(self) -> Iterator[None]:
        """Somebody waits for the provider, which hangs up at the end."""
        waiting = threading.Thread(target=self.refused, daemon=True)
        waiting.start()
        connection, _ = self.silent.accept()
        with connection:
            yield
        waiting.join(timeout=10)
        assert not waiting.is_alive()

    def nobody_called(self) -> bool:
        self.silent.settimeout(0)
        try:
            self.silent.accept()
        except BlockingIOError:
            return True
        finally:
            self.silent.settimeout(10)
        return False


def test_only_one_waits_for_a_provider_that_does_not_answer(silent: socket.socket) -> None:
    away = Away(silent)
    with away.one_waits():
        away.now += 2
        assert "not available just now" in away.refused()
        assert away.nobody_called()


def test_a_provider_that_failed_is_asked_again_after_some_seconds(silent: socket.socket) -> None:
    away = Away(silent)
    with away.one_waits():
        pass
    assert "not available just now" in away.refused()
    assert away.nobody_called()
    away.now += 6
    with away.one_waits():
        pass


def test_all_that_is_asked_at_one_step_has_one_deadline() -> None:
    now = 0.0
    deadline = Deadline(10, clock=lambda: now)
    request = httpx.Request("GET", "https://login.example/keys")
    deadline(request)
    assert set(request.extensions["timeout"].values()) == {5.0}
    now = 8.0
    deadline(request)
    assert set(request.extensions["timeout"].values()) == {2.0}, "no more than is left"
    now = 10.0
    with pytest.raises(httpx.ReadTimeout):
        deadline(request)


def test_a_provider_that_stops_to_answer_half_way_is_not_waited_for_again_and_again(silent: socket.socket) -> None:
    """It told its addresses, and then says nothing any more: to the code's exchange and to whatever would follow."""
    with OpenIdProviderDouble().running() as double:
        known = Provider(issuer=double.issuer, client_id="m", client_secret="", role_claim="", roles=())
        provider = OpenIdProvider(known, "http://desk.example/back", seconds=0.3)
        double.token_endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}/token"
        started = provider.start()
        begun = time.monotonic()
        with pytest.raises(ProviderRefused, match="did not confirm"):
            provider.finish("code", started)
        assert time.monotonic() - begun < 3
