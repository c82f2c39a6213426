"""Plain text to Elements: headings by underlines, numbers and capitals, lists, and blocks whose line breaks matter."""

import re
from collections import Counter
from collections.abc import Iterator

from ingest.readers.encoding import decode_text
from ingest.readers.markup import Reading
from ingest.readers.notices import opens_notice
from ingest.readers.outline import nested_levels, whole_notices
from ingest.readers.runs import CJK, joined_lines
from ingest.readers.tables import rows_text
from ingest.readers.text_tables import drawn_table
from ingest.types import Element, Kind, SourceFile

_RULE = re.compile(r"^\s*([=\-~^*#+_.\"'`:─━═])\1{2,}\s*$")
_RULE_LEVELS = "#*═━=─-~^\"'+.:_`"
_NUMBERED_HEADING = re.compile(
    r"^(?:(?:chapter|appendix|section|kapitel|chapitre)\s+)?(\d+(?:\.\d+)*|[A-Z](?:\.\d+)+)\.?\s+\S", re.I
)
_CHINESE_HEADING = re.compile(r"^第\s*[\d一二三四五六七八九十百]+\s*([章节節部篇])")
_BULLET = re.compile(r"^(\s*)([-*+•·◦‣o])\s+(?=\S)")
_STEP = re.compile(r"^(\s*)(\(?\d{1,3}[.)]|\(?[a-z][.)]|[①-⑳])\s+(?=\S)")
_COLUMNS = re.compile(r"\S(?: {3,}|\t+)\S")
_LONGEST_HEADING = 90
_LONGEST_LABEL = 30


def read_text(source: SourceFile) -> Reading:
    """A text file. Its title is a heading that stands at its very top."""
    elements = text_elements(decode_text(source.path.read_bytes()))
    first = elements[0] if elements else None
    return Reading(tuple(elements), title=first.text if first is not None and first.kind is Kind.HEADING else "")


def text_elements(text: str) -> list[Element]:
    """Elements of a plain text in reading order."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    lines = Counter(" ".join(line.split()) for line in plain.split("\n"))
    elements: list[Element] = []
    blocks = list(_blocks(plain))
    for position, block in enumerate(blocks):
        following = blocks[position + 1] if position + 1 < len(blocks) else []
        if len(block) == 1 and len(block[0]) <= _LONGEST_LABEL and _is_contents(following, lines):
            continue  # "Table of Contents"
        if position == 0 and len(block) == 1 and _reads_as_title(block[0]):
            elements.append(Element(kind=Kind.HEADING, text=" ".join(block[0].split()), level=0))
        elif not _is_contents(block, lines):
            elements.extend(_block_elements(block))
    return nested_levels(whole_notices(elements))


def _reads_as_title(line: str) -> bool:
    return len(line.strip()) <= _LONGEST_HEADING and not line.rstrip().endswith((".", ",", ":", ";", "。", "，"))


def _is_contents(block: list[str], lines: Counter[str]) -> bool:
    """A table of contents: numbered lines that stand in the text once more, as headings."""
    numbered = [line for line in block if _NUMBERED_HEADING.match(line.strip())]
    repeated = [line for line in numbered if lines[" ".join(line.split())] > 1]
    return len(block) >= 3 and len(numbered) >= 0.8 * len(block) and len(repeated) >= 0.6 * len(block)


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in [*text.expandtabs(8).split("\n"), ""]:
        if line.strip():
            block.append(line.rstrip())
        elif block:
            yield block
            block = []


def _block_elements(lines: list[str]) -> Iterator[Element]:
    """A block is what stands between empty lines; an underlined line in it begins a part of its own."""
    if drawn_table(lines):
        yield from _part_elements(lines, lone=True)
        return
    part: list[str] = []
    for position, line in enumerate(lines):
        following = lines[position + 1] if position + 1 < len(lines) else ""
        if _RULE.match(line):
            continue
        if part and _is_underline(following, line):
            yield from _part_elements(part, lone=False)
            part = []
        if _is_underline(following, line):
            yield Element(kind=Kind.HEADING, text=line.strip(), level=1 + _RULE_LEVELS.index(following.strip()[0]))
            continue
        part.append(line)
    if part:
        yield from _part_elements(part, lone=len(part) == len(lines))


def _is_underline(rule: str, line: str) -> bool:
    return (
        _RULE.match(rule) is not None
        and bool(line.strip())
        and _RULE.match(line) is None
        and len(line.strip()) <= _LONGEST_HEADING
        and len(rule.strip()) >= 0.5 * len(line.strip())
        and not _COLUMNS.search(line.strip())
    )


def _part_elements(lines: list[str], *, lone: bool) -> Iterator[Element]:
    if lone and len(lines) == 1:
        level = _lone_heading_level(lines[0])
        if level:
            yield Element(kind=Kind.HEADING, text=lines[0].strip(), level=level)
            return
    rows = drawn_table(lines)
    if rows:
        yield Element(kind=Kind.TABLE, text=rows_text(rows), rows=rows)
        return
    if _keeps_lines(lines):
        yield Element(kind=Kind.CODE, text=_dedented(lines))
        return
    for entry in _entries(lines):
        yield _entry_element(entry)


def _lone_heading_level(line: str) -> int:
    """Level of a line that stands alone and reads as a heading; 0 where it does not."""
    text = line.strip()
    if len(text) > _LONGEST_HEADING or line.startswith("    ") or text.endswith((".", ",", ";", "。", "，", "；")):
        return 0
    number = _NUMBERED_HEADING.match(text)
    if number and not _COLUMNS.search(text):
        return 20 + number.group(1).count(".")
    chinese = _CHINESE_HEADING.match(text)
    if chinese:
        return 21 if chinese.group(1) in "节節" else 20
    letters = [c for c in text if c.isalpha() and c.isascii()]
    return 30 if len(letters) >= 4 and all(c.isupper() for c in letters) else 0


def _keeps_lines(lines: list[str]) -> bool:
    """Tables and listings: indented throughout, or columns on most lines."""
    columns = sum(bool(_COLUMNS.search(line.strip())) for line in lines)
    if columns >= 2 and columns * 2 >= len(lines):
        return True
    if len(lines) == 1 and len(_COLUMNS.findall(lines[0].strip())) >= 2:
        return True
    indented = all(line.startswith("    ") for line in lines)
    return indented and not any(_BULLET.match(line) or _STEP.match(line) for line in lines) and not _is_filled(lines)


def _dedented(lines: list[str]) -> str:
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    return "\n".join(line[margin:] for line in lines)


def _entries(lines: list[str]) -> Iterator[list[str]]:
    """List items and the paragraphs between them."""
    entry: list[str] = []
    for line in lines:
        if entry and (_BULLET.match(line) or _STEP.match(line)):
            yield entry
            entry = []
        entry.append(line)
    yield entry


def _entry_element(lines: list[str]) -> Element:
    marker = _STEP.match(lines[0]) or _BULLET.match(lines[0])
    text = joined_lines(lines) if _is_filled(lines) else "\n".join(line.strip() for line in lines)
    if marker is None:
        return Element(kind=Kind.WARNING if opens_notice(text) else Kind.PARAGRAPH, text=text)
    kind = Kind.STEP if _STEP.match(lines[0]) else Kind.LIST_ITEM
    return Element(kind=kind, text=text, level=min(len(marker.group(1)) // 3, 5))


def _is_filled(lines: list[str]) -> bool:
    """True for lines that were broken only because they were full."""
    widths = [len(line) + len(CJK.findall(line)) for line in lines]
    return len(lines) == 1 or all(width >= 0.7 * max(*widths, 55) for width in widths[:-1])
