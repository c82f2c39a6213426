"""Elements of a walk, put in order: headings that are none, labels cut off from their text, levels with gaps."""

import re
from dataclasses import replace

from ingest.readers.notices import is_notice_label
from ingest.types import Element, Kind

BOLD_HEADING = 7
"""Level of a paragraph in bold, below every real heading."""

_NUMBERED = re.compile(r"^(?:\(?\d{1,2}[.)]|[①-⑳]|第[一二三四五六七八九十]+步)\s*\S")


def reads_as_heading(text: str) -> bool:
    """Could this paragraph in bold be a heading? Not when it is a sentence, a formula or several lines."""
    ends = (".", ",", ";", "。", "，", "；", "!", "！")
    return len(text) <= 80 and "\n" not in text and " = " not in text and not text.endswith(ends)


def outlined(elements: list[Element]) -> list[Element]:
    """The elements with real headings only, whole notices, and heading levels from 1 without gaps."""
    return nested_levels(whole_notices(_numbered_steps(_real_headings(elements))))


def _real_headings(elements: list[Element]) -> list[Element]:
    """Bold paragraphs in a row are emphasis; a heading has text of its own below it."""
    result = []
    for position, element in enumerate(elements):
        following = elements[position + 1] if position + 1 < len(elements) else None
        lone = following is None or following.kind is Kind.HEADING
        if element.kind is Kind.HEADING and element.level == BOLD_HEADING and lone:
            element = replace(element, kind=Kind.PARAGRAPH, level=0)  # noqa: PLW2901
        result.append(element)
    return result


def _numbered_steps(elements: list[Element]) -> list[Element]:
    """Paragraphs that carry their number as text, in a row that counts up, are steps too."""
    result = list(elements)
    for position, element in enumerate(elements):
        if element.kind is Kind.PARAGRAPH and _NUMBERED.match(element.text):
            near = elements[max(0, position - 4) : position] + elements[position + 1 : position + 5]
            if any(other.kind is Kind.PARAGRAPH and _NUMBERED.match(other.text) for other in near):
                result[position] = replace(element, kind=Kind.STEP)
    return result


def whole_notices(elements: list[Element]) -> list[Element]:
    """A label that stands alone (`IMPORTANT:`) goes with the paragraph it announces."""
    result: list[Element] = []
    for element in elements:
        last = result[-1] if result else None
        if last is not None and _is_bare_label(last) and element.kind is Kind.PARAGRAPH:
            result[-1] = replace(last, kind=Kind.WARNING, level=0, text=f"{last.text}\n{element.text}")
        else:
            result.append(element)
    return result


def _is_bare_label(element: Element) -> bool:
    is_typed = element.kind is not Kind.HEADING or element.level == BOLD_HEADING
    is_block = element.kind in {Kind.WARNING, Kind.PARAGRAPH, Kind.HEADING}
    return is_typed and is_block and is_notice_label(element.text)


def nested_levels(elements: list[Element]) -> list[Element]:
    """Heading levels without gaps: a page that begins with h3 and goes on with h5 has levels 1 and 2."""
    open_levels: list[int] = []
    result = []
    for element in elements:
        if element.kind is Kind.HEADING:
            while open_levels and open_levels[-1] >= element.level:
                open_levels.pop()
            open_levels.append(element.level)
            element = replace(element, level=len(open_levels))  # noqa: PLW2901
        result.append(element)
    return result
