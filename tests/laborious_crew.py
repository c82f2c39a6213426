"""A crew whose embedding takes work, and which writes down in a file what it embedded: something to kill half-way."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest import pipeline
from ingest.index.edge import EdgeStore
from tests.recording_crew import NAME, RecordingCrew, WordEmbedder

_ROUNDS = 6_000
"""About 3 ms of work a text."""


class LaboriousEmbedder(WordEmbedder):
    """Each slice is in the file before it is given back."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        for text in texts:
            hashlib.pbkdf2_hmac("sha256", text.encode(), b"", _ROUNDS)
        lines = "".join(f"{hashlib.sha256(text.encode()).hexdigest()}\n" for text in texts)
        descriptor = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, lines.encode())
        os.close(descriptor)
        return super().embed_passages(texts)


def ingest(manuals: Path, home: Path, log: Path) -> None:
    """One whole run; for a process of its own."""
    job = pipeline.Job(paths=(manuals,))
    crew = RecordingCrew(LaboriousEmbedder(log))
    for _step in pipeline.run(EdgeStore(home / "index"), NAME, home, home, job, crew=crew):
        pass
