"""A tiny OpenAI-compatible server on loopback that streams what a script says: a double for vLLM, over real HTTP."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ScriptedModel:
    """Serves one model. Set `script` to the pieces to stream; `DIE` cuts the connection, `WAIT` holds until `go`."""

    DIE = "\0die"
    WAIT = "\0wait"

    def __init__(self, *, name: str = "scripted", context: int = 4096) -> None:
        self.name = name
        self.context = context
        self.script: Sequence[str] = ()
        self.finish = "stop"
        self.requests: list[dict[str, Any]] = []
        self.go = threading.Event()
        self.hung_up = threading.Event()
        """The client closed the connection before the script's end."""
        self.probes = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @contextmanager
    def running(self) -> Iterator["ScriptedModel"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.go.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def _handler_for(model: ScriptedModel) -> type[BaseHTTPRequestHandler]:  # noqa: C901 (it is one small class)
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

        def do_GET(self) -> None:
            model.probes += 1
            listed = [
                {"id": model.name, "object": "model", "created": 0, "owned_by": "", "max_model_len": model.context}
            ]
            body = json.dumps({"object": "list", "data": listed}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            model.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                for piece in model.script:
                    if piece == model.DIE:
                        return
                    if piece == model.WAIT:
                        self._wait()
                        continue
                    self._send(piece, None)
                self._send("", model.finish)
                self.wfile.write(b"data: [DONE]\n\n")
            except (BrokenPipeError, ConnectionResetError):
                model.hung_up.set()

        def _wait(self) -> None:
            # Empty events until told to go on: writing is how a server learns that its client is gone.
            while not model.go.wait(0.02):
                self._send("", None)

        def _send(self, text: str, finish: str | None) -> None:
            choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
            event = {
                "id": "1",
                "object": "chat.completion.chunk",
                "created": 0,
                "model": model.name,
                "choices": [choice],
            }
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()

    return Handler
