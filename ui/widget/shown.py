"""An answer as a customer gets it: titles and pages of manuals, never names of files, or how it was made."""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from retrieval.passages import Passage
from serving.answer import Answer, AnswerSource, Citation
from serving.conversations.kept import answer_from_json
from serving.conversations.types import Message
from ui.chat.figures import Figure, figures_of
from ui.sources import TYPES, is_pdf

PAGES_AROUND = 3
"""How far a cited page may be leafed from, to either side."""

OriginalUrl = Callable[[str, int], str]
"""Message and number of a citation to the address at which its original opens."""


def answer_shown(answer: Answer, message: str, original: OriginalUrl, home: Path | None) -> dict[str, object]:
    """Of an answer that was kept as this message. With a `home`, reads the cited pages for their figures."""
    clarify = answer.clarify and {"question": answer.clarify.question, "options": list(answer.clarify.options)}
    return {
        "message": message,
        "text": answer.answer,
        "refused": answer.refused,
        "quoted": answer.source is AnswerSource.QUOTES,
        "clarify": clarify,
        "citations": [_citation(each, original(message, each.number)) for each in answer.citations],
        "figures": [_figure(each) for each in (figures_of(answer.citations, home) if home else ())],
    }


def passages_shown(passages: tuple[Passage, ...]) -> list[dict[str, object]]:
    """Where it is being looked: each title once."""
    titles = dict.fromkeys((passage.title, passage.section[-1] if passage.section else "") for passage in passages)
    return [{"title": title, "section": section} for title, section in titles]


def messages_shown(messages: Sequence[Message], original: OriginalUrl, home: Path) -> list[dict[str, object]]:
    """Of a kept conversation; its last answer with figures."""
    last = next((message.id for message in reversed(messages) if message.role == "assistant"), "")
    return [_message(message, original, home if message.id == last else None) for message in messages]


def _message(message: Message, original: OriginalUrl, home: Path | None) -> dict[str, object]:
    kept = answer_from_json(message.answer) if message.answer else None
    answer = (
        answer_shown(kept.answer, message.id, original, home) if kept else {"message": message.id, "text": message.text}
    )
    rated = message.feedback.value if message.feedback else 0
    return {**answer, "role": message.role, "text": message.text, "rated": rated}


def _figure(figure: Figure) -> dict[str, object]:
    """Its place among the answer's figures names it."""
    size = {"width": figure.width, "height": figure.height}
    return {"number": figure.number, "page": figure.page, "caption": figure.caption, **size}


def _citation(citation: Citation, original: str) -> dict[str, object]:
    pictured = bool(is_pdf(citation.document) and citation.page)
    return {
        "number": citation.number,
        "title": citation.title,
        "section": [heading for heading in citation.section if heading != citation.title],
        "page": citation.page,
        "quote": citation.quote,
        "language": citation.passage.language,
        "pictured": pictured,
        "original": f"{original}#page={citation.page}" if pictured else original,
        "shown": PurePosixPath(citation.document).suffix.lower() in TYPES,
    }
