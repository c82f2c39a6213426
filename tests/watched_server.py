"""A watcher of a fragile server in a process of its own: `watched_server.py HOME PORT FOLDER DRAIN`.

The same code as `manualdesk llm serve`, with looks that are a fifth of a second apart instead of five.
"""

import sys
from pathlib import Path

from ingest.errors import ManualdeskError
from serving.vllm.launch import Launch, Serving
from serving.vllm.service import serve
from serving.vllm.supervise import Watch

QUICK = Watch(
    look_seconds=0.2, answer_seconds=1.0, misses=3, first_pause_seconds=0.05, longest_pause_seconds=0.2,
    steady_seconds=60, failed_starts=3, grace_seconds=0.5,
)  # fmt: skip


def main() -> int:
    home, port, folder, drain = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    restart = "--no-restart" not in sys.argv
    server = (sys.executable, str(Path(__file__).with_name("fragile_model_server.py")), folder)
    command = (*server, "--port", str(port), "--shutdown-timeout", str(drain), "--max-model-len", "4096")
    launch = Launch(command=command, environment={"VLLM_API_KEY": "k"}, model="fragile", summary="fragile\n  plan")
    try:
        return serve(launch, Serving(port=port, drain_seconds=drain), home, restart=restart, watch=QUICK)
    except ManualdeskError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
