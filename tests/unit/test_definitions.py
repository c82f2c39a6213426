"""What defines a code stands in front, in the asker's language where the product's manuals say it there."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.index.contract import EVERYTHING, Index
from retrieval.definitions import definitions_first
from retrieval.search import Candidate
from tests.manual_index import Manual, publish

ROW = "Code | Meaning\nE-47 | {}"
MANUALS = (
    Manual("pump/en/pump.md", title="Pump", product="pump", sections=(("Errors", ROW.format("The fan is blocked")),)),
    Manual(
        "pump/de/pump.md", title="Pumpe", product="pump", sections=(("Fehler", ROW.format("Lüfter ist blockiert")),)
    ),
    Manual("oven/de/oven.md", title="Ofen", product="oven", sections=(("Fehler", ROW.format("Die Tür ist offen")),)),
    Manual("pump/en/tips.md", title="Tips", product="pump", sections=(("Tips", "Call service when E-47 comes back."),)),
)


@pytest.fixture(name="index")
def _index(tmp_path: Path) -> Iterator[Index]:
    opened = publish(tmp_path / "index", *MANUALS)
    yield opened
    opened.close()


def found(index: Index, *documents: str) -> list[Candidate]:
    chunks = [index.span(document, 0, 0, EVERYTHING)[0] for document in documents]
    return [Candidate(chunk, score=1 - place / 10, dense=0.0, sparse=1.0) for place, chunk in enumerate(chunks)]


def order(candidates: Sequence[Candidate]) -> list[str]:
    return [candidate.chunk.document for candidate in candidates]


def test_definitions_stand_before_mentions_also_those_that_were_not_found(index: Index) -> None:
    ranked = definitions_first(index, "What is E47?", found(index, "pump/en/tips.md"), EVERYTHING)
    assert set(order(ranked)[:3]) == {"pump/en/pump.md", "pump/de/pump.md", "oven/de/oven.md"}
    assert order(ranked)[3:] == ["pump/en/tips.md"]
    assert [candidate.score for candidate in ranked] == sorted((c.score for c in ranked), reverse=True)


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("en", {"pump/en/pump.md", "oven/de/oven.md"}),
        ("de", {"pump/de/pump.md", "oven/de/oven.md"}),
        ("ja", {"pump/en/pump.md", "pump/de/pump.md", "oven/de/oven.md"}),
    ],
)
def test_of_a_product_that_says_it_in_the_askers_language_only_that_is_raised(
    index: Index, language: str, first: set[str]
) -> None:
    mention, *rest = found(index, "pump/en/tips.md", "pump/de/pump.md", "pump/en/pump.md")
    ranked = definitions_first(index, "E-47", [mention, *rest], EVERYTHING, language=language)
    assert set(order(ranked)[: len(first)]) == first
    assert order(ranked)[len(first)] == "pump/en/tips.md"


def test_without_a_code_nothing_moves(index: Index) -> None:
    ranked = [replace(candidate, sparse=2.0) for candidate in found(index, "pump/en/tips.md", "pump/en/pump.md")]
    assert definitions_first(index, "the fan is blocked", ranked, EVERYTHING, language="en") == ranked
