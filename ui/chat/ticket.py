"""An answer as text for a ticket: question, answer, steps, links; the words around it in the customer's language.

Enters: a kept answer and a language. Leaves: plain text, to be pasted anywhere. The answer itself stays as it is.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ingest.language import detect_language
from serving.answer import UNSUPPORTED_MARK, Answer, Citation
from ui.sources import original_url

LANGUAGES: Final = {
    "en": "English",
    "zh": "中文",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ja": "日本語",
}
ORIGIN: Final = "{origin}"
"""Stands before the path of a link. The page puts its own address there: only a browser knows under which it came."""
_STEP: Final = re.compile(r"\s*(?:\d{1,2}[.)、．]|[-•*])\s+\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketWords:
    """The words around an answer in one language."""

    greeting: str
    question: str
    answer: str
    steps: str
    sources: str
    page: str
    not_found: str
    unsupported: str
    closing: str


@cache
def ticket_words() -> dict[str, TicketWords]:
    """By language."""
    written = json.loads(Path(__file__).with_name("ticket_words.json").read_text(encoding="utf-8"))
    return {language: TicketWords(**words) for language, words in written.items()}


def ticket_language(question: str, chosen: str = "") -> str:
    """The chosen one, else the question's; English where neither is one of ours."""
    wanted = chosen or detect_language(question)
    return wanted if wanted in LANGUAGES else "en"


def ticket_text(answer: Answer, language: str) -> str:
    """The whole text; each link begins with ORIGIN."""
    words = ticket_words()[language]
    said = answer.answer.replace(UNSUPPORTED_MARK, f"({words.unsupported})")
    before, steps, after = _taken_apart(said.split("\n"))
    parts = [words.greeting, f"{words.question}: {answer.question}"]
    if answer.refused:
        return "\n\n".join([*parts, words.not_found, words.closing])
    if _tidy(before):
        parts.append(f"{words.answer}:\n{_tidy(before)}")
    if steps:
        parts.append(f"{words.steps}:\n{_tidy(steps)}")
    if _tidy(after):
        parts.append(_tidy(after))
    if answer.citations:
        parts.append("\n".join([f"{words.sources}:", *(_source(each, words) for each in answer.citations)]))
    return "\n\n".join([*parts, words.closing])


def _source(citation: Citation, words: TicketWords) -> str:
    page = words.page.format(page=citation.page) if citation.page else ""
    section = citation.section[-1] if citation.section else ""
    place = ", ".join(part for part in (citation.title, section, page) if part)
    address = original_url(citation.document, citation.revision, page=citation.page, anchor=citation.anchor)
    return f"[{citation.number}] {place}\n{ORIGIN}{address}"


def _taken_apart(lines: list[str]) -> tuple[list[str], list[str], list[str]]:
    """What stands before the steps, from the first step to the last one, and behind them; no steps: all before."""
    steps = [number for number, line in enumerate(lines) if _STEP.match(line)]
    if not steps:
        return lines, [], []
    return lines[: steps[0]], lines[steps[0] : steps[-1] + 1], lines[steps[-1] + 1 :]


def _tidy(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
