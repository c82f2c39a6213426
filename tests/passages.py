"""Small passages and a retriever that always finds them: the real types, without an index."""

from collections.abc import Sequence

from ingest.index.contract import Scope
from ingest.types import Audience
from retrieval.passages import Passage
from retrieval.query import Retrieval, Turn


def passage(text: str, *, language: str = "en", title: str = "Hub X200 manual", page: int = 3) -> Passage:
    return Passage(
        document=f"{title.lower().replace(' ', '-')}.pdf",
        revision="0123456789abcdef",
        title=title,
        section=("Operation",),
        page=page,
        pages=(page,),
        text=text,
        score=1.0,
        product="hub",
        language=language,
        audience=Audience.PUBLIC,
    )


RESET = passage("Hold the power button for 10 seconds to reset the hub. Do not use the hub in water.")
LAMP = passage("The lamp blinks amber while pairing.\nError | Meaning\nE47 | The fan is blocked", page=7)
BATTERY = passage("The battery holds 2,400 mAh and lasts 12 hours.", page=9)


class FixedRetriever:
    """Finds the same passages for every question."""

    def __init__(
        self,
        *passages: Passage,
        language: str = "en",
        confidence: float = 1.0,
        options: tuple[str, ...] = (),
        unknown: tuple[str, ...] = (),
    ) -> None:
        self.asked: list[str] = []
        self._options = options
        self._unknown = unknown
        self._passages = passages
        self._language = language
        self._confidence = confidence

    def retrieve(
        self, question: str, *, scope: Scope, turns: Sequence[Turn] = (), limit: int = 10, product: str = ""
    ) -> Retrieval:
        self.asked.append(question)
        return Retrieval(
            question=question,
            language=self._language,
            passages=self._passages[:limit],
            confidence=self._confidence,
            milliseconds=1.0,
            options=self._options,
            unknown=self._unknown,
        )
