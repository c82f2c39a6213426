"""What is handed over to a person: a conversation and how to reach its customer come in, JSON and a plain text leave.

The JSON's form is told in docs/widget.md: receivers rely on it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

FORMAT: Final = 1
"""Of the JSON; raised when a field changes its meaning or goes."""
State = Literal["waiting", "sent", "failed", "kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A place in a manual that an answer stands on."""

    number: int
    title: str
    section: tuple[str, ...]
    page: int | None
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of the transcript."""

    role: Literal["customer", "manualdesk"]
    text: str
    at: str
    refused: bool = False
    citations: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the customer says when asking for a person."""

    contact: str
    """A mail address or telephone number, as it was written."""
    name: str = ""
    word: str = ""
    page: str = ""
    """Address of the page, without its query: that may hold what is nobody's business."""
    language: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """All of it."""

    id: str
    site: str
    site_name: str
    created_at: str
    conversation: str
    wish: Wish
    transcript: tuple[Said, ...]

    @property
    def title(self) -> str:
        """The customer's last question, else the word they left."""
        questions = [said.text for said in self.transcript if said.role == "customer"]
        return " ".join((questions[-1] if questions else self.wish.word).split())[:200]

    def to_json(self) -> str:
        """What is kept, and what a webhook is sent."""
        wish = self.wish
        return json.dumps(
            {
                "format": FORMAT,
                "id": self.id,
                "created_at": self.created_at,
                "site": {"id": self.site, "name": self.site_name},
                "customer": {"contact": wish.contact, "name": wish.name},
                "message": wish.word,
                "product": wish.product,
                "page": wish.page,
                "language": wish.language,
                "conversation": self.conversation,
                "transcript": [_said_json(said) for said in self.transcript],
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, written: str) -> "HandOver":
        """What `to_json` wrote."""
        kept = json.loads(written)
        return cls(
            id=kept["id"],
            site=kept["site"]["id"],
            site_name=kept["site"]["name"],
            created_at=kept["created_at"],
            conversation=kept["conversation"],
            wish=Wish(
                contact=kept["customer"]["contact"],
                name=kept["customer"]["name"],
                word=kept["message"],
                page=kept["page"],
                language=kept["language"],
                product=kept["product"],
            ),
            transcript=tuple(_said_from(each) for each in kept["transcript"]),
        )

    def as_text(self) -> str:
        """For a mail: plain, the transcript last."""
        wish = self.wish
        told = {
            "Site": self.site_name,
            "Product": wish.product,
            "Page": wish.page,
            "Language": wish.language,
            "Name": wish.name,
            "Reach the customer at": wish.contact,
        }
        lines = [f"{name}: {value}" for name, value in told.items() if value]
        if wish.word:
            lines += ["", "The customer writes:", wish.word]
        return "\n".join([*lines, "", "Conversation so far:", "", transcript_text(self.transcript)])


def transcript_text(transcript: Sequence[Said]) -> str:
    """A conversation as plain text, with the places that its answers stand on."""
    shown = {"customer": "Customer", "manualdesk": "Manualdesk"}
    blocks = []
    for said in transcript:
        places = [f"[{cited.number}] {_place(cited)}" for cited in said.citations]
        blocks.append("\n".join([f"{shown[said.role]} ({said.at[:16].replace('T', ' ')}):", said.text, *places]))
    return "\n\n".join(blocks) + "\n"


def _place(cited: Cited) -> str:
    page = f", p. {cited.page}" if cited.page else ""
    return " > ".join(dict.fromkeys((cited.title, *cited.section))) + page


def _said_json(said: Said) -> dict[str, object]:
    return {
        "role": said.role,
        "text": said.text,
        "at": said.at,
        "refused": said.refused,
        "citations": [
            {
                "number": cited.number,
                "title": cited.title,
                "section": list(cited.section),
                "page": cited.page,
                "quote": cited.quote,
            }
            for cited in said.citations
        ],
    }


def _said_from(kept: Mapping[str, object]) -> Said:
    values = {**kept, "citations": tuple(_cited_from(each) for each in kept["citations"])}  # type: ignore[attr-defined]
    return Said(**values)  # type: ignore[arg-type]


def _cited_from(kept: Mapping[str, object]) -> Cited:
    return Cited(**{**kept, "section": tuple(kept["section"])})  # type: ignore[arg-type]
