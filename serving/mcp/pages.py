"""Cited manuals as MCP resources: an address goes in, the text of that page (or manual) comes out.

Addresses look like `manualdesk://manuals/pumps/en/p2.pdf?revision=...&page=7`.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from ingest.errors import ManualdeskError
from ingest.index.contract import Index, IndexedDocument, Scope

SCHEME: Final = "manualdesk"
TEMPLATE: Final = f"{SCHEME}://manuals/{{+document}}{{?revision,page}}"
MOST_CHARACTERS: Final = 40_000
"""Of one resource: about 10,000 tokens, what a model's context still bears beside a conversation."""


class PageUnknown(ManualdeskError):
    """An address names no manual or page that may be read."""


@dataclass(frozen=True, slots=True)
class Address:
    """A manual; `revision` empty: the indexed one. `page` None: from its beginning."""

    document: str
    revision: str = ""
    page: int | None = None

    def __str__(self) -> str:
        asked = {"revision": self.revision, "page": str(self.page) if self.page is not None else ""}
        written = urlencode({key: value for key, value in asked.items() if value})
        return f"{SCHEME}://manuals/{quote(self.document)}{'?' if written else ''}{written}"


def parsed(uri: str) -> Address:
    """Raises PageUnknown for what is no address of ours."""
    parts = urlsplit(uri)
    asked = parse_qs(parts.query)
    document = unquote(parts.path).removeprefix("/")
    page = asked.get("page", [""])[0]
    known = parts.scheme == SCHEME and parts.netloc == "manuals" and document
    if not known or re.fullmatch("[0-9]*", page) is None:
        raise PageUnknown(f"{uri} is no address of a manual", hint=f"addresses look like {TEMPLATE}")
    return Address(document, asked.get("revision", [""])[0], int(page) if page else None)


def page_text(index: Index, address: Address, scope: Scope) -> str:
    """The text of a page, or of a manual from its beginning, as it is indexed; cut after MOST_CHARACTERS.

    Raises PageUnknown where there is none that the scope may read, or the manual changed since it was cited.
    """
    with index.hold():
        found = _document(index, address, scope)
        chunks = index.span(found.document, 0, found.chunks, scope)
    if address.page is not None:
        chunks = [chunk for chunk in chunks if address.page in (chunk.pages or (chunk.page,))]
    if not chunks:
        raise PageUnknown(f"{address.document} has no text on page {address.page}", hint=f"it has {found.pages} pages")
    text = "\n\n".join(chunk.text for chunk in chunks)
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}\n[cut after {MOST_CHARACTERS} of {len(text)} characters; ask for single pages]"


def _document(index: Index, address: Address, scope: Scope) -> IndexedDocument:
    found = next((known for known in index.documents(scope) if known.document == address.document), None)
    if found is None:
        raise PageUnknown(f"no manual {address.document} can be read here", hint="search for what you need")
    if address.revision and found.revision != address.revision:
        raise PageUnknown(f"{address.document} has changed since it was cited", hint="search or ask again")
    return found
