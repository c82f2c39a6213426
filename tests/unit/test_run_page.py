"""A run in words and as a page: everything is told, nothing is trusted, nothing is loaded."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from ingest.errors import RecordsUnusable
from ingest.pipeline import Failure, Report, WeakPages
from ingest.records.reports import report_from_json
from ingest.records.types import Run, State
from ingest.types import PageQuality
from ui.run_page import LONG, run_page
from ui.run_text import concerns, next_steps, one_line, run_lines

EVIL = "<script>alert('x')</script>.pdf"
REPORT = Report(
    added=("new.pdf", "here/moved.pdf"),
    updated=(EVIL,),
    unchanged=7,
    removed=("old.pdf", "there/moved.pdf"),
    failed=(
        Failure(document="a.md", error="a.md: audience is 'publik'", hint="It can be 'public'."),
        Failure(document="b.md", error="b.md: audience is 'publik'", hint="It can be 'public'."),
        Failure(document="c.pdf", error="c.pdf is empty", hint=""),
    ),
    skipped=(("x.doc", "no reader for .doc"),),
    documents=9,
    chunks=90,
    pages=12,
    generation="g2",
    seconds=10.0,
    renamed=(("there/moved.pdf", "here/moved.pdf"),),
    duplicates=(("new.pdf", "copy.pdf"),),
    embedded=30,
    taken_over=60,
    embedding_seconds=4.0,
    weak_pages=(
        WeakPages(
            document="new.pdf",
            pages=(
                PageQuality(page=3, score=0.2, problems=("garbled",)),
                PageQuality(page=5, score=0.1, problems=("garbled",)),
                PageQuality(page=9, score=0.0, problems=("empty",)),
            ),
        ),
    ),
)
RUN = Run(
    number=12,
    kind="ingest",
    state=State.DONE,
    started_at="2026-01-31T12:00:00+00:00",
    seconds=10.5,
    started_by="ann",
    job="/manuals",
    generation="g2",
)


class Tags(HTMLParser):
    """The tags of a page in order, and whether each is closed where it should be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert not self._open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not [value for name, value in attributes if name in {"src", "href"} or name.startswith("on")]
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def test_a_report_survives_the_records() -> None:
    assert report_from_json(json.dumps(REPORT.to_json())) == REPORT


def test_an_older_and_a_newer_report_can_be_read() -> None:
    older = report_from_json('{"added": ["a.pdf"], "from the future": {"x": 1}}')
    assert (older.added, older.unchanged, older.weak_pages) == (("a.pdf",), 0, ())
    for damaged in ("", "[]", "{", '{"failed": [{"hint": "no document"}]}', '{"pages": "many"}'):
        with pytest.raises(RecordsUnusable):
            report_from_json(damaged)


def test_one_line_counts_a_renamed_manual_once() -> None:
    assert one_line(REPORT) == "1 added, 1 updated, 1 renamed, 7 unchanged, 1 removed, 3 failed in 10.0 s"


def test_one_reason_of_many_failures_is_told_once() -> None:
    lines = list(concerns(REPORT))
    assert lines.count("failed: a.md (and 1 more): audience is 'publik'") == 1
    assert "look at: new.pdf: pages 3 and 5 (garbled, score 0.10 at worst); page 9 (empty)" in lines
    assert "the same file 2 times: new.pdf, copy.pdf" in lines


def test_the_next_steps_name_what_is_there_to_do() -> None:
    said = "\n".join(next_steps(RUN, REPORT))
    for part in ("a.md, b.md, c.pdf", "3 pages", "1 group", "documents restore old.pdf"):
        assert part in said
    assert next_steps(RUN, replace(REPORT, failed=(), removed=(), renamed=(), duplicates=(), weak_pages=())) == []
    killed = "\n".join(next_steps(replace(RUN, state=State.RUNNING), None))
    assert "killed" in killed
    assert "index is as" not in killed  # it may have been published
    stopped = replace(RUN, state=State.FAILED, error="no space left", hint="Make room.")
    assert "Make room." in next_steps(stopped, None)[0]


def test_the_page_tells_all_of_it_and_stands_alone() -> None:
    page = run_page(RUN, REPORT)
    tags = Tags(page)
    assert not {"script", "link", "img", "iframe", "form"} & set(tags.seen)
    assert EVIL not in page
    assert "&lt;script&gt;" in page
    for part in ("no reader for .doc", "there/moved.pdf", "is empty", "copy.pdf", "pages 3 and 5", "manualdesk ingest"):
        assert part in page
    assert not re.search(r"https?://|url\(", page)
    assert tags.seen.count("h1") == 1
    assert 'lang="en"' in page
    assert "prefers-color-scheme: dark" in page
    assert "default-src 'none'" in page


def test_only_an_ingest_is_told_as_a_command() -> None:
    assert next(run_lines(RUN, None)) == "run 12: manualdesk ingest /manuals"
    assert next(run_lines(replace(RUN, kind="rollback", job=""), None)) == "run 12: rollback"


def test_long_lists_are_folded() -> None:
    many = tuple(f"{number}.pdf" for number in range(LONG + 1))
    assert "details" in Tags(run_page(RUN, replace(REPORT, added=many))).seen
    assert "details" not in Tags(run_page(RUN, REPORT)).seen


def test_a_run_that_failed_says_why() -> None:
    failed = replace(RUN, state=State.FAILED, error="the <disk> is full", hint="Make room.")
    page = run_page(failed, None)
    Tags(page)
    assert "the &lt;disk&gt; is full" in page
    assert "index is as it was" in page
    assert "error: the <disk> is full" in list(run_lines(failed, None))
