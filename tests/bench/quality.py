"""What the parse-quality score complains of in manuals that are well made: every complaint is to be looked at.

    python tests/bench/quality.py FOLDER            all manuals in a folder
    python tests/bench/quality.py FOLDER --every 5  every fifth of them, in the order of their names

Prints each page that is named with what is wrong and the beginning of its text, and the share of pages that are.
Pages without text are not read by OCR here: that is not what is judged.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from ingest.errors import ReadError
from ingest.quality import RECOGNISED
from ingest.readers import read, scan
from ingest.suffixes import SCANS, SUFFIXES
from ingest.types import SourceFile
from serving.evaluation.results import FOLDER, save


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--suffix", default="", help="only files that end so")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where the results go")
    options = parser.parse_args()
    wanted = {options.suffix} if options.suffix else SUFFIXES - {*SCANS}
    files = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in wanted)
    pages, named, complaints = 0, 0, Counter[str]()
    scan._needs_recognition = lambda *_page: False  # type: ignore[assignment]
    for path in files[:: options.every]:
        name = path.relative_to(options.folder).as_posix()
        try:
            document = read(SourceFile(path=path, document=name, revision="0", size=path.stat().st_size))
        except ReadError as error:
            print(f"{name}: {error.message}", file=sys.stderr)
            continue
        pages += max(document.pages, 1)
        for quality in document.quality:
            named += 1
            complaints.update(problem for problem in quality.problems if problem != RECOGNISED)
            text = next((element.text for element in document.elements if (element.page or 0) == quality.page), "")
            print(
                f"{name} page {quality.page} {quality.score} {', '.join(quality.problems)}: {text[:80]!r}", flush=True
            )
    print(f"{named} of {pages} pages ({named / max(pages, 1):.2%}): {dict(complaints)}")
    measured = {"kind": "quality", "pages": pages, "named": named, "complaints": dict(complaints)}
    save(f"quality-{options.folder.name}", measured, options.results)


if __name__ == "__main__":
    main()
