"""Where a manual ranks for a question, and why it does not."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.index.contract import EVERYTHING, Index, Scope
from ingest.sparse import query_terms
from ingest.types import Audience, Vectors
from retrieval.search import CANDIDATES
from retrieval.whereabouts import whereabouts
from tests.manual_index import DIMENSIONS, Manual, publish

PUBLIC = Scope(audience=Audience.PUBLIC)
MANUALS = (
    Manual("lamp/guide.md", title="Lamp", sections=(("Reset", "Hold the switch."), ("Care", "Wipe the shade."))),
    Manual("fan/guide.md", title="Fan", sections=(("Speed", "Turn the wheel."),)),
    Manual("fan/service.md", title="Fan service", audience=Audience.INTERNAL, sections=(("Reset", "Hold both."),)),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder: Path = tmp_path_factory.mktemp("whereabouts")
    opened = publish(folder / "index", *MANUALS)
    yield opened
    opened.close()


def told(index: Index, question: str, document: str, scope: Scope = EVERYTHING) -> list[str]:
    vectors = Vectors(np.eye(1, DIMENSIONS, dtype=np.float32)[0], query_terms(question, "en"))
    return whereabouts(index, vectors, document, scope).splitlines()


def test_the_best_rank_of_either_search_and_its_place(index: Index) -> None:
    name, meaning, by_terms, foot = told(index, "wipe the shade", "LAMP/")
    assert name == "lamp/guide.md:"
    assert meaning.startswith("  by meaning  #")
    assert by_terms == "  by terms    #1 of 1: Care"
    assert foot == f"Each search passes its best {CANDIDATES} chunks on."


def test_each_manual_whose_path_fits_is_told(index: Index) -> None:
    lines = told(index, "reset", "fan/")
    assert [line for line in lines if line.endswith(":")] == ["fan/guide.md:", "fan/service.md:"]
    guide, service = (line for line in lines if "by terms" in line)
    assert "shares no term with the question" in guide
    assert service.endswith("of 2: Reset")


def test_a_question_without_terms_finds_nothing_by_terms(index: Index) -> None:
    assert "  by terms    nothing found" in told(index, "what is it?", "lamp")


def test_readers_who_may_not_see_a_manual_are_told_so(index: Index) -> None:
    (line,) = told(index, "reset", "service", PUBLIC)
    assert "may not see it" in line
    assert not any("service" in line for line in told(index, "reset", "fan", PUBLIC))


def test_a_name_that_no_manual_has_gets_those_like_it(index: Index) -> None:
    (line,) = told(index, "reset", "lamp/giude.md")
    assert line.startswith("No manual 'lamp/giude.md' is indexed. Like it: lamp/guide.md")
    assert line.endswith("manualdesk documents list")
