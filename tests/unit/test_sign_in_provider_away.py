"""An OpenID provider that is away: one request waits for it, all others are told at once."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from serving.keys import Role
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
