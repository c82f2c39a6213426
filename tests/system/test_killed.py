"""Killed at any moment, an ingest leaves one whole generation, and the next run goes on where it was.

Readers meanwhile see whole generations only.
"""

import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from ingest import journal, pipeline
from ingest.filling import SLICE_CHUNKS
from ingest.index.contract import EVERYTHING, Index
from ingest.index.edge import EdgeStore
from tests import laborious_crew
from tests.recording_crew import NAME, RecordingCrew, vector_of

DOCUMENTS = 4
SECTIONS = 60
RATE = 20
"""Questions a second."""


class Site:
    """Manuals whose every section names the edition, an index of them, and a log of what was embedded."""

    def __init__(self, folder: Path) -> None:
        self.manuals = folder / "manuals"
        self.manuals.mkdir()
        self.home = folder / "home"
        self.home.mkdir()
        self.log = folder / "embedded.txt"
        self.store = EdgeStore(self.home / "index")

    def write(self, edition: int) -> None:
        for number in range(DOCUMENTS):
            sections = "".join(
                f"## Section {place}\n\n{f'edition{edition} of manual {number} turns part {place}. ' * 5}\n\n"
                for place in range(SECTIONS)
            )
            (self.manuals / f"{number}.md").write_text(f"# Manual {number}\n\n{sections}")

    def ingest(self) -> None:
        """One quick run in this process."""
        job = pipeline.Job(paths=(self.manuals,))
        list(pipeline.run(self.store, NAME, self.home, self.home, job, crew=RecordingCrew()))

    def start(self) -> ForkServerProcess:
        """One laborious run in a process of its own."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([laborious_crew.__name__])
        process = context.Process(target=laborious_crew.ingest, args=(self.manuals, self.home, self.log))
        process.start()
        return process

    def edition(self) -> int:
        """The one edition that every chunk of the published generation is of."""
        index = self.store.open()
        documents = index.documents(EVERYTHING)
        assert [found.document for found in documents] == [f"{number}.md" for number in range(DOCUMENTS)]
        chunks = [chunk for found in documents for chunk in index.span(found.document, 0, 999, EVERYTHING)]
        assert len(chunks) == index.info().chunks == DOCUMENTS * SECTIONS
        index.close()
        return one_edition(chunk.text for chunk in chunks)

    def embedded(self) -> Counter[str]:
        return Counter(self.log.read_text().split()) if self.log.exists() else Counter()


def one_edition(texts: Iterator[str]) -> int:
    editions = {word for text in texts for word in text.split() if word.startswith("edition")}
    assert len(editions) == 1, f"mixed: {editions}"
    return int(editions.pop().removeprefix("edition"))


@pytest.fixture
def site(quick_folder: Path) -> Site:
    return Site(quick_folder)


@pytest.mark.parametrize("moments", [4, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.timeout(3600)
def test_killed_at_any_moment(site: Site, moments: int) -> None:
    chance = random.Random(20261122)
    site.write(0)
    started = time.monotonic()
    whole = site.start()
    whole.join()
    seconds = time.monotonic() - started
    assert (whole.exitcode, site.edition()) == (0, 0)
    published_early = 0
    for moment in range(1, moments + 1):
        site.write(moment)
        site.log.unlink()
        killed = site.start()
        killed.join(timeout=seconds * (moment - chance.random()) / moments)
        killed.kill()
        killed.join()
        found = site.edition()
        assert found in {moment - 1, moment}
        published_early += found == moment
        resumed = site.start()
        resumed.join()
        assert (resumed.exitcode, site.edition()) == (0, moment)
        assert not (site.home / journal.FILE).exists() or found == moment
        embedded = site.embedded()
        assert len(embedded) == DOCUMENTS * SECTIONS
        assert embedded.total() - len(embedded) <= SLICE_CHUNKS, "embedded again what was embedded"
    assert published_early < moments, "every run had ended before it was killed"


@pytest.mark.parametrize("ingests", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_questions_during_ingests_see_one_edition_each(site: Site, ingests: int) -> None:
    site.write(0)
    site.ingest()
    index = site.store.open()
    ended = threading.Event()
    asker = Asker(index, ended)
    asker.start()
    for edition in range(1, ingests + 1):
        site.write(edition)
        process = site.start()
        process.join()
        assert process.exitcode == 0
        asker.wait_for(edition)
    ended.set()
    asker.join()
    assert asker.wrong == []
    assert asker.editions == sorted(asker.editions)
    assert set(asker.editions) == set(range(ingests + 1))


class Asker(threading.Thread):
    """Asks at a steady rate, each question in all ways of reading, and keeps the edition that answered."""

    def __init__(self, index: Index, ended: threading.Event) -> None:
        super().__init__()
        self.editions: list[int] = []
        self.wrong: list[str] = []
        self._index = index
        self._ended = ended
        self._answered = threading.Condition()

    def run(self) -> None:
        number = 0
        while not self._ended.wait(1 / RATE):
            number += 1
            try:
                edition = self._ask(number)
            except Exception as error:  # noqa: BLE001  Whatever it is, the test has to say it.
                self.wrong.append(repr(error))
                self._ended.wait()
                return
            with self._answered:
                self.editions.append(edition)
                self._answered.notify_all()

    def _ask(self, number: int) -> int:
        question = f"manual {number % DOCUMENTS} turns part {number % SECTIONS}"
        with self._index.hold():
            hits = self._index.search_dense(vector_of(question), EVERYTHING, limit=10)
            assert len(hits) == 10, "an empty answer"
            texts = [hit.chunk.text for hit in hits]
            for hit in hits[:3]:
                near = self._index.span(hit.chunk.document, hit.chunk.ordinal - 1, hit.chunk.ordinal + 1, EVERYTHING)
                assert near, "a found chunk has no neighbours"
                texts += [chunk.text for chunk in near]
        return one_edition(iter(texts))

    def wait_for(self, edition: int) -> None:
        """Until this edition answers; the promise is a second."""
        with self._answered:
            answered = self._answered.wait_for(lambda: self.wrong or edition in self.editions[-1:], timeout=30)
        assert answered, f"edition {edition} never answers"
