"""Receivers of hand-overs on loopback: a webhook's server and a mail server, each keeping what it was sent."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Delivery:
    headers: dict[str, str]
    body: bytes


class WebhookReceiver:
    """Replies with the statuses it is told, then with 200; a redirect leads to a path of its own."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.deliveries: list[Delivery] = []
        self.paths: list[str] = []
        self.arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def wait(self, count: int, seconds: float = 30) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.deliveries) >= count, seconds)

    @contextmanager
    def running(self) -> Iterator["WebhookReceiver"]:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def _handler(receiver) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Quiet."""

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
                with receiver.arrived:
                    receiver.paths.append(self.path)
                    receiver.deliveries.append(Delivery(dict(self.headers), body))
                    receiver.arrived.notify_all()

        return Handler


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP as a client needs that hands one mail in; encryption it may offer, but never begins."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *, offers_starttls: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.offers_starttls = offers_starttls
        self.mails: list[str] = []
        self.arrived = threading.Condition()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def wait(self, count: int, seconds: float = 30) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.mails) >= count, seconds)

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline().decode("latin-1").strip():
            word = line.split()[0].upper()
            if word == "DATA":
                self._say("354 go on")
                self._take()
            elif word == "EHLO" and self.server.offers_starttls:
                self._say("250-ok")
                self._say("250 STARTTLS")
            elif word == "STARTTLS":
                self._say("220 go on")
                self.rfile.read()  # and say nothing more
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline().decode()) not in ("", ".\r\n"):
            lines.append(line)
        with self.server.arrived:
            self.server.mails.append("".join(lines))
            self.server.arrived.notify_all()
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class SlowReceiver:
    """Takes connections and says `word` again and again, with pauses, until it is let go; then it hangs up."""

    def __init__(self, word: bytes = b"", *, pause_seconds: float = 0.05) -> None:
        self._word = word
        self._pause_seconds = pause_seconds
        self._go = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.called = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/hook"

    @contextmanager
    def running(self) -> Iterator["SlowReceiver"]:
        threading.Thread(target=self._serve, daemon=True).start()
        try:
            yield self
        finally:
            self._go.set()
            self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while not self._go.is_set():
                connection, _ = self._listener.accept()
                threading.Thread(target=self._hold, args=(connection,), daemon=True).start()

    def _hold(self, connection: socket.socket) -> None:
        self.called.set()
        with connection, suppress(OSError):
            while not self._go.wait(self._pause_seconds):
                connection.sendall(self._word)
