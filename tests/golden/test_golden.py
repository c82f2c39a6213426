"""Our PDF reader against the golden manuals: the targets that reading has to hold, and what only we promise."""

import re
from functools import cache

import pytest

from ingest.chunk import chunk
from ingest.types import Kind
from tests.golden.own import own_pieces, read_own
from tests.golden.score import Score, fold, score, spaced
from tests.golden.truth import Block, Truth, truths

TRUTHS = truths()
_MARKER = re.compile(r"^(?:[•◦▪-]|\(?[0-9a-z]{1,2}[.)])\s*")

each = pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.name)


@cache
def total() -> Score:
    return sum((score(truth, own_pieces(read_own(truth.pdf))) for truth in TRUTHS), Score())


def test_the_set_is_large_and_varied_enough() -> None:
    assert sum(read_own(truth.pdf).pages for truth in TRUTHS) >= 30
    assert {truth.language[:2] for truth in TRUTHS} == {"de", "en", "es", "fr", "ja", "zh"}
    assert total().cells > 400
    assert total().headings > 90


def test_table_cells_are_exact() -> None:
    assert total().table_cells >= 0.95


def test_the_heading_tree_is_right() -> None:
    assert total().heading_tree >= 0.95


def test_blocks_come_in_reading_order() -> None:
    assert total().order >= 0.98


def test_no_text_is_lost() -> None:
    assert total().recall >= 0.995


def test_prose_is_word_for_word() -> None:
    assert total().exact >= 0.98


def test_running_lines_contents_and_index_are_left_out() -> None:
    assert total().furniture_left_out >= 0.98


@each
def test_steps_and_items_are_whole_and_told_apart(truth: Truth) -> None:
    found = {
        spaced(_MARKER.sub("", element.text)): element.kind
        for element in read_own(truth.pdf).elements
        if element.kind in (Kind.STEP, Kind.LIST_ITEM)
    }
    wanted = [block for block in truth.blocks if block.kind in {"step", "item"}]
    missing = [block.text for block in wanted if spaced(block.text) not in found]
    assert not missing
    assert all(found[spaced(block.text)] is Kind.STEP for block in wanted if block.kind == "step" and not block.level)


@each
def test_notices_stay_with_what_they_warn_about(truth: Truth) -> None:
    texts = [fold(piece.text) for piece in chunk(read_own(truth.pdf))]
    apart = [block.text for block in truth.blocks if block.kind == "notice" and not _together(block, texts)]
    assert not apart


def _together(notice: Block, texts: list[str]) -> bool:
    # A long table is cut between rows: the notice stands with its end.
    return any(fold(notice.text) in text and fold(notice.belongs_to)[-12:] in text for text in texts)


@each
def test_captions_and_notices_are_known_as_such(truth: Truth) -> None:
    kinds = {fold(element.text): element.kind for element in read_own(truth.pdf).elements}
    for block in truth.blocks:
        if block.kind in {"caption", "notice"}:
            wanted = Kind.CAPTION if block.kind == "caption" else Kind.WARNING
            assert kinds.get(fold(block.text)) is wanted, block.text


@each
def test_full_width_letters_and_digits_are_plain(truth: Truth) -> None:
    text = "".join(element.text for element in read_own(truth.pdf).elements)
    assert not re.search("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]", text)


@each
def test_the_language_is_known_from_the_text(truth: Truth) -> None:
    assert read_own(truth.pdf).language == truth.language[:2]
