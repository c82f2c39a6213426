"""Find what languages differ in, whatever a text says: one manual in several languages goes in, directions come out.

    python tests/bench/language_directions.py                  the manuals of DOCUMENTS in the index of this home
    python tests/bench/language_directions.py --documents 'handbook/*/book.pdf'

The mean vector of a manual's passages in one language less the mean over all languages is what that language adds.
The directions that these span, at right angles, are written to `retrieval/language_directions.json`. The index has to
be of the whole corpus (`../shared/manuals`), or of another with one manual in several languages.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from fnmatch import fnmatch

import numpy as np
from numpy.typing import NDArray

from ingest.index.contract import Draft
from retrieval.languages import DIRECTIONS
from serving.compose import build_store
from serving.settings import load_settings

DOCUMENTS = "installation-guide/*/install.*.pdf"
LEAST = 1e-3
"""A direction in which languages lie closer together than this is rounding."""
Vectors = NDArray[np.float32]


def language_means(draft: Draft, pattern: str) -> dict[str, Vectors]:
    """The mean passage of each language among the documents that fit the pattern, shape (dimensions,)."""
    passages: dict[str, list[Vectors]] = {}
    for known in draft.documents():
        if fnmatch(known.document, pattern):
            passages.setdefault(known.language, []).extend(draft.vectors(known.document).values())
    return {language: np.stack(vectors).mean(axis=0) for language, vectors in sorted(passages.items())}


def directions(means: Mapping[str, Vectors]) -> Vectors:
    """What the means span around their centre, shape (languages - 1, dimensions) or fewer rows."""
    stacked = np.stack(list(means.values()))
    _left, sizes, rows = np.linalg.svd(stacked - stacked.mean(axis=0), full_matrices=False)
    return np.asarray(rows[sizes > LEAST], dtype=np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", default=DOCUMENTS, help="pattern of the manual's paths, all languages of it")
    pattern = parser.parse_args().documents
    settings = load_settings()
    store = build_store(settings)
    dimensions = store.open().info().dimensions
    with store.draft(embedder=settings.embedder, dimensions=dimensions) as draft:
        means = language_means(draft, pattern)
    if len(means) < 2:
        sys.exit(f"The index holds {pattern} in {len(means)} languages; directions need two.")
    known = json.loads(DIRECTIONS.read_text(encoding="utf-8")) if DIRECTIONS.exists() else {}
    found = [[round(float(value), 4) for value in row] for row in directions(means)]
    known[settings.embedder] = {"languages": list(means), "directions": found}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(own, separators=(',', ':'))}" for name, own in known.items())
    DIRECTIONS.write_text(f"{{{lines}}}\n", encoding="utf-8")
    print(f"{len(found)} directions from {', '.join(means)}", file=sys.stderr)


if __name__ == "__main__":
    main()
