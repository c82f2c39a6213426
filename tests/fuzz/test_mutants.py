"""Broken files through the workers: each is read or reported, none crashes, hangs or stops the run."""

import os
from pathlib import Path

import pytest

from ingest.discover import discover
from ingest.workers import ChunkedFile, Limits, read_all
from tests.conftest import ROOT
from tests.fuzz.mutations import Sample, mutants
from tests.golden.formats import office_files, text_files
from tests.golden.formats.manual import MANUAL, Table

LIMITS = Limits(seconds=120)
LARGEST_SAMPLE = 400_000
"""Bytes. A large file breaks in no other way than a small one, more slowly."""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    """One manual in each format, and the samples that come with the project."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "a.html").write_text(text_files.as_html(MANUAL))
    (folder / "a.md").write_text(text_files.as_markdown(MANUAL))
    (folder / "a.rst").write_text(text_files.as_rst(MANUAL))
    (folder / "a.txt").write_text(text_files.as_text(MANUAL))
    table = next(block for block in MANUAL if isinstance(block, Table))
    (folder / "a.csv").write_bytes(text_files.as_csv(table).encode("gb18030"))
    for suffix in ("docx", "odt", "epub", "pptx", "xlsx"):
        getattr(office_files, f"write_{suffix}")(folder / f"a.{suffix}", MANUAL)
    files = [*sorted(folder.iterdir()), *sorted((ROOT / "data" / "samples").rglob("*"))]
    whole = [path for path in files if path.is_file() and path.suffix != ".toml"]
    return [Sample(p.name, p.read_bytes()) for p in whole if p.stat().st_size <= LARGEST_SAMPLE]


def read_mutants(folder: Path, samples: list[Sample], count: int, seed: int) -> list[ChunkedFile]:
    for mutant in mutants(samples, count, seed):
        (folder / mutant.name).write_bytes(mutant.content)
    found = discover([folder], root=folder)
    assert len(found.files) + len(found.skipped) + len(found.failed) == count
    files = list(read_all(found.files, workers=2, limits=LIMITS))
    assert sorted(file.source.document for file in files) == [source.document for source in found.files]
    return files


def check(files: list[ChunkedFile]) -> None:
    for file in files:
        document = file.source.document
        assert bool(file.chunks) != bool(file.error), document
        if file.error is not None:
            assert document in file.error.message
            assert file.error.hint, document
            assert "Traceback" not in file.error.message
            # A limit or a crash of a parser is survived; on files this small it is a fault of the reader all the same.
            assert not any(word in file.error.message for word in ("crashed", "memory", "time limit")), file.error
        for chunk in file.chunks:
            assert chunk.text.strip()
            chunk.embed_text.encode()
            assert "\x00" not in chunk.text


def test_forty_broken_files(tmp_path: Path, samples: list[Sample]) -> None:
    check(read_mutants(tmp_path, samples, 40, seed=1))


@pytest.mark.slow
def test_five_hundred_broken_files(tmp_path: Path, samples: list[Sample]) -> None:
    """Another seed: MANUALDESK_FUZZ_SEED."""
    check(read_mutants(tmp_path, samples, 500, seed=int(os.environ.get("MANUALDESK_FUZZ_SEED", "2026"))))
