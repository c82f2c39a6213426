"""One reader a family of formats: a SourceFile enters, a Document leaves, or a ReadError that says why not."""

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import ManualdeskError, ReadError
from ingest.language import detect_language
from ingest.metadata import language_code
from ingest.suffixes import HTML, MARKDOWN, SUFFIXES, TEXT
from ingest.types import Document, Kind, SourceFile

if TYPE_CHECKING:
    from ingest.readers.markup import Reading

__all__ = ["SUFFIXES", "read"]

_LARGEST_FILE = 200 * 2**20
_LARGEST_UNPACKED = 2 * 2**30
_ZIPPED = frozenset({".docx", ".epub", ".odt", ".pptx", ".xlsx"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AGAIN = "Open it in the program that wrote it, save it again, then run ingest again."


def read(source: SourceFile) -> Document:
    """Read one manual. Raises ReadError where it cannot be read or holds no text."""
    _check_size(source)
    suffix = source.path.suffix.lower()
    try:
        if suffix == ".pdf":
            return _read_pdf(source)
        if suffix in _ZIPPED:
            _check_container(source)
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
        ".docx": markup.read_docx,
        ".epub": epub.read_epub,
        ".odt": markup.read_odt,
        ".pptx": office.read_pptx,
        ".rst": markup.read_rst,
        ".xlsx": sheet.read_xlsx,
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


def _check_container(source: SourceFile) -> None:
    with source.path.open("rb") as stream:
        if stream.read(8) == _OLE:
            # Word and its kin put an encrypted document, and the formats of before 2007, into an OLE container.
            raise ReadError(
                f"{source.document} is locked with a password or in a format older than 2007",
                hint="Save it without a password in the present format.",
            )
    if not zipfile.is_zipfile(source.path):
        raise ReadError(f"{source.document} is not a {source.path.suffix} file, or is damaged", hint=_SAVE_AGAIN)
    with zipfile.ZipFile(source.path) as archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > _LARGEST_UNPACKED:
            raise ReadError(
                f"{source.document} would unpack to {unpacked / 2**30:.1f} GB",
                hint="It is damaged or made to do harm; leave it out.",
            )
        if any(entry.flag_bits & 1 for entry in entries) or _is_encrypted_odf(archive):
            raise ReadError(f"{source.document} is locked with a password", hint="Save it without a password.")


def _is_encrypted_odf(archive: zipfile.ZipFile) -> bool:
    name = "META-INF/manifest.xml"
    return name in archive.namelist() and b"encryption-data" in archive.read(name)


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
        language=source.language or language_code(reading.language) or detect_language(sample),
        elements=reading.elements,
    )


def readable_name(path: Path) -> str:
    """`hub-2_quick_start.html` as a title: `hub 2 quick start`."""
    return " ".join(path.stem.replace("_", " ").replace("-", " ").split()) or path.name
