"""What requests hold. Enters: JSON from anywhere. Leaves: checked values; what does not fit is refused with its place.

Replies are written by the types they tell of (`Answer.to_json`, `Passage.to_json`); the models of replies here describe
them in the OpenAPI document.
"""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from retrieval.query import Turn

MOST_TURNS: Final = 200
"""Messages of a conversation; the prompt keeps what fits of the last ones."""
MOST_PASSAGES: Final = 50
LONGEST_NAME: Final = 255


def _writable(text: str) -> str:
    """JSON can hold halves of characters (`\\ud800`), which no file, index or model takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a character (a lone surrogate)") from None
    if "\0" in text:
        raise ValueError("holds a NUL character")
    return text


Text = Annotated[str, AfterValidator(_writable)]
Name = Annotated[Text, Field(max_length=LONGEST_NAME)]


class _Closed(BaseModel):
    """A misspelt field is told, not passed over."""

    model_config = ConfigDict(extra="forbid")


class Said(_Closed):
    """An earlier message of the conversation."""

    role: Literal["user", "assistant"] = "user"
    content: Text


class _Asked(_Closed):
    """What every question says."""

    question: Text = Field(description="The question, in any language; at most 2,000 characters.")
    turns: list[Said] = Field(
        default=[], max_length=MOST_TURNS, description="The conversation before it, oldest first."
    )
    product: Name = Field(default="", description="Only manuals of this product.")
    page_product: Name = Field(
        default="", description="Product of the page that the question is asked on; what the question says wins."
    )
    explain: bool = Field(default=False, description="Tell how the passages were found; for agents and editors.")

    def earlier(self) -> tuple[Turn, ...]:
        return tuple(Turn(said.role, said.content) for said in self.turns)


class SearchRequest(_Asked):
    """What to search for, and where."""

    limit: int = Field(default=10, ge=1, le=MOST_PASSAGES, description="At most so many passages.")


class AskRequest(_Asked):
    """A question to answer."""

    stream: bool = Field(default=False, description="Server-sent events: passages, delta..., answer.")


class TextPart(BaseModel):
    """A part of a message that OpenAI's interface allows; only text can be asked about."""

    type: Literal["text"]
    text: Text


class ChatMessage(BaseModel):
    """As in OpenAI's interface."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | list[TextPart] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """As in OpenAI's interface; what has no meaning here (temperature, tools, ...) is passed over.

    `product`, `page_product`: as in /v1/ask (`extra_body` of OpenAI's client).
    """

    model: Name = "manualdesk"
    messages: list[ChatMessage] = Field(min_length=1, max_length=MOST_TURNS)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=1, ge=1, le=1)
    product: Name = ""
    page_product: Name = ""

    def question(self) -> str:
        return self.messages[-1].text

    def earlier(self) -> tuple[Turn, ...]:
        """The conversation. A caller's system message is no part of it: what may be answered is not up to callers."""
        turns = []
        for message in self.messages[:-1]:
            match message.role:
                case "user" | "assistant":
                    turns.append(Turn(message.role, message.text))
        return tuple(turns)


class IngestRequest(_Closed):
    """What to ingest: the uploaded manuals, or those below a folder that was ingested before."""

    root: Annotated[Text, Field(max_length=1024)] = Field(
        default="", description="A `root` as /v1/documents tells it. Empty: the uploaded manuals."
    )
    force: bool = Field(default=False, description="Read and embed unchanged manuals again too.")
    allow_removals: bool = Field(default=False, description="Go on where more than half of the manuals would vanish.")


class Problem(BaseModel):
    type: str
    message: str
    hint: str


class ErrorReply(BaseModel):
    error: Problem


class PassageReply(BaseModel):
    """`text` is the manual's own text; `page` counts a PDF's pages from 1."""

    document: str
    revision: str
    title: str
    section: list[str]
    page: int | None
    pages: list[int]
    text: str
    score: float
    product: str
    language: str
    audience: Literal["public", "internal"]
    recognised: bool = Field(description="Read from a picture of a page.")


class SearchReply(BaseModel):
    passages: list[PassageReply]
    ms: float


class CitationReply(BaseModel):
    """What `[number]` in an answer refers to; `quote` stands word for word on that page."""

    number: int
    document: str
    revision: str
    title: str
    section: list[str]
    page: int | None
    anchor: str
    boxes: list[list[float]] = Field(description="Page, left, top, right, bottom, in points.")
    quote: str


class ClarifyReply(BaseModel):
    question: str
    options: list[str]


class AnswerReply(BaseModel):
    question: str
    answer: str
    refused: bool
    clarify: ClarifyReply | None
    source: Literal["model", "quotes", "curated", "cache"]
    citations: list[CitationReply]
    passages: list[PassageReply]
    timings_ms: dict[str, float]
