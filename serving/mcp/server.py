"""The MCP server: tool calls and resource addresses go in, passages, answers and pages come out.

With `transport.py` the only file that knows the `mcp` package. What may be read is fixed when it is made.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import Any, Final, Protocol

from mcp import McpError, types
from mcp.server.lowlevel import Server
from mcp.server.lowlevel.helper_types import ReadResourceContents
from pydantic import AnyUrl

from ingest.errors import ManualdeskError
from ingest.index.contract import Index, IndexedDocument, Scope
from serving.answer import Answer, AnswerDone, PassagesFound, TextDelta
from serving.assistant import Retrieves, usable
from serving.mcp import wording
from serving.mcp.pages import TEMPLATE, Address, page_text, parsed
from serving.mcp.schemas import ASK_INPUT, ASK_OUTPUT, FEW_PASSAGES, SEARCH_INPUT, SEARCH_OUTPUT
from serving.stored.answering import Answering

log = logging.getLogger("manualdesk.mcp")

_LISTED: Final = 200
"""Manuals on one page of the list of resources."""


class Desk(Protocol):
    """What the server needs of an installation (`serving.desk.Manualdesk`). Its calls may take seconds at first."""

    @property
    def scope(self) -> Scope: ...

    def retriever(self) -> Retrieves: ...

    def assistant(self) -> Answering: ...

    def index(self) -> Index: ...


def build_server(desk: Desk) -> Server[Any, Any]:
    """A server over this desk, ready for any transport; nothing is loaded before the first call."""
    server: Server[Any, Any] = Server("manualdesk", version=version("manualdesk"), instructions=wording.INSTRUCTIONS)
    tools = _Tools(desk, server)
    server.list_tools()(tools.listed)  # type: ignore[no-untyped-call]
    server.call_tool()(tools.call)
    resources = _Resources(desk)
    server.list_resources()(resources.listed)  # type: ignore[no-untyped-call]
    server.list_resource_templates()(resources.templates)  # type: ignore[no-untyped-call]
    server.read_resource()(resources.read)  # type: ignore[no-untyped-call]
    return server


class OutOfScope(ManualdeskError):
    """A call asks for more than the server may read."""


class _Tools:
    def __init__(self, desk: Desk, server: Server[Any, Any]) -> None:
        self._desk = desk
        self._server = server

    async def listed(self) -> list[types.Tool]:
        reading = types.ToolAnnotations(readOnlyHint=True, idempotentHint=True, openWorldHint=False)
        return [
            types.Tool(
                name="search",
                title="Search the manuals",
                description=wording.SEARCH,
                inputSchema=SEARCH_INPUT,
                outputSchema=SEARCH_OUTPUT,
                annotations=reading,
            ),
            types.Tool(
                name="ask",
                title="Ask the manuals",
                description=wording.ASK,
                inputSchema=ASK_INPUT,
                outputSchema=ASK_OUTPUT,
                annotations=reading,
            ),
        ]

    async def call(self, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
        """Arguments have passed their schema. What goes wrong is a result that says so, with what to do."""
        try:
            match name:
                case "search":
                    return await self._search(arguments)
                case "ask":
                    return await self._ask(arguments)
            return _failed(f"there is no tool {name!r}", "tools: search, ask")
        except ManualdeskError as error:
            return _failed(error.message, error.hint)
        except Exception:
            # A library's own words may hold paths and addresses of the machine; the log has them.
            log.exception("the tool %s failed", name)
            return _failed("something unexpected went wrong", "look at the output of `manualdesk mcp`")

    async def _search(self, arguments: Mapping[str, Any]) -> types.CallToolResult:
        question, scope = usable(arguments["question"]), _narrowed(self._desk.scope, arguments.get("product"))
        retriever = await asyncio.to_thread(self._desk.retriever)
        limit = arguments.get("limit", FEW_PASSAGES)
        found = await asyncio.to_thread(retriever.retrieve, question, scope=scope, limit=limit)
        passages = [
            {**passage.to_json(), "uri": str(Address(passage.document, passage.revision, passage.page))}
            for passage in found.passages
        ]
        return _done(wording.found(found), {"passages": passages, "ms": round(found.milliseconds, 1)})

    async def _ask(self, arguments: Mapping[str, Any]) -> types.CallToolResult:
        scope = _narrowed(self._desk.scope, arguments.get("product"))
        assistant = await asyncio.to_thread(self._desk.assistant)
        steps = 0
        # Closed at once where the client takes its call back: that stops the language model.
        async with aclosing(assistant.stream(arguments["question"], scope=scope)) as events:
            async for event in events:
                steps += 1
                match event:
                    case PassagesFound():
                        await self._progress(steps, f"{len(event.passages)} passages found")
                    case TextDelta():
                        await self._progress(steps, event.text)
                    case AnswerDone():
                        return _done(wording.answered(event.answer), _as_result(event.answer))
        raise AssertionError("a stream ends with AnswerDone")

    async def _progress(self, steps: int, message: str) -> None:
        """To clients that asked for it: how far the answer is."""
        context = self._server.request_context
        token = context.meta.progressToken if context.meta else None
        if token is not None:
            await context.session.send_progress_notification(
                token, steps, message=message, related_request_id=str(context.request_id)
            )


class _Resources:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def listed(self, request: types.ListResourcesRequest) -> types.ListResourcesResult:
        """The manuals in scope; the cursor is the last one of the page before."""
        after = (request.params.cursor if request.params else None) or ""
        with _protocol_errors():
            index = await self._index()
            documents = await asyncio.to_thread(index.documents, self._desk.scope)
        left = [document for document in documents if document.document > after]
        shown = left[:_LISTED]
        cursor = shown[-1].document if len(left) > _LISTED else None
        return types.ListResourcesResult(resources=[_resource(document) for document in shown], nextCursor=cursor)

    async def templates(self) -> list[types.ResourceTemplate]:
        return [
            types.ResourceTemplate(
                name="page",
                title="A page of a manual",
                uriTemplate=TEMPLATE,
                description="The text of one page, or of a manual from its beginning. Results of the tools have these "
                "addresses as `uri`.",
                mimeType="text/plain",
            )
        ]

    async def read(self, uri: AnyUrl) -> list[ReadResourceContents]:
        with _protocol_errors():
            address = parsed(str(uri))
            text = await asyncio.to_thread(page_text, await self._index(), address, self._desk.scope)
        return [ReadResourceContents(content=text, mime_type="text/plain")]

    async def _index(self) -> Index:
        return await asyncio.to_thread(self._desk.index)


def _resource(document: IndexedDocument) -> types.Resource:
    about = ", ".join(part for part in (document.product, document.version, document.language) if part)
    return types.Resource(
        uri=AnyUrl(str(Address(document.document))),
        name=document.document,
        title=document.title,
        description=about,
        mimeType="text/plain",
    )


@contextmanager
def _protocol_errors() -> Iterator[None]:
    """Resources have no results that tell of errors, as tools have: theirs are errors of the protocol."""
    try:
        yield
    except ManualdeskError as error:
        raise McpError(types.ErrorData(code=types.INVALID_PARAMS, message=_told(error.message, error.hint))) from error


def _narrowed(scope: Scope, product: str | None) -> Scope:
    """The part of the scope that is of this product. Raises OutOfScope where there is none."""
    if not product:
        return scope
    if scope.products is not None and product not in scope.products:
        raise OutOfScope(
            f"manuals of {product!r} cannot be read here",
            hint=f"leave product out, or use: {', '.join(scope.products)}",
        )
    return replace(scope, products=(product,))


def _as_result(answer: Answer) -> dict[str, object]:
    """The contract's answer without the passages, which would fill the caller's context; with an address a citation."""
    citations = [
        {**citation.to_json(), "uri": str(Address(citation.document, citation.revision, citation.page))}
        for citation in answer.citations
    ]
    whole = {name: value for name, value in answer.to_json().items() if name != "passages"}
    return {**whole, "citations": citations, "notice": answer.notice}


def _done(text: str, structured: dict[str, object]) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structuredContent=structured)


def _failed(message: str, hint: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=_told(message, hint))], isError=True)


def _told(message: str, hint: str) -> str:
    return f"{message}\nhint: {hint}" if hint else message
