"""A crew that stops before it reads one document, until it may go on: a run to look at half-way."""

import threading
from collections.abc import Iterator, Sequence

from ingest.types import SourceFile
from ingest.workers import ChunkedFile, read_and_chunk
from tests.recording_crew import RecordingCrew

_PATIENCE_SECONDS = 60


class HaltingCrew(RecordingCrew):
    """`go` lets it read `document`, and those after it."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.document = document
        self.go = threading.Event()

    def read(self, sources: Sequence[SourceFile]) -> Iterator[ChunkedFile]:
        for source in sources:
            if source.document == self.document:
                assert self.go.wait(_PATIENCE_SECONDS), "nobody let it go on"
            yield read_and_chunk(source)
