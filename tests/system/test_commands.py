"""The commands over the ingested samples: their JSON is the contract's, their errors say what to do."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MANUALDESK, Command, environment

PASSAGE = {
    "recognised",
    "document",
    "revision",
    "title",
    "section",
    "page",
    "pages",
    "text",
    "score",
    "product",
    "language",
    "audience",
}
CITATION = {"number", "document", "revision", "title", "section", "page", "anchor", "boxes", "quote", "recognised"}
ANSWER = {"question", "answer", "refused", "clarify", "source", "citations", "passages", "timings_ms", "check"}
RESET = "How many seconds do I hold the ring of the T200 Pro for a factory reset?"


def value(done: subprocess.CompletedProcess[str]) -> Any:
    """What stands on stdout: one JSON value and nothing else."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_lines(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_the_report_of_the_samples(samples_home: Path) -> None:
    report = json.loads((samples_home / "report.json").read_text())
    assert {
        "added",
        "updated",
        "unchanged",
        "removed",
        "failed",
        "documents",
        "chunks",
        "generation",
        "seconds",
    } <= set(report)
    assert report["failed"] == []
    assert report["documents"] == len(report["added"]) >= 8


def test_search_tells_where_each_passage_stands(on_samples: Command) -> None:
    found = value(on_samples("search", RESET, "--json", "--limit", "3"))
    assert set(found) == {"passages", "ms"}
    assert 1 <= len(found["passages"]) <= 3
    for passage in found["passages"]:
        assert set(passage) == PASSAGE
        assert 0 < len(passage["text"]) <= 2000
    pages = {(passage["document"], page) for passage in found["passages"] for page in passage["pages"]}
    assert ("smart-home/en/t200-pro-user-guide.pdf", 8) in pages


def test_ask_answers_in_the_manuals_own_words(on_samples: Command) -> None:
    answer = value(on_samples("ask", RESET, "--json"))
    assert set(answer) == ANSWER
    assert answer["source"] == "quotes"
    assert not answer["refused"]
    assert [citation["number"] for citation in answer["citations"]] == list(range(1, len(answer["citations"]) + 1))
    for citation in answer["citations"]:
        assert set(citation) == CITATION
        assert f"[{citation['number']}]" in answer["answer"]
        words = "".join(citation["quote"].split())
        assert any(words in "".join(passage["text"].split()) for passage in answer["passages"])


def test_an_answer_in_the_terminal_shows_its_sources(on_samples: Command) -> None:
    done = on_samples("ask", RESET)
    assert done.returncode == 0
    assert "[1]" in done.stdout
    assert "t200-pro-user-guide.pdf, page 8" in done.stdout
    assert "No language model" in done.stderr
    assert "Traceback" not in done.stderr


def test_batches_keep_ids_conversations_and_scopes(on_samples: Command, tmp_path: Path) -> None:
    questions = write_lines(
        tmp_path / "in.jsonl",
        {"id": "a", "question": RESET},
        {"id": "b", "question": "ignored", "turns": ["How do I charge the W5 watch?", "And the band?"]},
        {"id": "c", "question": "W5 charging fault service bulletin", "audience": "public"},
        {"id": "d", "question": RESET, "product": "wearables"},
    )
    done = on_samples("search", "--batch", questions, "--out", tmp_path / "found.jsonl")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    found = lines(tmp_path / "found.jsonl")
    assert [row["id"] for row in found] == ["a", "b", "c", "d"]
    assert all(set(row) == {"id", "passages", "ms"} for row in found)
    assert {passage["audience"] for passage in found[2]["passages"]} == {"public"}
    assert {passage["product"] for passage in found[3]["passages"]} <= {"wearables"}

    done = on_samples("ask", "--batch", questions, "--out", tmp_path / "answers.jsonl")
    assert done.returncode == 0, done.stderr
    answers = lines(tmp_path / "answers.jsonl")
    assert [row["id"] for row in answers] == ["a", "b", "c", "d"]
    assert all(set(row) == ANSWER | {"id"} for row in answers)
    assert all(row["citations"] or row["refused"] for row in answers)


def test_what_is_indexed_can_be_seen(on_samples: Command, samples_home: Path) -> None:
    report = json.loads((samples_home / "report.json").read_text())
    status = value(on_samples("status", "--json"))
    assert [status[key] for key in ("documents", "chunks", "generation")] == [
        report[key] for key in ("documents", "chunks", "generation")
    ]
    listed = value(on_samples("documents", "list", "--json"))
    assert [document["document"] for document in listed] == sorted(report["added"])
    name = listed[0]["document"]
    shown = value(on_samples("documents", "show", name, "--chunks", "--json"))
    assert shown["document"] == name
    assert [chunk["ordinal"] for chunk in shown["chunk_list"]] == list(range(listed[0]["chunks"]))


def test_doctor_finds_this_machine_fit(on_samples: Command) -> None:
    checks = value(on_samples("doctor", "--json"))
    assert not [check for check in checks if check["needed"] and not check["ok"]]
    assert {"Python", "Home", "Index", "Embedder"} <= {check["name"] for check in checks}


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["search", "reset"], 1, "manualdesk ingest"),
        (["ask", "reset"], 1, "manualdesk ingest"),
        (["status"], 1, "manualdesk ingest"),
        (["documents", "list"], 1, "manualdesk ingest"),
        (["rollback"], 1, ""),
        (["runs", "show"], 1, "manualdesk ingest"),
        (["documents", "set", "*", "audience=publik"], 1, "publik"),
        (["documents", "set", "*", "produkt=Pump"], 1, "produkt"),
        (["documents", "set", "*"], 1, "audience=public"),
        (["ingest", "/no/such/folder"], 1, "/no/such/folder"),
        (["ingest", ".", "--workers", "many"], 1, "many"),
        (["search", "--batch", "missing.jsonl", "--out", "x.jsonl"], 1, "missing.jsonl"),
        (["search"], 2, "QUESTION"),
        (["search", "x", "--audience", "nobody"], 2, "nobody"),
        (["frobnicate"], 2, "frobnicate"),
        (["ingest"], 2, "PATH"),
    ],
)
def test_what_goes_wrong_is_said_without_a_traceback(
    manualdesk: Command, arguments: list[str], status: int, said: str
) -> None:
    done = manualdesk(*arguments)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_reader_that_leaves_early_is_no_error(samples_home: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"{MANUALDESK}" documents list | head -n 1'],
        env=environment(samples_home),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
