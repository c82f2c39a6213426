"""What a new revision changes: passages that are new, gone or worded otherwise, and nothing else."""

from collections.abc import Sequence

from ingest.diff import Change, PassageDiff, compare
from ingest.types import Chunk, Element
from tests.documents import chunks_of, heading, paragraph, table

OLD = (
    heading("Reset"),
    paragraph("Hold the ring for 10 seconds until the lamp blinks.", page=1),
    paragraph("The clock is set to noon.", page=1),
    heading("Care"),
    paragraph("Wipe the case with a dry cloth.", page=2),
)


def shown(old: Sequence[Chunk], new: Sequence[Chunk]) -> list[tuple[Change, str, str]]:
    return [(found.change, found.old, found.new) for found in compare(old, new)]


def with_change(place: int, *elements: Element) -> list[Chunk]:
    return chunks_of(*OLD[:place], *elements, *OLD[place + 1 :])


def test_the_same_text_has_no_differences_however_it_is_cut() -> None:
    whole = chunks_of(*OLD)
    assert compare(whole, whole) == []
    assert compare(whole, [*chunks_of(*OLD[:3]), *chunks_of(*OLD[3:])]) == []
    rows = [
        (f"E-{number:02}", "Call the service, which knows what this code of the display means.") for number in range(60)
    ]
    cut = chunks_of(heading("Codes"), table(("Code", "What to do"), *rows))
    assert len(cut) > 1
    assert [
        (found.change, found.old)
        for found in compare(cut, chunks_of(heading("Codes"), table(("Code", "What to do"), *rows[1:])))
    ] == [(Change.REMOVED, " | ".join(rows[0]))]


def test_a_changed_number_is_a_changed_word() -> None:
    new = with_change(1, paragraph("Hold the ring for 15 seconds until the lamp blinks.", page=1))
    (found,) = compare(chunks_of(*OLD), new)
    assert found.change is Change.CHANGED
    assert found.section == ("Reset",)
    assert found.page == 1
    assert [(part.old, part.new) for part in found.words if part.old != part.new] == [("10", "15")]
    assert "".join(part.new for part in found.words) == found.new
    assert "".join(part.old for part in found.words) == found.old


def test_added_and_removed_passages_are_told_with_their_place() -> None:
    new = with_change(2, paragraph("Never open the battery compartment while it charges!", page=1))
    assert shown(chunks_of(*OLD), new) == [
        (Change.ADDED, "", "Never open the battery compartment while it charges!"),
        (Change.REMOVED, "The clock is set to noon.", ""),
    ]


def test_a_passage_that_moved_is_no_change_but_a_repeated_one_that_went_is() -> None:
    moved = chunks_of(*OLD[3:], *OLD[:3])
    assert compare(chunks_of(*OLD), moved) == []
    twice = chunks_of(*OLD, paragraph("The clock is set to noon."))
    assert shown(twice, chunks_of(*OLD)) == [(Change.REMOVED, "The clock is set to noon.", "")]


def test_chinese_is_compared_character_by_character() -> None:
    old = chunks_of(heading("重置"), paragraph("按住按钮十秒钟，直到指示灯闪烁。"))
    new = chunks_of(heading("重置"), paragraph("按住按钮五秒钟，直到指示灯闪烁。"))
    (found,) = compare(old, new)
    assert [(part.old, part.new) for part in found.words if part.old != part.new] == [("十", "五")]


def test_a_rewritten_manual_is_compared_in_moments() -> None:
    old = [paragraph(f"Old words about part {number} of the machine, all of them." * 2) for number in range(1500)]
    new = [paragraph(f"Entirely different {number}: text upon text, line {number}!" * 2) for number in range(1500)]
    found: list[PassageDiff] = compare(chunks_of(*old), chunks_of(*new))
    assert {part.change for part in found} <= set(Change)
    assert len(found) >= 1500
