"""An answer to the JSON that a conversation keeps, and back: all that a page shows of it, without its language.

The JSON is the contract's answer, its citations with their whole passage beside. What is read may come from another
version: what cannot be read is None, and the message then shows its text alone. Of an answer that did not come to its
end only the places are kept that it was made of: what it stands on is known all the same.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ingest.types import Audience, Box
from retrieval.grounds import Ground
from retrieval.passages import Passage
from serving.answer import Answer, AnswerSource, CheckPolicy, Citation, Clarify, Timings

_CANDIDATES: Final = 40
"""Of a trace are kept; the rest is far behind what anybody looks at."""


Place = tuple[str, str]
"""Document and revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer as it was given, and how its passages were found."""

    answer: Answer
    trace: Mapping[str, object] = field(default_factory=dict)
    """As `Trace.to_json`; empty where the answer was a kept one, or is a customer's."""
    scope: Mapping[str, object] = field(default_factory=dict)
    """What the asker had narrowed the manuals to."""


def answer_to_json(answer: Answer, *, explain: bool = False, scope: Mapping[str, object] | None = None) -> str:
    """What to keep of an answer; `explain` keeps how it was found, which is for staff."""
    shown: dict[str, Any] = answer.to_json(explain=explain)
    if isinstance(trace := shown.get("trace"), dict):
        trace["candidates"] = trace["candidates"][:_CANDIDATES]
    for written, citation in zip(shown["citations"], answer.citations, strict=True):
        written["passage"] = _passage_json(citation.passage)
    shown |= {"notice": answer.notice, "unsupported": list(answer.unsupported), "scope": dict(scope or {})}
    return json.dumps(shown, ensure_ascii=False)


def answer_from_json(text: str) -> KeptAnswer | None:
    """What `answer_to_json` wrote; None for anything else."""
    try:
        row = json.loads(text)
        return KeptAnswer(answer=_answer(row), trace=row.get("trace") or {}, scope=row.get("scope") or {})
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def unfinished_to_json(found: Sequence[Place]) -> str:
    """What to keep of an answer that was stopped, or ended in an error: where that was found which it was made of."""
    return json.dumps({"unfinished": [list(place) for place in dict.fromkeys(found)]}, ensure_ascii=False)


def is_unfinished(text: str) -> bool:
    """Did `unfinished_to_json` write it?"""
    return text.startswith('{"unfinished":')


def stands_on(text: str) -> tuple[Place, ...] | None:
    """The places that an answer cites, or was being made of, each once; None where nobody knows."""
    try:
        row = json.loads(text)
        if "unfinished" in row:
            places = [(document, revision) for document, revision in row["unfinished"]]
        else:
            places = [(each["document"], each["revision"]) for each in row["citations"]]
    except (ValueError, KeyError, TypeError):
        return None
    return tuple(dict.fromkeys((str(document), str(revision)) for document, revision in places))


def _answer(row: Mapping[str, Any]) -> Answer:
    clarify = row["clarify"]
    return Answer(
        question=str(row["question"]),
        answer=str(row["answer"]),
        refused=bool(row["refused"]),
        source=AnswerSource(row["source"]),
        citations=tuple(_citation(each) for each in row["citations"]),
        passages=tuple(_passage(each) for each in row["passages"]),
        clarify=Clarify(question=str(clarify["question"]), options=_texts(clarify["options"])) if clarify else None,
        notice=str(row["notice"]),
        policy=CheckPolicy(row["check"]["policy"]),
        unsupported=_texts(row["unsupported"]),
        timings=Timings(**{name: float(value) for name, value in row["timings_ms"].items()}),
    )


def _citation(row: Mapping[str, Any]) -> Citation:
    return Citation(
        number=int(row["number"]),
        document=str(row["document"]),
        revision=str(row["revision"]),
        title=str(row["title"]),
        section=_texts(row["section"]),
        page=None if row["page"] is None else int(row["page"]),
        anchor=str(row["anchor"]),
        boxes=_boxes(row["boxes"]),
        quote=str(row["quote"]),
        passage=_passage(row["passage"]),
    )


def _passage_json(passage: Passage) -> dict[str, object]:
    boxes = [[box.page, box.left, box.top, box.right, box.bottom] for box in passage.boxes]
    grounds = [[ground.document, ground.ordinal, ground.content] for ground in passage.grounds]
    return {**passage.to_json(), "anchor": passage.anchor, "boxes": boxes, "grounds": grounds}


def _passage(row: Mapping[str, Any]) -> Passage:
    return Passage(
        document=str(row["document"]),
        revision=str(row["revision"]),
        title=str(row["title"]),
        section=_texts(row["section"]),
        page=None if row["page"] is None else int(row["page"]),
        pages=tuple(int(page) for page in row["pages"]),
        text=str(row["text"]),
        score=float(row["score"]),
        product=str(row["product"]),
        language=str(row["language"]),
        audience=Audience(row["audience"]),
        anchor=str(row.get("anchor", "")),
        boxes=_boxes(row.get("boxes", [])),
        recognised=bool(row["recognised"]),
        grounds=tuple(
            Ground(str(document), int(ordinal), str(content)) for document, ordinal, content in row.get("grounds", [])
        ),
    )


def _boxes(rows: Sequence[Sequence[Any]]) -> tuple[Box, ...]:
    return tuple(
        Box(page=int(page), left=left, top=top, right=right, bottom=bottom) for page, left, top, right, bottom in rows
    )


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(map(str, values))
