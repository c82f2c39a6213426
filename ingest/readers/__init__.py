"""One reader a family of formats: a SourceFile enters, a Document leaves, or a ReadError that says why not."""

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import ManualdeskError, ReadError
from ingest.language import clear_language, detect_language
from ingest.metadata import language_code
from ingest.quality import page_qualities
from ingest.readers.containers import check_container, has_macros
from ingest.suffixes import HTML, MARKDOWN, SCANS, SUFFIXES, TEXT, WITH_MACROS
from ingest.types import Document, Kind, PageQuality, SourceFile

if TYPE_CHECKING:
    from ingest.readers.markup import Reading

__all__ = ["SUFFIXES", "read"]

_LARGEST_FILE = 200 * 2**20
_ZIPPED = frozenset({".docx", ".epub", ".odt", ".pptx", ".xlsx", *WITH_MACROS})
_SAVE_AGAIN = "Open it in the program that wrote it, save it again, then run ingest again."


def read(source: SourceFile) -> Document:
    """Read one manual. Raises ReadError where it cannot be read or holds no text."""
    _check_size(source)
    suffix = source.path.suffix.lower()
    try:
        if suffix == ".pdf":
            return _read_pdf(source)
        if suffix in SCANS:
            from ingest.readers.scan_pictures import read_picture

            return read_picture(source)
        if suffix in _ZIPPED:
            check_container(source.path, source.document)
        reading = _reader(suffix)(source)
    except ManualdeskError as error:
        message = error.message if source.document in error.message else f"{source.document}: {error.message}"
        raise ReadError(message, hint=error.hint) from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise ReadError(f"{source.document} is damaged: {error}", hint=_SAVE_AGAIN) from error
    except MemoryError:
        raise  # the worker that reads knows its limit
    except Exception as error:
        # The one seam to the parsers: on damaged files they raise anything at all.
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ReadError(f"{source.document} cannot be read: {reason}", hint=_SAVE_AGAIN) from error
    return _document(source, reading)


def _read_pdf(source: SourceFile) -> Document:
    with source.path.open("rb") as stream:
        if b"%PDF-" not in stream.read(1024):
            raise ReadError(f"{source.document} is not a PDF, whatever its name says", hint=_SAVE_AGAIN)
    from ingest.readers.pdf import read_pdf

    return read_pdf(source)


def _reader(suffix: str) -> "Callable[[SourceFile], Reading]":
    # Imported late: a worker that reads PDFs alone needs none of these.
    from ingest.readers import epub, markup, office, plain, sheet

    readers: dict[str, Callable[[SourceFile], Reading]] = {
        **dict.fromkeys(HTML, markup.read_html),
        **dict.fromkeys(MARKDOWN, markup.read_markdown),
        **dict.fromkeys(TEXT, plain.read_text),
        ".csv": sheet.read_csv,
        **dict.fromkeys((".docx", ".docm"), markup.read_docx),
        ".epub": epub.read_epub,
        ".odt": markup.read_odt,
        **dict.fromkeys((".pptx", ".pptm"), office.read_pptx),
        ".rst": markup.read_rst,
        **dict.fromkeys((".xlsx", ".xlsm"), sheet.read_xlsx),
    }
    if suffix not in readers:
        raise ReadError(f"no reader for {suffix or 'such a name'}", hint=f"Known: {', '.join(sorted(SUFFIXES))}.")
    return readers[suffix]


def _check_size(source: SourceFile) -> None:
    try:
        size = source.path.stat().st_size
    except OSError as error:
        raise ReadError(f"{source.document} cannot be opened: {error.strerror}", hint="Check the file.") from error
    if size == 0:
        raise ReadError(f"{source.document} is empty", hint="Copy the file again; it has no bytes.")
    if size > _LARGEST_FILE:
        raise ReadError(
            f"{source.document} is {size / 2**20:.0f} MB, more than the {_LARGEST_FILE // 2**20} MB a manual may be",
            hint="Split it into parts.",
        )


def _document(source: SourceFile, reading: "Reading") -> Document:
    # Headings alone are no text: nothing could be quoted from such a document.
    if not any(element.kind is not Kind.HEADING for element in reading.elements):
        raise ReadError(
            f"{source.document} holds no text", hint="If its text is in pictures, save it as PDF and scan it."
        )
    sample = "\n".join(element.text for element in reading.elements)
    return Document(
        source=source,
        title=source.title or reading.title or readable_name(source.path),
        # What a page says of its own language is often its template's: clear text knows better.
        language=source.language
        or clear_language(sample)
        or language_code(reading.language)
        or detect_language(sample),
        elements=reading.elements,
        quality=(*_left_out(source.path), *page_qualities(reading.elements, {})),
    )


def _left_out(path: Path) -> tuple[PageQuality, ...]:
    """Macros are not read, let alone run; an editor is told so."""
    return (PageQuality(page=0, score=1.0, problems=("macros left out",)),) if has_macros(path) else ()


def readable_name(path: Path) -> str:
    """`hub-2_quick_start.html` as a title: `hub 2 quick start`."""
    return " ".join(path.stem.replace("_", " ").replace("-", " ").split()) or path.name
