"""A server of as much of Qdrant's HTTP as an upload needs, not always able to answer: what it was asked stays."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FlakyServer(ThreadingHTTPServer):
    """Answers with these statuses one after the other, then with success. 429 asks to wait no time."""

    def __init__(self, statuses: Sequence[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = list(statuses)
        self.requests: list[tuple[str, str, dict[str, object]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: FlakyServer

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.command, self.path, body))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        created = "/points" not in self.path and "/index" not in self.path
        result: object = True if created else {"operation_id": 1, "status": "completed"}
        answer = json.dumps({"result": result, "status": "ok", "time": 0.0}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  its name in the library
        """Say nothing."""


@contextmanager
def flaky_server(*statuses: int) -> Iterator[FlakyServer]:
    with FlakyServer(statuses) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
