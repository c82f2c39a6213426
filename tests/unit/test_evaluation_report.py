"""Intervals, refusals, comparisons and the page made of them."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ingest.errors import SettingError
from serving.evaluation.comparison import compare, read_kept
from serving.evaluation.intervals import difference, interval
from serving.evaluation.parts import Part, manuals_part
from serving.evaluation.questions import read_questions
from serving.evaluation.refusing import auroc, best_point, point_at, reliability
from serving.evaluation.report_page import render_report
from serving.evaluation.retrieval_metrics import judge_retrieval, retrieval_report
from tests.gold import SENTENCE, at, row, unanswerable, write

OTHER = at("b/en/<other>.pdf", 1, "Nothing <b>of the kind</b> & more.")


def part(folder: Path, *found_ids: str) -> Part:
    """Four answerable questions, of which those named find their evidence, and one unanswerable."""
    gold = [row(f"q{number}") for number in range(1, 5)]
    questions = read_questions(write(folder / "gold.jsonl", *gold, unanswerable("u1")))
    right = at("a/en/m.pdf", 4, SENTENCE)
    return manuals_part(
        retrieval_report(
            [judge_retrieval(q, [right if q.id in found_ids else OTHER], milliseconds=5.0) for q in questions]
        )
    )


def kept(folder: Path, before: Part) -> Path:
    path = folder / "before.json"
    path.write_text(json.dumps({"kind": "retrieval", **before.to_json()}), encoding="utf-8")
    return path


def test_an_interval_narrows_with_more_questions_and_is_the_same_again() -> None:
    few, many = interval([0.0, 1.0] * 10), interval([0.0, 1.0] * 1000)
    assert few.low < many.low < 0.5 < many.high < few.high
    assert interval([0.0, 1.0] * 10) == few
    assert interval([1.0] * 5) == interval([1.0])
    # The normal approximation of the same: 1.96 * sqrt(0.25 / 2000).
    assert many.high - 0.5 == pytest.approx(0.0219, abs=0.003)


def test_paired_differences_see_what_two_intervals_do_not() -> None:
    before = [0.0, 1.0] * 50
    after = [*before[:-20], *([1.0] * 20)]
    change = difference(before, after)
    assert change.is_clear
    assert interval(before).high > interval(after).low, "side by side they overlap"
    assert not difference([0.0, 1.0], [1.0, 0.0]).is_clear


def test_refusing_is_chosen_from_both_sorts() -> None:
    yes, no = [0.9, 0.8, 0.7, 0.3], [0.6, 0.5, 0.2, 0.1]
    assert best_point(yes, no, answered=0.75).refused == 1.0
    assert best_point(yes, no, answered=1.0).refused == 0.5
    assert point_at(0.0, yes, no).refused == 0.0
    pairs = [(a > b) + (a == b) / 2 for a in yes for b in no]
    assert auroc(yes, no) == sum(pairs) / len(pairs)
    assert auroc([0.5, 0.5], [0.5]) == 0.5
    assert auroc(yes, []) is None
    bins = [found for found in reliability([0.95, 1.0, 0.15], [0.12]) if found.count]
    assert [(found.count, found.answerable) for found in bins] == [(2, 0.5), (2, 1.0)]


def test_a_comparison_names_what_moved(tmp_path: Path) -> None:
    earlier = read_kept(kept(tmp_path, part(tmp_path, "q1", "q2")))
    (found,) = compare(earlier, [part(tmp_path, "q2", "q3", "q4")])
    assert (found.count, found.metric) == (4, "evidence@5")
    assert (found.difference.before, found.difference.after) == (0.5, 0.75)
    assert [moved.after.question.id for moved in found.worse] == ["q1"]
    assert {moved.after.question.id for moved in found.better} == {"q3", "q4"}
    assert found.worse[0].before.places == ("a/en/m.pdf, page 4",)


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"kind": "bench", "measurements": []}', encoding="utf-8")
    with pytest.raises(SettingError, match=r"other\.json is not a result"):
        read_kept(other)
    with pytest.raises(SettingError, match="no question in common"):
        compare({"evidence": {}}, [part(tmp_path, "q1")])


def test_the_page_needs_nothing_from_outside_and_quotes_safely(tmp_path: Path) -> None:
    now = part(tmp_path, "q2")
    comparisons = compare(read_kept(kept(tmp_path, part(tmp_path, "q1", "q2"))), [now])
    page = render_report("Retrieval: gold", {"commit": "0123"}, [now], comparisons)
    assert not [word for word in ("http", "src=", "@import", "url(", "<script") if word in page]
    assert "<b>of the kind" not in page
    assert "b/en/&lt;other&gt;.pdf, page 1" in page
    assert 'lang="en"' in page
    assert "prefers-color-scheme: dark" in page
    well_formed = page.removeprefix("<!doctype html>\n").replace('<meta charset="utf-8">', "")
    root = ET.fromstring(well_formed.replace('initial-scale=1">', 'initial-scale=1"/>'))
    pictures = list(root.iter("svg"))
    assert len(pictures) == 4, "rates, refusals, reliability, times"
    assert all(picture.find("title") is not None and picture.find("desc") is not None for picture in pictures)
