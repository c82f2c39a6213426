"""Sections: every element once, each under the headings that lead to it."""

from ingest.structure import sections
from tests.documents import heading, manual, paragraph


def test_a_heading_closes_its_equals_and_all_below_them() -> None:
    document = manual(
        paragraph("Preface."),
        heading("Use", 1),
        paragraph("Plug in."),
        heading("Menu", 3),
        heading("Daily", 2),
        paragraph("Press."),
        heading("Care", 1),
    )
    found = list(sections(document))
    assert [section.path for section in found] == [(), ("Use",), ("Use", "Menu"), ("Use", "Daily"), ("Care",)]
    assert [element.text for section in found for element in section.body] == ["Preface.", "Plug in.", "Press."]


def test_a_heading_is_one_line_in_the_path_and_level_0_counts_as_1() -> None:
    found = list(sections(manual(heading("Before\n  you  start", 0), heading("Next", 1))))
    assert [section.path for section in found] == [("Before you start",), ("Next",)]
