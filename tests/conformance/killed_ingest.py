"""A process that drafts on an embedded store and then waits for its end. Argument: the index folder."""

import sys
import time
from pathlib import Path

from ingest.index.edge import EdgeStore
from tests.conformance.synthetic import DIMENSIONS, EMBEDDER, points

if __name__ == "__main__":
    with EdgeStore(Path(sys.argv[1])).draft(embedder=EMBEDDER, dimensions=DIMENSIONS) as draft:
        draft.remove(["a"])
        draft.replace("b", points("b", 500))
        sys.stdout.write("drafting\n")
        sys.stdout.flush()
        time.sleep(600)
