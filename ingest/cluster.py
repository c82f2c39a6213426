"""A crew on Ray: the setting `ray`, `ray://auto` or `ray://HOST:PORT` enters, readers and embedders leave.

What they read and embed comes back to this process, which alone writes to the index.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.cluster_embedding import ClusterEmbedder
from ingest.cluster_reading import Reading
from ingest.cluster_session import Session
from ingest.types import SourceFile
from ingest.workers import ChunkedFile, Limits


class RayCrew:
    """See `crew.Crew`. Nothing is started or contacted before there is something to read or embed."""

    def __init__(self, address: str, embedder_name: str, models: Path) -> None:
        """Raises SettingError for what names no cluster, or where Ray is not installed."""
        self._session = Session(address)
        self._embedder_name = embedder_name
        self._models = models
        self._readings: list[Reading] = []
        self._embedder: ClusterEmbedder | None = None

    def read(self, sources: Sequence[SourceFile]) -> Iterator[ChunkedFile]:
        """Every file once, as they are done. Raises SettingError where the cluster cannot be reached."""
        # Ray wants to be started by the main thread, and whoever draws the files is another.
        self._session.share()
        reading = Reading(self._session, Limits())
        self._readings.append(reading)
        return reading.files(sources)

    def prepare(self) -> None:
        """Nothing: the nodes load their models while they wait for the first texts."""

    def embedder(self) -> ClusterEmbedder:
        """Raises ModelUnavailable, and SettingError where the cluster cannot be reached."""
        if self._embedder is None:
            self._embedder = ClusterEmbedder(self._session, self._embedder_name, self._models)
        return self._embedder

    def close(self) -> None:
        for reading in self._readings:
            reading.stop()
        self._session.close()
