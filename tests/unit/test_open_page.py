"""A passage over several pages is opened where it says what is asked."""

from dataclasses import replace

import pytest

from ingest.types import Box
from retrieval.open_page import opened
from retrieval.passages import Passage
from tests.passages import passage

LINES = (
    (46, "6.5.2 Order of shutdown"),
    (46, "Each UPS has a number, its sdorder, and they"),
    (46, "are switched off from the lowest to the highest."),
    (47, "A UPS with sdorder -1 is"),
    (47, "never switched off."),
)


def over_pages() -> Passage:
    boxes, start = [], 0
    for place, (page, text) in enumerate(LINES):
        top = 50.0 + 12 * place
        boxes.append(Box(page=page, left=50.0, top=top, right=300.0, bottom=top + 10, start=start))
        start += len(text) + 1
    whole = passage("\n".join(text for _page, text in LINES), page=46)
    return replace(whole, pages=(46, 47), boxes=tuple(boxes))


@pytest.mark.parametrize(
    ("rarity", "page"),
    [
        ({"sdorder": 6.0, "never": 4.0, "switch": 3.0}, 47),
        ({"lowest": 5.0, "highest": 5.0}, 46),
        ({"battery": 5.0}, 46),
        ({}, 46),
    ],
)
def test_the_page_of_the_line_that_says_most_is_opened(rarity: dict[str, float], page: int) -> None:
    found = opened(over_pages(), rarity)
    assert found == replace(over_pages(), page=page)


def test_what_has_one_page_or_none_stays_as_it_is() -> None:
    one = passage("Hold the key.", page=3)
    assert opened(one, {"key": 1.0}) is one
    none = replace(one, page=None, pages=())
    assert opened(none, {"key": 1.0}) is none
