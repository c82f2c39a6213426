"""An installation whose manuals, names and notes are all written by somebody who wants a script to run.

Whatever runs calls `ran` with the place that it stood in; a test's browser listens for that.
"""

from typing import Final

from ingest.audience import Audience
from serving.accounts.people import People
from serving.accounts.sessions import Sessions
from serving.accounts.types import Rights
from serving.customers.hand_over import HandOver, Said, Wish
from serving.customers.queue import HandOvers
from serving.customers.sites import Site, Sites
from serving.database.engine import Database, now
from serving.gaps.drafts import draft
from serving.gaps.labels import LabelKind, Labels
from serving.gaps.store import Gaps
from serving.keys import Role
from serving.keys_store import KeyStore
from serving.stored.book import CuratedBook
from serving.stored.types import CuratedAnswer
from tests.pdf_writer import PdfBookmark, PdfPage, pdf_bytes
from tests.security.canaries import SHOP, Page
from tests.security.walled_desk import Told, WalledDesk

RESET: Final = "How do I reset the kettle?"
WARRANTY: Final = "What is the warranty of the kettle?"
DESCALE: Final = "How do I descale the kettle?"
FILE: Final = "kettle/en/<img src=x onerror=ran(1)>'\"&.md"
HTML: Final = "kettle/en/web.html"


def payload(place: str) -> str:
    """Runs in every way there is, wherever it is put in as it is."""
    ran = f"ran('{place}')"
    return (
        f"\"'></textarea><img src=x onerror={ran}><svg onload={ran}></svg><script>{ran}</script>"
        f'<iframe srcdoc="<script>parent.{ran}</script>"></iframe>[x](javascript:{ran})'
    )


def _pdf() -> bytes:
    page = PdfPage().text(50, 60, f"Kettle {payload('heading')}", font="bold", size=14)
    page.text(50, 100, "Reset", font="bold", size=12)
    page.text(50, 120, "Hold the button of the kettle for 10 seconds to reset the kettle.", size=9)
    page.text(50, 140, f"To reset the kettle see {payload('line')}", size=5)
    return pdf_bytes([page], (PdfBookmark(f"Reset {payload('bookmark')}", 1),), title=f"Kettle {payload('title')}")


def _html() -> bytes:
    shown = payload("text").replace("<", "&lt;")
    return f"""<!doctype html><html lang="en"><head><title>Kettle {shown}</title><script>ran('html')</script></head>
<body onload="ran('body')"><h1>Kettle {shown}</h1><svg xmlns="http://www.w3.org/2000/svg" onload="ran('svg')">
<script>ran('svg script')</script><foreignObject><img src="x" onerror="ran('foreign')"></foreignObject></svg>
<h2 id="descale">Descale {shown}</h2><p onclick="ran('click')">To descale the kettle fill it with vinegar, see {shown}
and <a href="javascript:ran('link')">descale it</a>, <a href="data:text/html,<script>ran('data')</script>">here</a>.</p>
<iframe srcdoc="<script>parent.ran('frame')</script>"></iframe><object data="javascript:ran('object')"></object>
<form action="javascript:ran('form')"><input autofocus onfocus="ran('focus')"></form></body></html>""".encode()


def _markdown() -> bytes:
    return f"""# Kettle {payload("markdown title")}

## Clean {payload("markdown heading")}

Clean the kettle with a cloth. [here](javascript:ran('markdown')) ![x](x"onerror="ran('image')) <b onclick=ran(2)>b</b>

| part | code |
|---|---|
| {payload("cell").replace("|", "")} | 1 |
""".encode()


MANUALS: Final = (
    Page(document="kettle/en/guide.pdf", content=_pdf(), audience="public"),
    Page(document=HTML, content=_html(), audience="public"),
    Page(document=FILE, content=_markdown(), audience="public"),
)


class HostileDesk(WalledDesk):
    """As the walled one."""

    def fill(self) -> Told:
        self.publish(MANUALS)
        assert len(self.revisions()) == len(MANUALS)
        database, book = Database(self.home), CuratedBook(self.home)
        answer = f"Two years. {payload('curated')}"
        both = (Audience.PUBLIC, Audience.INTERNAL)
        book.add(CuratedAnswer(questions=(WARRANTY,), answer=answer, language="en", audiences=both), by=payload("by"))
        draft(book, f"Draft {payload('draft')}", payload("answer"), note=payload("note"), by=payload("agent"))
        book.close()
        gaps = Gaps(database, lambda: None)
        gaps.note(f"Gap {payload('gap')}", "disliked", comment=payload("comment"))
        gaps.settle()
        Labels(database).add(LabelKind.CATEGORY, payload("label")[:100], [payload("word")[:100]])
        site = Site(id="shop", name=payload("site"), origins=(SHOP,), daily_questions=0)
        Sites(database).add(site)
        HandOvers(database).put(_handed(site), site)
        people = People(database)
        admin = people.add("ada", Rights(Role.ADMIN), shown_name=payload("person")[:200])
        token = Sessions(database).start(admin, browser=payload("browser"), address=payload("address"))[0]
        KeyStore(self.home).create(payload("key")[:100], Role.AGENT)
        revisions = {document: [revision] for document, revision in self.revisions().items()}
        database.close()
        return Told(
            key="", editor="", cookie="", admin=token, site="shop", revisions=revisions,
            conversations=[], messages=[], numbers=[admin.id],
        )  # fmt: skip


def _handed(site: Site) -> HandOver:
    return HandOver(
        id="0" * 32,
        site=site.id,
        site_name=site.name,
        created_at=now(),
        conversation="",
        wish=Wish(contact=payload("contact"), name=payload("name"), word=payload("wish"), page=payload("page")),
        transcript=(Said(role="customer", text=payload("said"), at=now()),),
    )
