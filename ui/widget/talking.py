"""A customer's conversation: read again after the page was left, taken along, erased, or handed over to a person."""

import asyncio
import re
import secrets
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from ingest.errors import ManualdeskError
from serving.api.access import asker_address
from serving.conversations.readable import Readable, while_indexed
from serving.conversations.types import Message
from serving.customers.hand_over import HandOver, Wish, transcript_text
from serving.customers.look import spoken
from serving.customers.sessions import Session
from serving.customers.targets import is_mail
from serving.customers.transcript import transcript_of
from serving.database.engine import now
from serving.gaps.types import Cause
from ui.widget.customers import Customers
from ui.widget.requests import HandOverWanted
from ui.widget.shown import messages_shown
from ui.widget.texts import texts_in
from ui.widget.way import visitor

_TELEPHONE = re.compile(r"(?:[^\d]*\d){6,20}[^\d]*")
MOST_SHOWN = 50
"""Messages of a conversation that was left, the last ones."""
MOST_HANDED = 200
"""Messages of a transcript, the last ones."""


class ContactUnusable(ManualdeskError):
    """Nobody could be reached there."""


def talking_routes(customers: Customers) -> APIRouter:
    """The routes of kept conversations."""
    router = APIRouter()

    @router.get("/conversation")
    async def conversation(request: Request, conversation: str) -> dict[str, object]:
        """Its last messages as they were shown, but for what was withdrawn since."""
        session = visitor(request)

        def shown() -> list[dict[str, object]]:
            original, home = customers.originals_of(session), customers.backend.home
            return messages_shown(_readable(customers, session, conversation, last=MOST_SHOWN), original, home)

        return {"conversation": conversation, "messages": await asyncio.to_thread(shown)}

    @router.get("/conversation/text")
    async def as_text(request: Request, conversation: str) -> Response:
        """To keep."""
        found = await asyncio.to_thread(_readable, customers, visitor(request), conversation)
        headers = {"Content-Disposition": 'attachment; filename="conversation.txt"', "Cache-Control": "no-store"}
        return PlainTextResponse(transcript_text(transcript_of(found)), headers=headers)

    @router.delete("/conversation")
    async def erase(request: Request) -> dict[str, int]:
        """All of this visitor's conversations, and what of them waits to be handed over."""
        session = visitor(request)
        return {"erased": await asyncio.to_thread(lambda: customers.stores().conversations.erase(session.owner))}

    @router.post("/hand-over")
    async def hand_over(wanted: HandOverWanted, request: Request) -> dict[str, str]:
        """A person is to get in touch."""
        session = visitor(request)
        (await asyncio.to_thread(customers.stores)).quotas.hand_over(asker_address(request))
        handed = await asyncio.to_thread(_hand_over, customers, session, wanted)
        customers.wake_deliveries()
        return {"hand_over": handed}

    return router


def _readable(customers: Customers, session: Session, conversation: str, *, last: int = 0) -> tuple[Message, ...]:
    """What of them may be read now: manuals become internal, and sites lose products. Raises NoConversation."""
    kept = customers.stores().conversations
    language = kept.conversation(conversation, session.owner).language
    # Whoever wants a person gets one also while the index cannot be asked.
    may_open = while_indexed(customers.backend.opens(session.caller.scope))
    readable = Readable(may_open=may_open, withdrawn=texts_in(language)["withdrawn"])
    return readable.messages(kept.messages(conversation, session.owner, last=last))


def _hand_over(customers: Customers, session: Session, wanted: HandOverWanted) -> str:
    """The id of what was put in the queue. Blocking. Raises ContactUnusable and NoConversation."""
    contact = wanted.contact.strip()
    if not is_mail(contact) and not _TELEPHONE.fullmatch(contact):
        raise ContactUnusable(
            "That is neither a mail address nor a telephone number.", hint="Say where you can be reached."
        )
    messages = _readable(customers, session, wanted.conversation, last=MOST_HANDED) if wanted.conversation else ()
    handed = HandOver(
        id=secrets.token_hex(16),
        site=session.site.id,
        site_name=session.site.name,
        created_at=now(),
        conversation=wanted.conversation,
        wish=Wish(
            contact=contact,
            name=" ".join(wanted.name.split()),
            word=wanted.word.strip(),
            page=_page(wanted.page, session.origin),
            language=spoken(wanted.language),
            product=session.product,
        ),
        transcript=transcript_of(messages),
    )
    customers.stores().hand_overs.put(handed, session.site)
    if handed.title:
        customers.backend.notes.gap(
            handed.title,
            Cause.ESCALATED,
            scope=session.caller.scope,
            product=session.product,
            conversation=wanted.conversation,
            comment=wanted.word[:2000],
        )
    return handed.id


def _page(written: str, origin: str) -> str:
    """The page's address without its query; empty for one that is not the site's."""
    try:
        parts = urlsplit(written)
    except ValueError:
        return ""
    return f"{origin}{parts.path}" if f"{parts.scheme}://{parts.netloc}" == origin else ""
