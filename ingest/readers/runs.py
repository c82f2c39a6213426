"""Runs of inline text to paragraphs: what stands between block borders of a page, spaces and line breaks settled."""

import re
from dataclasses import dataclass

_SPACE = re.compile(r"[ \t\r\f\v\n\u00a0\u2007\u202f\u200b\ufeff]+")
BREAK = "\n"
CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
"""Characters of Chinese and Japanese, which stand without spaces."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one weight; a line break is a run of its own."""

    text: str
    bold: bool


def squeezed(text: str) -> str:
    """Every stretch of white space as one space: to a browser, source lines and tabs are no more than that."""
    return _SPACE.sub(" ", text)


def paragraphs(runs: list[Run]) -> list[tuple[str, bool]]:
    """Texts and whether they are in bold throughout. Two line breaks in a row end a paragraph, one stays in it."""
    result = []
    for part in _parts(runs):
        lines = "".join(run.text for run in part).split(BREAK)
        text = BREAK.join(filter(None, (re.sub(" +", " ", line).strip() for line in lines)))
        if text:
            result.append((text, all(run.bold or not run.text.strip() for run in part)))
    return result


def _parts(runs: list[Run]) -> list[list[Run]]:
    parts: list[list[Run]] = [[]]
    breaks = 0
    for run in runs:
        if run.text == BREAK:
            breaks += 1
        elif run.text.strip():
            if breaks > 1:
                parts.append([])
            breaks = 0
        parts[-1].append(run)
    return parts


def joined_lines(lines: list[str]) -> str:
    """Lines of one paragraph as one; between Chinese or Japanese characters a line break is no space."""
    text = ""
    for line in (line.strip() for line in lines):
        gap = "" if not text or (CJK.match(text[-1]) and CJK.match(line[:1])) else " "
        text = f"{text}{gap}{line}"
    return text
