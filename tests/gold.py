"""Small gold questions and passages for tests of the evaluation, as plain as their form allows."""

import json
from dataclasses import replace
from pathlib import Path

from ingest.types import Audience
from retrieval.passages import Passage
from serving.answer import Answer, AnswerSource, Citation
from serving.citations import cite

SENTENCE = "The relay closes after thirty seconds of battery power."
CHINESE = "按住复位键十秒钟直到指示灯变成绿色为止然后松开"


def row(identity: str, **fields: object) -> dict[str, object]:
    """A line of a gold file: an English question about page 4 of a PDF unless the fields say otherwise."""
    return {
        "id": identity,
        "question": f"Question {identity}?",
        "lang": "en",
        "file": "a/en/m.pdf",
        "page": 4,
        "answer": "After 30 seconds.",
        "evidence": SENTENCE,
        "answerable": True,
        "cross_lingual": False,
        "type": "table",
        "set": "small",
        **fields,
    }


def unanswerable(identity: str) -> dict[str, object]:
    return row(identity, file=None, page=None, answer=None, evidence=None, answerable=False, type="unanswerable")


def write(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in rows), encoding="utf-8")
    return path


def at(document: str, page: int | None, text: str) -> Passage:
    return Passage(
        document=document,
        revision="0123456789abcdef",
        title="",
        section=(),
        page=page,
        pages=(page,) if page else (),
        text=text,
        score=1.0,
        product="",
        language="en",
        audience=Audience.PUBLIC,
    )


def citation(document: str, page: int | None, quote: str = "...", *, revision: str = "0" * 16) -> Citation:
    return cite(1, replace(at(document, page, quote), revision=revision), quote)


def answer(text: str, *citations: Citation, refused: bool = False) -> Answer:
    return Answer(question="?", answer=text, refused=refused, source=AnswerSource.QUOTES, citations=citations)
