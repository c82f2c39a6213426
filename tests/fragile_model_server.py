"""A small model server that can be told to crash, to hang or to be slow: what a watcher of servers is tested with.

    fragile_model_server.py FOLDER [vLLM's options]

It takes vLLM's options (--host, --port, --shutdown-timeout; others are ignored), answers /health, /metrics and streamed
chat completions, starts an engine process as vLLM does, and ends as vLLM does: on SIGTERM it takes no new answers, and
running ones may end. FOLDER tells it how to be: `fails` (how many starts end with an error), `stubborn` (SIGTERM is
ignored); it notes in `starts` each start with its own process and its engine's. POST /crash ends it with status 9,
POST /hang makes /health hang, POST /go lets held answers go on. Like vLLM it asks for VLLM_API_KEY where that is set.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HELD = threading.Event()
GO = threading.Event()
NEVER = threading.Event()
STOPPING = threading.Event()
HANGING = threading.Event()


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    running = 0

    def do_GET(self) -> None:
        if HANGING.is_set():
            NEVER.wait()
        if self._refused():
            return
        if self.path == "/metrics":
            self._reply(
                f'vllm:num_requests_running{{engine="0"}} {Answers.running}.0\n'
                'vllm:num_requests_waiting{engine="0"} 0.0\n'
                'vllm:kv_cache_usage_perc{engine="0"} 0.25\n'
                'vllm:prefix_cache_queries_total{engine="0"} 200.0\n'
                'vllm:prefix_cache_hits_total{engine="0"} 150.0\n'
            )
        elif self.path == "/v1/models":
            self._reply(json.dumps({"data": [{"id": "fragile", "object": "model", "max_model_len": 4096}]}))
        else:
            self._reply("ok")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/crash":
            os._exit(9)
        if self.path == "/hang":
            HANGING.set()
        if self.path == "/go":
            GO.set()
        if self._refused():
            return
        if self.path != "/v1/chat/completions":
            self._reply("done")
        elif STOPPING.is_set():
            self.send_error(503)
        else:
            self._stream()

    def _refused(self) -> bool:
        """Where a key is set, /v1 is for those who have it."""
        key = os.environ.get("VLLM_API_KEY")
        refused = bool(key) and self.path.startswith("/v1") and self.headers.get("Authorization") != f"Bearer {key}"
        if refused:
            self.send_error(401)
        return refused

    def _stream(self) -> None:
        """Two pieces; the second waits for /go."""
        Answers.running += 1
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"data: first\n\n")
        self.wfile.flush()
        HELD.set()
        GO.wait()
        self.wfile.write(b"data: [DONE]\n\n")
        self.wfile.flush()
        Answers.running -= 1

    def _reply(self, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        print("INFO:", self.address_string(), format % args, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--shutdown-timeout", type=float, default=0)
    options, _ = parser.parse_known_args()
    engine = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    with (options.folder / "starts").open("a") as starts:
        starts.write(f"{os.getpid()} {engine.pid}\n")
    wanted = options.folder / "fails"
    if wanted.exists() and len((options.folder / "starts").read_text().splitlines()) <= int(wanted.read_text()):
        print("Traceback (most recent call last):\nValueError: the weights do not fit", flush=True)
        os._exit(3)
    server = ThreadingHTTPServer((options.host, options.port), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stubborn = (options.folder / "stubborn").exists()
    signal.signal(signal.SIGTERM, signal.SIG_IGN if stubborn else lambda *_: STOPPING.set())
    print("ready; a secret in its environment:", bool(os.environ.get("VLLM_API_KEY")), flush=True)
    while not STOPPING.wait(0.05):
        pass
    if Answers.running:
        GO.wait(options.shutdown_timeout)
    engine.terminate()
    engine.wait()
    server.shutdown()


if __name__ == "__main__":
    main()
