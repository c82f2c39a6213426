"""A small editor's desk for tests: a folder of manuals, an embedded index, and a crew that keeps lists."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ingest import journal, pipeline
from ingest.index.edge import EdgeStore
from ingest.pipeline import Job, Report
from tests.recording_crew import NAME, RecordingCrew, vector_of


def section(number: int, text: str = "") -> str:
    words = " ".join(f"part{number} turns slowly {word}" for word in range(12))
    return f"## Section {number}\n\n{text or words}\n\n"


def manual(title: str, sections: int, **changed: str) -> str:
    return f"# {title}\n\n" + "".join(section(n, changed.get(f"s{n}", "")) for n in range(sections))


class Desk:
    """A folder of manuals, an index, and a crew that keeps lists."""

    def __init__(self, folder: Path) -> None:
        self.manuals = folder / "manuals"
        self.manuals.mkdir()
        self.home = folder / "home"
        self.home.mkdir()
        self.store = EdgeStore(self.home / "index")
        self.crew = RecordingCrew()

    def write(self, name: str, text: str) -> None:
        file = self.manuals / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def steps(self, **options: object) -> Iterator[pipeline.Progress | Report]:
        job = Job(paths=(self.manuals,), **options)  # type: ignore[arg-type]
        return pipeline.run(self.store, NAME, self.home, self.home, job, crew=self.crew)

    def ingest(self, **options: object) -> Report:
        self.crew.forget()
        *_steps, report = self.steps(**options)
        assert isinstance(report, Report)
        assert report.embedded == len(self.crew.embedded)
        self.check_vectors()
        return report

    def check_vectors(self) -> None:
        """Every published chunk is found by the vector of its own text, wherever that vector came from."""
        with self.store.draft(embedder=NAME, dimensions=self.crew.words.dimensions) as draft:
            for document in draft.documents():
                vectors = draft.vectors(document.document)
                for text, vector in vectors.items():
                    np.testing.assert_allclose(vector, vector_of(text), atol=1e-5)

    @property
    def journal(self) -> Path:
        return self.home / journal.FILE
