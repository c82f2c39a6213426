"""The codes that manuals define, and the ways people spell them.

Chunks enter; codes that have a row or an entry of their own leave, each with the line that defines it.

A code is the whole first or second cell of a table row, or what stands before the first dash, colon or ` | ` of an
entry line, if it looks like one: an option (`--long`, `-x`), letters with digits (E-47, OR-2001, F1), a file name, or
key names joined by `+`. Rows that define several things at once (`-s, -u`) count for each.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.chunk import CELL_BORDER
from ingest.types import Chunk

_OPTION = r"--[A-Za-z][\w-]*|-[A-Za-z]\b"
_MIXED = r"[A-Z]{1,4}[-_ ]?\d{1,5}(?:-\d{1,3})?[A-Za-z]?"
_FILE = r"[A-Za-z][\w-]*\.(?:conf|cfg|ini|hal|ngc|orb|dfu|bin|var|state|kicad_wks|xml|yaml)"
_KEYS = r"(?:Ctrl|Alt|Shift|Strg|Umschalt)(?: ?\+ ?[A-Za-z0-9]+){1,2}"
_CODE = re.compile(rf"{_OPTION}|{_MIXED}|{_FILE}|{_KEYS}")
_ENTRY = re.compile(
    rf"^[-*•]?\s*((?:{_CODE.pattern})(?:,\s*(?:{_CODE.pattern}))*)(?:[ =]<[A-Za-z_]+>)?\s*(?:: | - | – |–)\s*\S"
)
_PARTS = re.compile(r",\s*|\s*/\s*(?=-)")


@dataclass(frozen=True, slots=True)
class DefinedCode:
    """A code as its manual writes it, and the line that says what it is."""

    code: str
    document: str
    line: str


def defined_codes(chunks: Sequence[Chunk]) -> list[DefinedCode]:
    """Each code once for each manual, in the order of the chunks."""
    found = {
        (chunk.document, code): DefinedCode(code, chunk.document, line)
        for chunk in reversed(chunks)
        for line in chunk.text.splitlines()
        for code in _defined_in(line)
    }
    return list(reversed(found.values()))


def spellings(code: str) -> list[str]:
    """Five ways a person writes it: as it is, in the other case, full width, and with other joints."""
    full_width = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in code)
    lead, rest = re.fullmatch(r"(-*)(.*)", code).groups()  # type: ignore[union-attr]
    # An option's case is part of its name: -P is not -p.
    other_case = f"\N{MINUS SIGN}{rest}" if len(rest) == 1 else code.lower() if code != code.lower() else code.upper()
    if re.fullmatch(_KEYS, code):
        joined = [re.sub(r" ?\+ ?", joint, code) for joint in ("+", " ")]
    elif lead and len(rest) == 1:
        joined = [f"–{rest}", f"‐{rest}"]  # dashes that editors put in by themselves
    elif re.search(r"[-_ .]", rest):
        joined = [lead + re.sub(r"[-_ ]", joint, rest) for joint in ("_", " ")]
    else:
        parts = re.findall(r"[A-Za-z]+|\d+", rest)
        joined = [lead + joint.join(parts) for joint in ("-", " ")] if len(parts) > 1 else [rest, f"–{rest}"]
    return [code, other_case, full_width, *joined]


def _defined_in(line: str) -> Iterator[str]:
    if CELL_BORDER in line:
        cells = line.split(CELL_BORDER)[:2]
        if len(cells) == 2 and cells[1].strip():
            yield from (part for cell in cells for part in _codes(cell))
    elif match := _ENTRY.match(line):
        yield from _codes(match.group(1))


def _codes(text: str) -> list[str]:
    """The codes of a cell that holds nothing else."""
    parts = [part.strip().partition("=")[0].partition(" <")[0] for part in _PARTS.split(text.strip())]
    return parts if all(_CODE.fullmatch(part) for part in parts) else []
