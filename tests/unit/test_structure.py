"""Sections: every element once, each under the headings that lead to it, in the language it is written in."""

from ingest.chunk import chunk
from ingest.index.payload import from_payload, to_document, to_payload
from ingest.structure import sections
from tests.documents import heading, manual, paragraph

GERMAN = (
    "Ziehen Sie den Stecker aus der Steckdose, bevor Sie das Gerät öffnen. Der Motor kann noch heiß sein, auch wenn "
    "das Gerät schon seit einer Stunde nicht mehr in Betrieb ist. Öffnen Sie die Klappe auf der Rückseite und nehmen "
    "Sie das Sieb heraus."
)
CHINESE = (
    "打开设备之前，请先从插座上拔下电源插头。即使设备已经停止运行一小时，"
    "电机仍可能很热。打开背面的盖板，取出滤网并用清水冲洗干净。"
)
COMMANDS = "pump --start --port 8080 --verbose config.yaml P1 P2 P3 systemctl restart pumpd journalctl -u pumpd " * 4


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


def test_a_section_has_the_language_it_clearly_tells_and_a_short_one_that_of_the_chapter() -> None:
    found = sections(
        manual(
            heading("Safety"),
            paragraph("Unplug it."),
            heading("Reinigung"),
            paragraph(GERMAN),
            heading("Filter", 2),
            paragraph("Monatlich."),
            heading("清洁"),
            paragraph(CHINESE),
            heading("Commands"),
            paragraph(COMMANDS),
        )
    )
    assert [section.language for section in found] == ["en", "de", "de", "zh", "en"]


def test_a_chunk_is_in_one_language_and_the_document_keeps_its_own() -> None:
    document = manual(heading("Lizenz"), paragraph("Frei."), paragraph(GERMAN), heading("Use"), paragraph("Plug in."))
    chunks = chunk(document)
    assert [piece.language for piece in chunks] == ["de", "en"]
    kept = to_payload(chunks[0])
    assert from_payload(kept) == chunks[0]
    assert to_document(kept).language == "en"
    del kept["document_language"]  # an index made before sections had their language
    assert to_document(kept).language == "de"
