"""Answers given over HTTP are noted as they are given: a stream of events goes in, and the same stream comes out."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from ingest.index.contract import Scope
from serving.answer import AnswerDone, Event
from serving.api.needs import Desk


async def noted(events: AsyncGenerator[Event], desk: Desk, scope: Scope, product: str = "") -> AsyncGenerator[Event]:
    """Usage, and a refusal as a gap. `scope`: what the asker may read; `product`: of the page it was asked on."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, AnswerDone):
                desk.notes.answered(event.answer, channel="api", scope=scope, product=product)
            yield event
