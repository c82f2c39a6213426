"""A passage: what a person, a prompt and an evaluation see of the index."""

from dataclasses import dataclass, field

from ingest.types import Audience, Box
from retrieval.grounds import Ground

MAX_CHARACTERS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The manual's own text with where it stands. Fields as in the JSON of the contract."""

    document: str
    revision: str
    title: str
    section: tuple[str, ...]
    page: int | None
    pages: tuple[int, ...]
    text: str
    score: float
    product: str
    language: str
    audience: Audience
    anchor: str = ""
    boxes: tuple[Box, ...] = ()
    chunk_ids: tuple[str, ...] = ()
    recognised: bool = False
    """Some of its text was read off a picture by OCR."""
    grounds: tuple[Ground, ...] = ()
    """Its chunks in order, by what they say: what a stored answer is tied to."""
    embedded: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """What was embedded of each of its chunks; empty where it was not read from the index."""

    def lines(self, quote: str) -> tuple[Box, ...]:
        """The boxes of the lines that a verbatim part of the text stands in; empty where there are none."""
        start = self.text.find(quote)
        if start < 0 or not self.boxes:
            return ()
        ends = [*(box.start for box in self.boxes[1:]), len(self.text)]
        pairs = zip(self.boxes, ends, strict=True)
        return tuple(box for box, end in pairs if end > start and box.start < start + len(quote))

    def place(self, quote: str) -> tuple[int | None, tuple[Box, ...]]:
        """Page and line boxes of a verbatim part of the text; those of the whole passage where it is not found."""
        lines = self.lines(quote)
        if not lines:
            return self.page, self.boxes
        page = lines[0].page
        return page, tuple(box for box in lines if box.page == page)

    def to_json(self) -> dict[str, object]:
        """The JSON object of the contract."""
        return {
            "document": self.document,
            "revision": self.revision,
            "title": self.title,
            "section": list(self.section),
            "page": self.page,
            "pages": list(self.pages),
            "text": self.text,
            "score": round(self.score, 4),
            "product": self.product,
            "language": self.language,
            "audience": str(self.audience),
            "recognised": self.recognised,
        }
