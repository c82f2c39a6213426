"""How well PDFs are read: our reader and others on the golden pages, and on real manuals that have a parallel format.

    python tests/bench/reading.py                          ours alone
    python tests/bench/reading.py --rivals VENV/bin/python  others too, from an environment of their own
    python tests/bench/reading.py --manuals FOLDER          also the installation guides of the full set of manuals

The rivals are no dependencies of this project. Their environment:

    python3 -m venv VENV
    VENV/bin/pip install torch==2.13.0 'unstructured[pdf]==0.27.32' 'markitdown[pdf]==0.1.8' pypdf==6.21.4

They take minutes: with `--outputs FOLDER` what they made of a set of PDFs is kept there and scored again next time.

Figures go to data/eval/results/reading.json and into the table of docs/reading.md.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from serving.evaluation.results import save  # noqa: E402
from tests.bench.docbook_truth import docbook_truth, without_label  # noqa: E402
from tests.golden.own import own_pieces, read_own  # noqa: E402
from tests.golden.score import Piece, Score, score  # noqa: E402
from tests.golden.truth import Truth, truths  # noqa: E402

OWN = "Manualdesk"
RIVALS = ("unstructured", "markitdown", "pypdf")
PAGE = CHECKOUT / "docs" / "reading.md"
GUIDES = {"en": "install.en.pdf", "zh-cn": "install.zh_CN.pdf"}
COLUMNS = ("table_cells", "heading_tree", "order", "recall", "exact", "furniture_left_out")


@dataclass(frozen=True, slots=True)
class Reading:
    """One tool on one set of pages."""

    tool: str
    version: str
    total: Score
    gives_tables: bool
    gives_headings: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Rivals:
    """The environment the others live in, and the folder that keeps what they made."""

    python: Path
    outputs: Path | None

    def read(self, tool: str, name: str, paths: list[Path]) -> str:
        """What a tool makes of a set of PDFs, as the JSON of `rival_readers.py`."""
        kept = self.outputs / f"{name}-{tool}.json" if self.outputs else None
        if kept and kept.is_file():
            return kept.read_text(encoding="utf-8")
        command = [str(self.python), str(Path(__file__).with_name("rival_readers.py")), tool, *map(str, paths)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(output, encoding="utf-8")
        return output


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rivals", type=Path, help="python of the environment that holds the others")
    parser.add_argument("--outputs", type=Path, help="folder that keeps what the others made")
    parser.add_argument("--manuals", type=Path, help="folder of the full set of manuals")
    options = parser.parse_args()
    rivals = Rivals(options.rivals, options.outputs) if options.rivals else None
    measured = {"golden": _measure("golden", [(truth, truth.pdf) for truth in truths()], rivals)}
    if options.manuals:
        for language, pdf in GUIDES.items():
            folder = options.manuals / "installation-guide" / language
            truth = docbook_truth(folder / "html", f"installation guide, {language}")
            measured[truth.name] = _measure(f"guide-{language}", [(truth, folder / pdf)], rivals)
    figures = {name: [_figures(reading) for reading in readings] for name, readings in measured.items()}
    print(f"written: {save('reading', {'sets': figures})}", file=sys.stderr)
    _write_page("\n\n".join(f"### {name}\n\n{_table(rows)}" for name, rows in figures.items()))


def _measure(name: str, cases: list[tuple[Truth, Path]], rivals: Rivals | None) -> list[Reading]:
    readings = [_own(cases)]
    for tool in RIVALS if rivals else ():
        print(name, tool, file=sys.stderr)
        assert rivals
        readings.append(_rival(tool, cases, rivals.read(tool, name, [path for _, path in cases])))
    return readings


def _own(cases: list[tuple[Truth, Path]]) -> Reading:
    read_own(cases[0][1])  # imports and fonts
    read_own.cache_clear()
    started = time.perf_counter()
    documents = [read_own(path) for _, path in cases]
    seconds = time.perf_counter() - started
    pieces = [_prepared(truth, own_pieces(document)) for (truth, _), document in zip(cases, documents, strict=True)]
    return _reading((OWN, ""), [truth for truth, _ in cases], pieces, seconds)


def _rival(tool: str, cases: list[tuple[Truth, Path]], output: str) -> Reading:
    given = json.loads(output[output.index("{") :])
    files = [given["files"][str(path)] for _, path in cases]
    pieces = [_prepared(truth, _pieces(file["pieces"])) for (truth, _), file in zip(cases, files, strict=True)]
    version = str(given["version"])
    return _reading((tool, version), [truth for truth, _ in cases], pieces, sum(file["seconds"] for file in files))


def _prepared(truth: Truth, pieces: Iterable[Piece]) -> list[Piece]:
    """For a manual known from its HTML, headings without their number, which print writes in another way."""
    if truth.pdf.is_file():
        return list(pieces)
    return [replace(piece, text=without_label(piece.text)) if piece.heading_level else piece for piece in pieces]


def _pieces(given: list[Mapping[str, object]]) -> Iterator[Piece]:
    for piece in given:
        rows = piece["rows"]
        assert isinstance(rows, list)
        level = int(str(piece["heading_level"]))
        yield Piece(text=str(piece["text"]), heading_level=level, rows=tuple(tuple(row) for row in rows))


def _reading(tool: tuple[str, str], known: list[Truth], pieces: list[list[Piece]], seconds: float) -> Reading:
    total = sum((score(truth, given) for truth, given in zip(known, pieces, strict=True)), Score())
    gives_tables = any(piece.rows for given in pieces for piece in given)
    gives_headings = any(piece.heading_level for given in pieces for piece in given)
    return Reading(*tool, total, gives_tables, gives_headings, seconds)


def _figures(reading: Reading) -> dict[str, object]:
    shares = {name: getattr(reading.total, name) for name in COLUMNS if name != "furniture_left_out"}
    if reading.total.furniture:
        shares["furniture_left_out"] = reading.total.furniture_left_out
    return {**asdict(reading), **{name: round(value, 4) for name, value in shares.items()}}


def _table(rows: list[dict[str, object]]) -> str:
    lines = [
        "| reader | table cells | heading tree | order | characters | word for word | running lines left out | s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        cells = [f"{row['tool']} {row['version']}".strip()]
        for name in COLUMNS:
            told = {"table_cells": row["gives_tables"], "heading_tree": row["gives_headings"]}.get(name, True)
            cells.append(f"{row[name]:.3f}" if told and name in row else "none")
        cells.append(f"{row['seconds']:.1f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _write_page(tables: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    marked = re.compile(r"(<!-- figures -->\n).*?(<!-- end -->)", re.DOTALL)
    PAGE.write_text(marked.sub(lambda match: f"{match[1]}\n{tables}\n\n{match[2]}", text), encoding="utf-8")


if __name__ == "__main__":
    main()
