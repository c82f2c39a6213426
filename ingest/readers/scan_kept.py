"""Pages read by OCR are kept by their picture: a folder enters once, and a page that was read before leaves at once.

Recognition takes seconds a page. A scan with one new page, or one that a newer reader lays out anew, waits for that
page only. What is kept is text of manuals, so it lies under the home folder, bounded, and nothing depends on it.
"""

import gzip
import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from ingest.readers.pdf_file import PageContent, Rule, Style
from ingest.readers.scan_models import Picture
from ingest.readers.scan_page import ScannedPage, scan_page

VERSION = 1
"""Raised when recognition would read the same picture otherwise."""
MOST_BYTES = 500_000_000
"""About 20,000 pages of text."""


class _Kept:
    folder: Path | None = None
    """Nothing is kept until this process is told where."""


def keep_in(folder: Path | None) -> None:
    """Keep pages in this folder from now on; None: nowhere."""
    _Kept.folder = folder


def recognised_page(picture: Picture, number: int, width: float, height: float) -> ScannedPage:
    """As `scan_page`, and kept."""
    if _Kept.folder is None:
        return scan_page(picture, number, width, height)
    file = _Kept.folder / f"{_fingerprint(picture, width, height)}.json.gz"
    known = _load(file, number)
    if known is None:
        known = scan_page(picture, number, width, height)
        _save(file, known)
    return known


def prune(folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
    """Remove what was longest not used until the rest fits."""
    with suppress(OSError):  # another run prunes at the same moment, or there is nothing yet
        files = sorted(((file.stat(), file) for file in folder.iterdir()), key=lambda known: -known[0].st_mtime)
        total = 0
        for state, file in files:
            total += state.st_size
            if total > most_bytes:
                file.unlink()


def _fingerprint(picture: Picture, width: float, height: float) -> str:
    digest = hashlib.sha256(f"{VERSION} {picture.shape} {width} {height}\n".encode())
    digest.update(picture.tobytes())
    return digest.hexdigest()[:32]


def _save(file: Path, page: ScannedPage) -> None:
    styles = list(dict.fromkeys(glyph[5] for glyph in page.content.glyphs))
    numbers = {style: place for place, style in enumerate(styles)}
    kept = {
        "styles": [asdict(style) for style in styles],
        "glyphs": [[glyph[0], *map(float, glyph[1:5]), numbers[glyph[5]], glyph[6]] for glyph in page.content.glyphs],
        "rules": [
            [float(edge) for edge in (rule.left, rule.top, rule.right, rule.bottom)] for rule in page.content.rules
        ],
        "size": [float(page.content.width), float(page.content.height)],
        "confidence": float(page.confidence),
        "turned": page.turned,
        "tilt": float(page.tilt),
        "displayed": [page.width, page.height],
    }
    written = file.with_suffix(f".{os.getpid()}")
    with suppress(OSError):  # a full disk costs time at the next run, no more
        file.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(gzip.compress(json.dumps(kept).encode(), compresslevel=3))
        written.replace(file)


def _load(file: Path, number: int) -> ScannedPage | None:
    """None where the page is not kept, or what is kept was damaged."""
    try:
        kept = json.loads(gzip.decompress(file.read_bytes()))
        styles = [Style(**style) for style in kept["styles"]]
        glyphs = [
            (text, left, top, right, bottom, styles[style], spaced)
            for text, left, top, right, bottom, style, spaced in kept["glyphs"]
        ]
        width, height = kept["size"]
        content = PageContent(number, width, height, glyphs, [Rule(*edges) for edges in kept["rules"]])
        page = ScannedPage(content, kept["confidence"], kept["turned"], kept["tilt"], *kept["displayed"])
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError):
        return None
    with suppress(OSError):
        file.touch()
    return page
