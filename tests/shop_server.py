"""A customer's own web site on a port of its own: the demo shop's pages, which bring the chat from another origin."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ui.web.rendering import FOLDER
from ui.widget.shop import shop_reply

_KINDS = {".css": "text/css", ".svg": "image/svg+xml"}
HOSTILE_STYLE = (
    b"div, button, textarea, manualdesk-widget { display: none !important; color: red !important; all: unset; }"
)


@contextmanager
def shop_serving(desk: str, *, site: str, hostile: bool = False) -> Iterator[str]:
    """The shop's address; `desk` is Manualdesk's. `hostile`: its style would hide the chat, if it could."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(desk, site, hostile=hostile))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _handler(desk: str, site: str, *, hostile: bool) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path.startswith("/static/"):
                self._static(FOLDER / address.path.lstrip("/"))
                return
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            slug = address.path.removeprefix("/shop").strip("/")
            reply = shop_reply(slug, query.get("language", "en"), desk=desk, site=site, theme=query.get("theme", ""))
            self._send(reply.body, dict(reply.headers))

        def _static(self, path: Path) -> None:
            body = path.read_bytes()
            if hostile and path.name == "shop.css":
                body += HOSTILE_STYLE
            self._send(body, {"Content-Type": _KINDS[path.suffix]})

        def _send(self, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(200)
            for name, value in headers.items():
                if name.lower() != "content-length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
