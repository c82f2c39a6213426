"""The whole corpus in one go: a folder of manuals and a fresh home go in, `bench-full.json` comes out.

    python tests/bench/full_set.py MANUALS HOME

Wall time against the time inside the embedder, peak memory of all processes, what failed, and the unchanged ingest
after it. HOME stays, to ask it questions; where it holds the corpus already, only the unchanged ingest is measured
anew and the first figures are kept. The figures are worth something only while nothing else runs.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from process_tree import PeakMemory

from serving.evaluation.results import FOLDER, save

COMMAND = Path(sys.executable).with_name("manualdesk")
RE_INGESTS = 3
FIRST = "first-ingest.json"
"""In HOME: seconds and MiB of the command, and its report."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manuals", type=Path)
    parser.add_argument("home", type=Path)
    options = parser.parse_args()
    kept = options.home / FIRST
    if not kept.is_file():
        kept.write_text(json.dumps(_ingest(options.manuals, options.home)), encoding="utf-8")
    first = json.loads(kept.read_text(encoding="utf-8"))
    again = [_ingest(options.manuals, options.home) for _ in range(RE_INGESTS)]
    report = first["report"]
    unchanged = statistics.median(run["seconds"] for run in again)
    measured = {
        "kind": "full-set",
        "documents": report["documents"],
        "chunks": report["chunks"],
        "embedded": report["embedded"],
        "taken_over": report["taken_over"],
        "failed": report["failed"],
        "skipped": report["skipped"],
        "seconds": round(report["seconds"], 1),
        "embedding_seconds": round(report["embedding_seconds"], 1),
        "seconds / embedding_seconds": round(report["seconds"] / report["embedding_seconds"], 3),
        "peak_mebibytes": first["mebibytes"],
        "unchanged_seconds": round(unchanged, 2),
        "unchanged": again[-1]["report"]["unchanged"],
        "note": first.get("note", ""),
    }
    save("bench-full", measured, FOLDER)
    print(json.dumps({key: value for key, value in measured.items() if key not in {"failed", "skipped"}}, indent=1))


def _ingest(manuals: Path, home: Path) -> dict[str, object]:
    environment = {**os.environ, "MANUALDESK_HOME": str(home), "MANUALDESK_INDEX_URL": ""}
    started = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "ingest", str(manuals), "--json"], env=environment, stdout=subprocess.PIPE, text=True
    )
    with PeakMemory(process.pid) as peak:
        output, _ = process.communicate()
    if process.returncode:
        sys.exit(f"manualdesk ingest ended with {process.returncode}")
    return {
        "seconds": time.perf_counter() - started,
        "mebibytes": peak.mebibytes,
        "report": json.loads(output),
    }


if __name__ == "__main__":
    main()
