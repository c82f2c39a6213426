"""The whole corpus in one go: a folder of manuals and a fresh home go in, `bench-full.json` comes out.

    python tests/bench/full_set.py MANUALS HOME

Wall time against the time inside the embedder, peak memory of all processes, what failed, and the unchanged ingest
after it. HOME stays, to ask it questions; where it holds the corpus already, only the unchanged ingest is measured
anew and the first figures are kept. The figures are worth something only while nothing else runs.
"""

import argparse
import json
import statistics
from pathlib import Path

from process_tree import run_command

from serving.evaluation.results import FOLDER, save

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
    run = run_command(home, "ingest", str(manuals), "--json")
    return {"seconds": run.seconds, "mebibytes": run.mebibytes, "report": json.loads(run.output)}


if __name__ == "__main__":
    main()
