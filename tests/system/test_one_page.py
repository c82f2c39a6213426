"""One changed page of a PDF: the rest of the manual keeps its vectors."""

from pathlib import Path

from ingest import pipeline
from ingest.index.contract import EVERYTHING
from ingest.index.edge import EdgeStore
from tests.pdf_writer import PdfBookmark, PdfPage, pdf_bytes
from tests.recording_crew import NAME, RecordingCrew

PAGES = 40
MOST_EMBEDDED = 5


def manual(changed: int = 0) -> bytes:
    """A chapter a page, with running header and footer; one page may have a line more."""
    pages = []
    for number in range(1, PAGES + 1):
        page = PdfPage().text(60, 40, "Spindle drive: service manual", size=8)
        page.text(60, 90, f"{number} Stage {number}", font="bold", size=16)
        lines = [
            f"Stage {number} is checked with gauge {number * 7} at point {line} of the frame." for line in range(20)
        ]
        if number == changed:
            lines.insert(10, "Tighten the locking screw of the spindle brake to 7.5 Nm before each shift.")
        page.lines(60, 130, *lines)
        pages.append(page.text(290, 810, f"{number}", size=8))
    return pdf_bytes(pages, tuple(PdfBookmark(f"{n} Stage {n}", n) for n in range(1, PAGES + 1)), title="Spindle drive")


def test_one_changed_page_embeds_a_few_chunks(tmp_path: Path) -> None:
    manuals = tmp_path / "manuals"
    manuals.mkdir()
    file = manuals / "spindle.pdf"
    store, crew = EdgeStore(tmp_path / "index"), RecordingCrew()

    def ingest() -> pipeline.Report:
        crew.forget()
        job = pipeline.Job(paths=(manuals,))
        *_steps, report = pipeline.run(store, NAME, tmp_path, tmp_path, job, crew=crew)
        assert isinstance(report, pipeline.Report)
        return report

    file.write_bytes(manual())
    first = ingest()
    assert (first.embedded, first.pages) == (first.chunks, PAGES)
    file.write_bytes(manual(changed=20))
    again = ingest()
    assert again.updated == ("spindle.pdf",)
    assert 1 <= again.embedded <= MOST_EMBEDDED
    assert again.embedded + again.taken_over == again.chunks
    index = store.open()
    chunks = index.span("spindle.pdf", 0, 9999, EVERYTHING)
    assert len(chunks) == again.chunks
    assert len({chunk.revision for chunk in chunks}) == 1
    assert {chunk.page for chunk in chunks if "7.5 Nm" in chunk.text} == {20}
    index.close()
