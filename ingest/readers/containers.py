"""Formats that are zip archives of XML: what is checked before anything is unpacked, and the parser for their parts.

A file enters; nothing leaves but a ReadError where it is locked, damaged or made to do harm.
"""

import lzma
import zipfile
import zlib
from pathlib import Path

from lxml import etree

from ingest.errors import ReadError

LARGEST_UNPACKED = 1024 * 2**20
"""Bytes, pictures and all. An archive's own figures are checked: Python's zipfile, which unpacks it, goes by them."""
LARGEST_RATIO = 200
"""Unpacked to packed. XML of real documents packs 5 to 30 times, a sheet of zeros up to 100; a bomb 1,000 times."""
_SMALL = 16 * 2**20
"""Below this no ratio hurts anybody."""
_MOST_ENTRIES = 50_000
_WITH_PROGRAMS = frozenset({".docm", ".docx", ".odt", ".pptm", ".pptx", ".xlsm", ".xlsx"})
_MAIN_PARTS = {
    ".docx": "word/",
    ".epub": "META-INF/container.xml",
    ".odt": "content.xml",
    ".pptx": "ppt/",
    ".xlsx": "xl/",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AGAIN = "Open it in the program that wrote it, save it again, then run ingest again."
_HARM = "It is damaged or made to do harm; leave it out."


def check_container(path: Path, document: str) -> None:
    """Raises ReadError for an archive that is none, is locked, or unpacks to more than a manual can be."""
    with path.open("rb") as stream:
        if stream.read(8) == _OLE:
            # Word and its kin put an encrypted document, and the formats of before 2007, into an OLE container.
            raise ReadError(
                f"{document} is locked with a password or in a format older than 2007",
                hint="Save it without a password in the present format.",
            )
    if not zipfile.is_zipfile(path):
        raise ReadError(f"{document} is not a {path.suffix} file, or is damaged", hint=_SAVE_AGAIN)
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if any(entry.flag_bits & 1 for entry in entries) or _is_encrypted_odf(archive):
            raise ReadError(f"{document} is locked with a password", hint="Save it without a password.")
        _check_entries(entries, path.stat().st_size, document)
        _check_kind({entry.filename for entry in entries}, path.suffix.lower(), document)


def _check_kind(names: set[str], suffix: str, document: str) -> None:
    """An archive of another kind under this name is told for what it is."""
    kinds = {
        kind
        for kind, mark in _MAIN_PARTS.items()
        if any(name.startswith(mark) or name.endswith(f"/{mark}") for name in names)
    }
    wanted = suffix if suffix in _MAIN_PARTS else f"{suffix[:-1]}x"
    if wanted in kinds or (wanted == ".epub" and any(name.lower().endswith(".opf") for name in names)):
        return
    if kinds:
        real = min(kinds)
        raise ReadError(
            f"{document} is no {suffix} file; by what is in it, it is a {real}", hint=f"Give it the ending {real}."
        )
    raise ReadError(f"{document} is an archive without what makes a {suffix} file", hint=_SAVE_AGAIN)


def _check_entries(entries: list[zipfile.ZipInfo], packed: int, document: str) -> None:
    if len(entries) > _MOST_ENTRIES:
        raise ReadError(f"{document} holds {len(entries)} files in its archive", hint=_HARM)
    if any(not 0 <= entry.header_offset < packed for entry in entries):
        raise ReadError(f"{document} is damaged: parts of its archive are not there", hint=_SAVE_AGAIN)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > LARGEST_UNPACKED:
        raise ReadError(f"{document} would unpack to {unpacked / 2**30:.1f} GB", hint=_HARM)
    if unpacked > _SMALL and unpacked > LARGEST_RATIO * packed:
        raise ReadError(
            f"{document} would unpack to {unpacked / 2**20:.0f} MB, {unpacked // max(packed, 1)} times its size",
            hint=_HARM,
        )
    places = [entry.header_offset for entry in entries]
    if len(set(places)) != len(places):
        # Entries that share their bytes: the bomb that hides its ratio.
        raise ReadError(f"{document} has an archive whose files overlap", hint=_HARM)


def _is_encrypted_odf(archive: zipfile.ZipFile) -> bool:
    name = "META-INF/manifest.xml"
    if name not in archive.namelist() or archive.getinfo(name).file_size > _SMALL:
        return False
    return b"encryption-data" in archive.read(name)


def has_macros(path: Path) -> bool:
    """Does an office file bring a program along, whatever its name?"""
    if path.suffix.lower() not in _WITH_PROGRAMS:
        return False
    with zipfile.ZipFile(path) as archive:
        return any(map(_is_program, archive.namelist()))


def _is_program(name: str) -> bool:
    """LibreOffice lists its libraries (`script-lc.xml`, `script-lb.xml`) in documents without a single macro too."""
    listed = name.endswith(("-lc.xml", "-lb.xml", "/"))
    return name.endswith("vbaProject.bin") or (name.startswith(("Basic/", "Scripts/")) and not listed)


def part_of(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A part read while somebody waits: empty where it is missing, larger than that or damaged."""
    try:
        if archive.getinfo(name).file_size > most:
            return b""
        with archive.open(name) as stream:
            return stream.read(most)
    except (KeyError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError):
        return b""


def xml_tree(content: bytes, *, forgiving: bool = False) -> etree._Element:
    """A part of a document as a tree; entities say nothing and nothing is fetched.

    Raises XMLSyntaxError, ReadError where there is nothing at all; `forgiving` takes what can be read of broken XML.
    """
    # Without huge_tree libxml2 refuses entities that multiply, also in attributes, where they are always resolved.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=forgiving)
    tree = etree.fromstring(content, parser)
    if tree is None:
        raise ReadError("a part of it is not XML", hint=_SAVE_AGAIN)
    etree.strip_tags(tree, etree.Entity)
    return tree
