"""Kept results: they say what was measured and name no place on the machine; their page is made of them."""

import json
import re
from pathlib import Path

import pytest

from ingest.errors import SettingError
from ingest.index.contract import IndexInfo
from serving.evaluation.questions import read_questions
from serving.evaluation.results import FOLDER, check_name, describe_index, describe_questions, model_name, save
from serving.evaluation.results_page import PAGE, render_page, write_page
from serving.evaluation.retrieval_metrics import judge_retrieval, retrieval_report
from serving.evaluation.tables import text_table
from tests.gold import SENTENCE, at, row, write

MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|tmp|opt|work|usr|mnt|Users)/")


def measured(folder: Path) -> dict[str, object]:
    path = write(folder / "gold.jsonl", row("q1"), row("q2", file="b/en/n.pdf"))
    asked = read_questions(path)
    report = retrieval_report([judge_retrieval(question, [at("a/en/m.pdf", 4, SENTENCE)]) for question in asked])
    info = IndexInfo(
        generation="1",
        embedder=str(folder / "my-model"),
        dimensions=4,
        format=1,
        published_at="",
        documents=2,
        chunks=9,
    )
    return {
        "kind": "retrieval",
        "questions": describe_questions(path, only_set="small", count=2),
        "index": describe_index(info),
        "settings": {"embedder": model_name(str(folder / "my-model"))},
        "totals": report.totals,
        "slices": report.slices,
        "outcomes": [outcome.to_json() for outcome in report.outcomes],
    }


def test_a_result_says_what_was_measured_and_not_where(tmp_path: Path) -> None:
    path = save("run", measured(tmp_path), tmp_path)
    text = path.read_text(encoding="utf-8")
    kept = json.loads(text)
    assert str(tmp_path) not in text
    assert not MACHINE_PATH.search(text)
    assert kept["slices"]["all"]["evidence@1"] == 0.5
    assert kept["outcomes"][1]["evidence_rank"] is None
    assert kept["settings"]["embedder"] == kept["index"]["embedder"] == "my-model"
    assert kept["machine"]["cores"] >= 1
    assert kept["machine"]["processor"]
    assert re.fullmatch(r"[0-9a-f]{40}|", kept["commit"])
    assert sorted(tmp_path.iterdir()) == [tmp_path / "gold.jsonl", path], "nothing half-written is left"


def test_the_page_shows_every_result(tmp_path: Path) -> None:
    save("small-retrieval", measured(tmp_path), tmp_path)
    measurements = [{"what": "ingest, cold", "value": 1.5, "unit": "s", "note": ""}]
    save("bench-samples", {"kind": "bench", "measurements": measurements}, tmp_path)
    write_page(tmp_path)
    page = (tmp_path / PAGE).read_text(encoding="utf-8")
    assert page.index("### small-retrieval") < page.index("### bench-samples")
    assert "2 questions of gold.jsonl (set small)" in page
    assert "| all | 2 | 0.500 |" in page
    assert "| ingest, cold | 1.5 s |" in page


def test_the_committed_page_is_made_of_the_committed_results() -> None:
    """Run `manualdesk eval ... --save` or `make bench` again where this fails."""
    assert (FOLDER / PAGE).read_text(encoding="utf-8") == render_page(FOLDER)
    assert not [path.name for path in FOLDER.iterdir() if MACHINE_PATH.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("name", ["", "../x", "A b", ".hidden", "x/y", "x" * 65])
def test_a_name_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(SettingError):
        check_name(name)


def test_a_table_is_aligned() -> None:
    table = text_table({"all": {"n": 10, "rate": 0.5}, "lang: en": {"n": 7, "rate": None}})
    assert table.splitlines() == ["slice      n   rate", "-" * 19, "all       10  0.500", "lang: en   7      -"]
