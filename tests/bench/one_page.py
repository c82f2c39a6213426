"""One changed page of a large PDF: a PDF goes in, the time to publish it again and the chunks embedded come out.

    python tests/bench/one_page.py                      the largest PDF of ../shared/manuals/full, or of $MANUALS
    python tests/bench/one_page.py --pdf manual.pdf     this one
    python tests/bench/one_page.py --home folder        keeps the first ingest, for another try
    python tests/bench/one_page.py --corpus HOME FOLDER the largest PDF of a folder that HOME was made from, beside all
                                                        its other manuals; both are copied, which all are read again for

The manual is ingested by the command as it is, then a line is written on one page in the middle and the command is run
again. `one-page.json` says how long that took. The figures are worth something only while nothing else runs.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
from process_tree import run_command

from serving.evaluation.results import CHECKOUT, FOLDER, model_name, save
from serving.settings import load_settings

COMMAND = Path(sys.executable).with_name("manualdesk")
LINE = "Revision note: tighten the locking screw of the spindle brake to 7.5 Nm before each shift."


def main() -> None:
    options = _options()
    if options.corpus:
        save("one-page-full", _in_corpus(*options.corpus), options.results)
        return
    pdf = options.pdf or _largest(Path(os.environ.get("MANUALS", CHECKOUT.parent / "shared" / "manuals" / "full")))
    with _home(options.home) as home:
        manuals = home / "manuals"
        manuals.mkdir(exist_ok=True)
        copy = manuals / pdf.name
        shutil.copyfile(pdf, copy)
        first, _first_peak = _ingest(home, manuals)
        page = _change_a_page(pdf, copy)
        again, peak = _ingest(home, manuals)
    assert again["updated"] == [pdf.name], again
    measured = {
        "kind": "one-page",
        "settings": {"embedder": model_name(load_settings().embedder)},
        "pdf": {"name": pdf.name, "pages": again["pages"], "chunks": again["chunks"], "changed_page": page},
        "first": {key: first[key] for key in ("command_seconds", "seconds", "embedding_seconds", "embedded")},
        "again": {key: again[key] for key in ("command_seconds", "seconds", "embedding_seconds", "embedded")},
        "peak_mebibytes": peak,
    }
    print(json.dumps(measured, indent=2))
    save("one-page", measured, options.results)


def _in_corpus(home: Path, folder: Path) -> dict[str, object]:
    pdf = _largest(folder)
    with tempfile.TemporaryDirectory(prefix="manualdesk-one-page-", dir=home.parent) as temporary:
        manuals, copy = Path(temporary) / "manuals", Path(temporary) / "home"
        shutil.copytree(folder, manuals, copy_function=os.link)
        shutil.copytree(home, copy, symlinks=True, copy_function=shutil.copyfile)
        before, _peak = _ingest(copy, manuals)
        changed = manuals / pdf.relative_to(folder)
        changed.unlink()  # the link, not what it shares with the folder
        page = _change_a_page(pdf, changed)
        again, peak = _ingest(copy, manuals)
    assert again["updated"] == [str(pdf.relative_to(folder))], again
    measured: dict[str, object] = {
        "kind": "one-page",
        "settings": {"embedder": model_name(load_settings().embedder)},
        "pdf": {"name": pdf.name, "pages": again["pages"], "changed_page": page},
        "corpus": {"documents": again["documents"], "chunks": again["chunks"]},
        "moved": {key: before[key] for key in ("command_seconds", "seconds", "embedded")},
        "again": {key: again[key] for key in ("command_seconds", "seconds", "embedding_seconds", "embedded")},
        "peak_mebibytes": peak,
    }
    print(json.dumps(measured, indent=2))
    return measured


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pdf", type=Path, help="the manual")
    parser.add_argument("--home", type=Path, help="MANUALDESK_HOME to use and keep")
    parser.add_argument("--corpus", type=Path, nargs=2, metavar=("HOME", "FOLDER"), help="change it in a whole corpus")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where the result goes")
    return parser.parse_args()


def _largest(folder: Path) -> Path:
    found = sorted(folder.rglob("*.pdf"), key=lambda file: file.stat().st_size)
    if not found:
        sys.exit(f"no PDF in {folder}: name one with --pdf, or a folder with MANUALS=")
    return found[-1]


@contextmanager
def _home(kept: Path | None) -> Iterator[Path]:
    """A home with the models linked in: making them ready is no part of an ingest."""
    models = load_settings().models.resolve()
    with tempfile.TemporaryDirectory(prefix="manualdesk-one-page-") as folder:
        home = kept.resolve() if kept else Path(folder).resolve()
        home.mkdir(parents=True, exist_ok=True)
        if not (home / "models").exists():
            (home / "models").symlink_to(models, target_is_directory=True)
        yield home


def _change_a_page(source: Path, target: Path) -> int:
    """Writes a line on the page in the middle. Returns its number."""
    with pikepdf.open(source) as document:
        number = len(document.pages) // 2
        page = document.pages[number - 1]
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        name = page.add_resource(document.make_indirect(font), pikepdf.Name.Font)
        # Saved and restored around the page's own operators, which may leave another coordinate system behind.
        page.contents_add(b"q", prepend=True)
        page.contents_add(f"Q BT {name} 10 Tf 90 120 Td ({LINE}) Tj ET".encode())
        document.save(target)
    return number


def _ingest(home: Path, manuals: Path) -> tuple[dict[str, object], int | None]:
    """The report of a run of the command, and its peak of memory in MiB."""
    run = run_command(home, "ingest", str(manuals), "--json")
    return {**json.loads(run.output), "command_seconds": round(run.seconds, 2)}, run.mebibytes


if __name__ == "__main__":
    main()
