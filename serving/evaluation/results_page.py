"""The page of all kept results: the JSON files of a folder go in, one Markdown page comes out."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from serving.evaluation.tables import markdown_table

PAGE: Final = "README.md"
_INTRODUCTION: Final = """# Results

Written by `manualdesk eval ... --save NAME` and `make bench` from the JSON files beside it; do not edit it by hand.
Each file says which commit, machine, index and questions its figures belong to. `*` behind a commit: files were
changed that it does not have. What the figures mean stands in [the page above](../README.md). `low` and `high`: 95 of
100 resamples of the questions have their `evidence@5` or `ndcg@10` between them.
"""
_TITLES: Final = {
    "retrieval": "Retrieval",
    "sets": "Retrieval from public sets",
    "answers": "Answers",
    "bench": "Speed and memory",
    "load": "Many users at once",
    "pages": "Pages in a browser",
}
_SLICES: Final = ("all", "lang: en", "lang: zh", "same language", "cross-lingual", "multi-turn")
_COLUMNS: Final = {
    "retrieval": ("n", "evidence@1", "evidence@5", "evidence@10", "page@5", "document@5"),
    "sets": ("n", "ndcg@10", "recall@5", "recall@10", "mrr@10"),
    "answers": ("n", "answered", "refused", "recall", "numbers", "cited", "cite_doc", "cite_page", "verbatim"),
}


def write_page(folder: Path) -> None:
    """Bring the folder's page up to its JSON files."""
    (folder / PAGE).write_text(render_page(folder), encoding="utf-8")


def render_page(folder: Path) -> str:
    """The page as it should be."""
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    parts = [_INTRODUCTION]
    for kind, title in _TITLES.items():
        # Scripts of other measurements keep their results here too, in forms of their own.
        chosen = [record for record in records if record.get("kind") == kind]
        if chosen:
            parts += [f"## {title}\n", *(_part(record) for record in chosen)]
    return "\n".join(parts)


def _part(record: Mapping[str, Any]) -> str:
    heading = f"### {record['name']}\n\n{_origin(record)}\n"
    if record["kind"] in {"bench", "load"}:
        return f"{heading}\n{_measurements(record['measurements'])}\n"
    if record["kind"] == "pages":
        return f"{heading}\n{_loads(record['pages'])}\n"
    columns = _COLUMNS[record["kind"]]
    if record["kind"] != "sets":
        return f"{heading}\n{_table(record, columns, _SLICES)}\n"
    parts = [f"{name}:\n\n{_table(part, columns, list(part['slices']))}\n" for name, part in record["parts"].items()]
    return "\n".join([heading, *parts])


def _table(measured: Mapping[str, Any], columns: Sequence[str], names: Sequence[str]) -> str:
    slices = {
        name: {column: measured["slices"][name].get(column) for column in columns}
        | _interval(measured.get("intervals", {}).get(name))
        for name in names
        if name in measured["slices"]
    }
    totals = ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in measured["totals"].items() if value is not None
    )
    return f"{markdown_table(slices, first='slice')}\n\n{totals}"


def _interval(found: Sequence[float] | None) -> dict[str, float]:
    """Of the main figure; results that were kept before there were any have none."""
    return {"low": found[0], "high": found[1]} if found else {}


def _origin(record: Mapping[str, Any]) -> str:
    machine = record["machine"]
    commit = f"{record['commit'][:10] or 'no commit'}{'*' if record['dirty'] else ''}"
    on = f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, Python {machine['python']}"
    said = [f"{record['date']}, commit {commit}", on]
    if questions := record.get("questions"):
        only = f" (set {questions['set']})" if questions["set"] else ""
        said.append(f"{questions['count']} questions of {questions['file']}{only}")
    if index := record.get("index"):
        said.append(f"{index['documents']} manuals, {index['chunks']} chunks, {index['embedder']}")
    if model := record.get("settings", {}).get("language_model"):
        said.append(f"language model {model}")
    return ". ".join(said) + "."


def _measurements(measurements: Sequence[Mapping[str, Any]]) -> str:
    lines = ["| measured | figure | |", "| --- | ---: | --- |"]
    lines += [f"| {item['what']} | {item['value']} {item['unit']} | {item['note']} |" for item in measurements]
    return "\n".join(lines)


def _loads(pages: Sequence[Mapping[str, Any]]) -> str:
    """A line for each page and size: medians, and the worst until it was usable."""
    lines = [
        "| page | on a | first paint s | loaded s | usable s | worst s | kB | requests |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for each in pages:
        moments = " | ".join(f"{each[name]:.2f}" if each[name] else "" for name in ("painted", "loaded", "usable"))
        rest = f"{each['usable_worst']:.2f} | {each['kilobytes']} | {each['requests']}"
        lines.append(f"| {each['page']} | {each['size']} | {moments} | {rest} |")
    return "\n".join(lines)
