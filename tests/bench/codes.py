"""Codes and names: is the row or entry that defines one in the first three passages, however it is spelt?

python tests/bench/codes.py HOME [HOME ...] [--limit N] [--terms-only]

HOME holds an index (MANUALDESK_HOME). tests/defined_codes.py takes the codes out of the indexed chunks; each is asked
for in five spellings, as "What does CODE mean?". A code that several manuals define counts as found with any of them.
Also asked: neighbours of the codes that no manual holds; those have to be told as unknown. Writes
data/eval/results/codes.json.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from serving.evaluation.results import save  # noqa: E402
from tests.defined_codes import DefinedCode, defined_codes, spellings  # noqa: E402

if TYPE_CHECKING:
    from ingest.index.contract import Index
    from retrieval.passages import Passage
    from retrieval.retriever import Retriever

FIRST = 3


def measure(index: "Index", retriever: "Retriever", limit: int | None) -> dict[str, object]:
    """Share of spellings found, those that are not, and neighbours taken for known."""
    from ingest.index.contract import EVERYTHING

    documents = index.documents(EVERYTHING)
    chunks = [chunk for known in documents for chunk in index.span(known.document, 0, known.chunks, EVERYTHING)]
    found = defined_codes(chunks)
    lines: dict[str, list[DefinedCode]] = {}
    for definition in found:
        lines.setdefault(definition.code, []).append(definition)
    asked = sorted(lines)[:: max(1, len(lines) // limit) if limit else 1]
    missed = []
    for code in asked:
        for spelling in spellings(code):
            result = retriever.retrieve(f"What does {spelling} mean?", scope=EVERYTHING, limit=FIRST)
            if not any(holds(result.passages, definition) for definition in lines[code]):
                missed.append({"code": code, "spelling": spelling, "found": [p.document for p in result.passages]})
    strangers = unknown_neighbours(asked, chunk_text="\n".join(chunk.embed_text for chunk in chunks))
    matched = [
        stranger
        for stranger in strangers
        if not retriever.retrieve(f"What does {stranger} mean?", scope=EVERYTHING, limit=FIRST).unknown
    ]
    total = sum(len(spellings(code)) for code in asked)
    return {
        "codes": len(asked),
        "spellings": total,
        "in_top_3": round(1 - len(missed) / max(1, total), 4),
        "missed": missed,
        "unknown_neighbours": len(strangers),
        "neighbours_taken_for_known": matched,
    }


def holds(passages: Sequence["Passage"], definition: DefinedCode) -> bool:
    return any(p.document == definition.document and definition.line in p.text for p in passages[:FIRST])


def unknown_neighbours(codes: Sequence[str], *, chunk_text: str) -> list[str]:
    """For codes such as E-47 the next number up that occurs nowhere."""
    plain = re.sub(r"[\W_]", "", chunk_text).lower()
    found = []
    for code in codes:
        match = re.fullmatch(r"([A-Z]{1,3}-)(\d{2,4})", code)
        if match:
            numbers = (int(match.group(2)) + step for step in range(1, 100))
            spelt = (f"{match.group(1)}{number:0{len(match.group(2))}}" for number in numbers)
            found += [next((other for other in spelt if re.sub(r"\W", "", other).lower() not in plain), "")]
    return sorted({code for code in found if code})


class NoMeaning:
    """Stands in for the embedder where only terms are measured: every question points the same way."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions

    def embed_query(self, _text: str) -> object:
        import numpy as np

        return np.eye(1, self._dimensions, dtype=np.float32)[0]


def retriever_of(home: Path, *, terms_only: bool) -> "tuple[Index, Retriever]":
    from ingest.embed import Embedder
    from retrieval.retriever import Retriever
    from serving.compose import build_store
    from serving.settings import Settings

    settings = Settings(home=home)
    index = build_store(settings).open()
    embedder = NoMeaning(index.info().dimensions) if terms_only else Embedder(settings.embedder, settings.models)
    return index, Retriever(index, embedder)  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("homes", type=Path, nargs="+", metavar="HOME")
    parser.add_argument("--limit", type=int, help="Codes of each home, spread over all.")
    parser.add_argument("--terms-only", action="store_true", help="Without the embedder: quick, and a harder test.")
    chosen = parser.parse_args()
    measured = {
        home.name: measure(*retriever_of(home, terms_only=chosen.terms_only), chosen.limit) for home in chosen.homes
    }
    result = {"kind": "codes", "terms_only": chosen.terms_only, "sets": measured}
    if not chosen.limit:
        save("codes", result)
    print(json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
