"""What stands around an answer's text in the chat: a kept answer comes in, the values of the page's elements leave.

An element is named like its code in `public/elements`, but for the numbered sources: those are named like their mark,
which makes Chainlit link it. Their display is `page`: `side` would push the panel open by itself, with every source of
the conversation in it. The foot opens the panel instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.index.contract import IndexedDocument
from retrieval.passages import Passage
from serving.answer import Answer, Citation
from serving.conversations.kept import KeptAnswer
from serving.conversations.types import Feedback
from ui.chat.figures import Figure, figures_of
from ui.chat.texts import FOOT, HEAD, texts_in
from ui.panel import Source, source_of
from ui.wording import Wording

FOUND: Final = 6
"""Found passages that are shown above an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One of Chainlit's custom elements, before it belongs to a message."""

    key: str
    """Tells it from the message's others."""
    name: str
    display: str
    url: str
    props: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What is needed to show pages: the documents in the reader's scope, and where originals are."""

    home: Path
    documents: tuple[IndexedDocument, ...]

    def pages(self, document: str, revision: str) -> int:
        found = (known.pages for known in self.documents if (known.document, known.revision) == (document, revision))
        return next(found, 0)


def head(passages: Sequence[Passage], wording: Wording, shelf: Shelf) -> Element:
    """The places that were found, to open before the answer is there."""
    texts = texts_in(HEAD, wording.language)
    shown = [_found(number, passage, wording, shelf) for number, passage in enumerate(passages[:FOUND], start=1)]
    places = [{**source, "number": number, "heading": texts["passage"]} for number, source in enumerate(shown, start=1)]
    return Element(
        key="head",
        name="AnswerHead",
        display="inline",
        url="/public/elements/AnswerHead.jsx",
        props={"places": places, "texts": texts},
    )


def foot(
    message: str,
    kept: KeptAnswer,
    sources: Sequence[Source],
    wording: Wording,
    home: Path,
    *,
    rated: Feedback | None = None,
    fresh: bool = False,
) -> Element:
    """What kind of answer it is, its sources and figures, and what can be done with it."""
    answer = kept.answer
    return Element(
        key="foot",
        name="AnswerFoot",
        display="inline",
        url="/public/elements/AnswerFoot.jsx",
        props={
            "message": message,
            "fresh": fresh,
            "answer": answer.answer,
            "question": answer.question,
            "sources": list(sources),
            "figures": [figure.to_json(wording) for figure in _figures(answer, home)],
            "notice": answer.notice,
            "label": wording.not_found if answer.refused else "",
            "options": list(answer.clarify.options) if answer.clarify else [],
            "rated": {"value": rated.value, "reason": rated.reason} if rated else None,
            "texts": texts_in(FOOT, wording.language),
        },
    )


def sources_of(answer: Answer, wording: Wording, shelf: Shelf) -> list[Source]:
    """The panel's values of every citation."""
    return [
        source_of(each, wording, document_pages=shelf.pages(each.document, each.revision), home=shelf.home)
        for each in answer.citations
    ]


def marks(sources: Sequence[Source]) -> list[Element]:
    """One for each number in the text."""
    return [
        Element(
            key=f"source-{source['number']}",
            name=f"[{source['number']}]",
            display="page",
            url="/public/elements/SourcePanel.jsx",
            props=dict(source),
        )
        for source in sources
    ]


def _found(number: int, passage: Passage, wording: Wording, shelf: Shelf) -> Source:
    """A passage as the panel shows it: all of it marked, since nothing of it is quoted yet."""
    whole = Citation(
        number=number,
        document=passage.document,
        revision=passage.revision,
        title=passage.title,
        section=passage.section,
        page=passage.page,
        anchor=passage.anchor,
        boxes=passage.boxes,
        quote="",
        passage=passage,
    )
    return source_of(whole, wording, document_pages=shelf.pages(passage.document, passage.revision))


def _figures(answer: Answer, home: Path) -> tuple[Figure, ...]:
    return figures_of(answer.citations, home)
