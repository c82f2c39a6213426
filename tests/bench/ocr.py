"""How well scans are read: manuals with a text layer are made into scans and read back, and two scans that lie ready.

    python tests/bench/ocr.py                 those in ../shared/manuals
    python tests/bench/ocr.py --pages 4       fewer pages of each manual that is made into a scan

The truth is the text layer as PDFium tells it, not our own reader. Characters: the share of its runs of 6 letters and
figures that are in what was read, in any order, spaces and line breaks left out. Words: the share of its Latin words of
two letters or more that are there as words. Seconds are those of one processor.
"""

import argparse
import re
import tempfile
import time
import unicodedata
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter

from ingest.readers.pdf_file import open_pdf
from ingest.readers.pdf_layout import lay_out
from ingest.readers.scan import Scans
from serving.evaluation.results import CHECKOUT, FOLDER, save

MANUALS = CHECKOUT.parent / "shared" / "manuals"
RUN = 6


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan and the pages (from 1) of the manual that it shows."""

    name: str
    manual: Path
    pages: tuple[int, ...]
    made: Path | None = None
    """The scan, where it lies ready."""
    dots_per_inch: int = 150
    degrees: float = 0.0
    """How far it lies aslant."""
    noise: float = 0.0
    """Standard deviation of its grey levels."""
    sideways: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """A line of the table."""

    scan: str
    pages: int
    """How many."""
    characters: float
    words: float
    invented: float
    """Share of the runs that were read and are not in the truth."""
    seconds_a_page: float


def main() -> None:
    options = _options()
    found = [_measured(scan) for scan in _scans(options.pages) if scan.manual.is_file()]
    print(f"{'scan':38} {'pages':>5} {'characters':>10} {'words':>6} {'invented':>8} {'s/page':>6}")
    for line in found:
        print(
            f"{line.scan:38} {line.pages:5} {line.characters:10.3f} {line.words:6.3f} {line.invented:8.3f} "
            f"{line.seconds_a_page:6.2f}"
        )
    if options.results:
        save("ocr", {"kind": "ocr", "scans": [asdict(line) for line in found]}, options.results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=6, help="pages of each manual that is made into a scan")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where the results go")
    return parser.parse_args()


def _scans(count: int) -> list[Scan]:
    small, extra = MANUALS / "small", MANUALS / "extra"
    nut, english = small / "nut/en/user-manual.pdf", small / "avrdude/en/avrdude.pdf"
    chinese = small / "installation-guide/zh-cn/install.zh_CN.pdf"
    german = small / "linuxcnc/de/LinuxCNC_Getting_Started_de.pdf"
    pages = tuple(range(20, 20 + count))
    return [
        Scan("nut cables", small / "nut/en/cables.pdf", tuple(range(4, 13)), extra / "nut_cables_scanned.pdf"),
        Scan(
            "LinuxCNC stepper timing",
            small / "linuxcnc/en/LinuxCNC_Integrator.pdf",
            tuple(range(8, 14)),
            extra / "LinuxCNC_stepper_timing_scanned.pdf",
        ),
        Scan("nut, 200 dpi", nut, pages, dots_per_inch=200),
        Scan("avrdude, 300 dpi", english, pages, dots_per_inch=300),
        Scan("nut, 150 dpi, noise, 1.5 degrees", nut, pages, degrees=1.5, noise=12),
        Scan("avrdude, 150 dpi, on its side", english, pages, sideways=90),
        Scan("Chinese, 200 dpi", chinese, pages, dots_per_inch=200),
        Scan("German, 200 dpi", german, pages, dots_per_inch=200),
    ]


def _measured(scan: Scan) -> Figures:
    truth = _text_layer(scan.manual, scan.pages)
    with tempfile.TemporaryDirectory() as folder:
        file = scan.made or _make(scan, Path(folder))
        started = time.process_time()
        text = _recognised(file)
        seconds = time.process_time() - started
    wanted, got = _runs(truth), _runs(text)
    words, read_words = _words(truth), _words(text)
    return Figures(
        scan.name,
        len(scan.pages),
        round((wanted & got).total() / max(wanted.total(), 1), 4),
        round((words & read_words).total() / max(words.total(), 1), 4),
        round((got - wanted).total() / max(got.total(), 1), 4),
        round(seconds / len(scan.pages), 2),
    )


def _recognised(file: Path) -> str:
    """The lines of all pages, running headers and contents too: leaving those out is no matter of recognition."""
    lines = []
    with open_pdf(file, file.name) as opened:
        scans = Scans(opened)
        for number in range(1, opened.page_count + 1):
            for line in lay_out(scans.page(number)).lines:
                lines += [" ".join(row) for row in line.rows] or [line.text]
    return "\n".join(lines)


def _text_layer(manual: Path, pages: tuple[int, ...]) -> str:
    with pypdfium2.PdfDocument(manual) as opened:
        return "\n".join(opened[page - 1].get_textpage().get_text_range() for page in pages)


def _make(scan: Scan, folder: Path) -> Path:
    """The pages as grey pictures in a PDF without text."""
    pictures = []
    generator = np.random.default_rng(7)
    with pypdfium2.PdfDocument(scan.manual) as opened:
        for page in scan.pages:
            drawn = opened[page - 1].render(scale=scan.dots_per_inch / 72, grayscale=True).to_pil()
            if scan.degrees:
                drawn = drawn.rotate(scan.degrees, Image.Resampling.BICUBIC, fillcolor=255)
            if scan.noise:
                levels = np.asarray(drawn.filter(ImageFilter.GaussianBlur(0.6)), np.float32) * 0.85 + 20
                levels += generator.normal(0, scan.noise, levels.shape)
                drawn = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
            pictures.append(drawn.rotate(scan.sideways, expand=True) if scan.sideways else drawn)
    file = folder / "scan.pdf"
    pictures[0].save(file, save_all=True, append_images=pictures[1:], resolution=scan.dots_per_inch, quality=80)
    return file


def _fold(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def _runs(text: str) -> Counter[str]:
    folded = _fold(text)
    return Counter(folded[start : start + RUN] for start in range(len(folded) - RUN + 1))


def _words(text: str) -> Counter[str]:
    # PDFium writes a hyphen at the end of a line as the code 2; joined words are right either way.
    text = re.sub("[\x02\ufffe]\\s*", "", unicodedata.normalize("NFKC", text))
    return Counter(re.findall(r"[A-Za-zÀ-ÿ]{2,}", text))


if __name__ == "__main__":
    main()
