"""The editors' pages for the pictures of docs: believable work is done with the product itself, then looked at.

Enters: a browser and a server on the sample manuals. Leaves: PNG files of its pages.
"""

import random
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert

from serving.database.engine import Database, in_future
from serving.database.schema_editing import asked
from serving.gaps.drafts import draft
from serving.stored.book import CuratedBook
from tests.browser.desk import PATIENCE_MS, SAMPLES

PDF = "smart-home/en/t200-user-guide.pdf"
HUB = "h1-quick-start.md"
SEARCHED = "What does E-20 mean on the T200?"
QUESTIONS = (
    "How do I charge the D70 dash camera with a solar panel?",
    "Which tyre pressure does the P10 show for a trailer?",
    "Does the B3 band measure blood sugar?",
    "Can the H1 hub be mounted outdoors?",
    "W5 手表可以打电话吗？",
    "L30 门锁能用指静脉开锁吗？",
)
PAGES = (
    ("documents", "/desk/documents"),
    ("chunks", f"/desk/documents/{PDF}/chunks?page=9"),
    ("difference", f"/desk/documents/hub/en/{HUB}/difference"),
    ("answers", "/desk/answers"),
    ("gaps", "/desk/gaps"),
    ("search-test", f"/desk/search?q={quote(SEARCHED)}"),
    ("usage", "/desk/usage?days=30"),
)
USAGE_DAYS = 30


def worked(browser: Browser, address: str, home: Path) -> None:
    """Questions that found nothing, drafts and answers, a new version that waits, and a month of made-up figures."""
    for number, question in enumerate(QUESTIONS):
        for _ in range(1 + (7 - number) % 4):
            httpx.post(f"{address}/v1/ask", json={"question": question}, timeout=60, trust_env=False)
    book = CuratedBook(home)
    draft(book, "Is the hub's ring bright at night?", "It dims after 22:00.", by="Mia Lopez", note="Asked twice today.")
    draft(book, "门锁可以远程开吗？", "可以，需要 H1 网关。", by="林小雨", note="客户来电询问。")
    book.close()
    figures(home)

    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    first = (SAMPLES / "smart-home/en/h1-hub-network-guide.md").read_text(encoding="utf-8")
    uploaded(page, address, first)
    page.locator("#waiting form button:not(.danger)").click()
    expect(page.locator("#job-state .tag.good")).to_be_visible(timeout=PATIENCE_MS)
    uploaded(page, address, first.replace("2.4 GHz", "2.4 and 5 GHz").replace("120 seconds", "180 seconds"))
    answered(page, address)
    context.close()


def uploaded(page: Page, address: str, text: str) -> None:
    page.goto(f"{address}/desk/documents/upload?folder=hub/en")
    file: Any = {"name": HUB, "mimeType": "text/markdown", "buffer": text.encode()}
    page.set_input_files("#files", file)
    expect(page.locator("#waiting tbody tr")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator("[data-open]")).to_have_count(0, timeout=PATIENCE_MS)


def answered(page: Page, address: str) -> None:
    """An approved answer that stands on a quote."""
    page.goto(f"{address}/desk/answers/new")
    page.locator("#questions").fill("What does E-20 mean on the T200?\nT200 shows E-20")
    page.get_by_label("Answer").fill(
        "The relay contact is welded: switch off the breaker, replace the wiring base [1]."
    )
    page.get_by_label("Find passages").fill(SEARCHED)
    page.keyboard.press("Enter")
    page.locator(".picks li", has_text="Relay contact welded").first.get_by_role("button").click()
    page.get_by_role("button", name="Save and approve").click()
    expect(page.get_by_text("stands", exact=True)).to_be_visible(timeout=PATIENCE_MS)


def figures(home: Path) -> None:
    """A month of counts, so that the charts have something to show."""
    made = random.Random(11)
    rows = []
    for day in range(1, USAGE_DAYS):
        for _ in range(made.randint(12, 46)):
            source = made.choices(("quotes", "model", "curated", "cache"), (2, 6, 2, 3))[0]
            first = made.lognormvariate(5.9 if source == "model" else 3.6, 0.4)
            rows.append(
                {
                    "at": in_future(days=-day),
                    "channel": made.choices(("chat", "widget", "api"), (6, 4, 1))[0],
                    "source": source,
                    "refused": made.random() < 0.08,
                    "clarified": made.random() < 0.03,
                    "language": made.choice(("en", "en", "zh", "de")),
                    "product": made.choice(("smart-home", "smart-home", "wearables", "in-car")),
                    "first_ms": first,
                    "total_ms": first * 3,
                }
            )
    database = Database(home)
    with database.transaction() as connection:
        connection.execute(insert(asked), rows)
    database.close()


def desk_pictures(browser: Browser, address: str, folder: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    for name, path in PAGES:
        page.goto(f"{address}{path}")
        expect(page.locator("[data-open]")).to_have_count(0, timeout=PATIENCE_MS)
        page.wait_for_function("[...document.images].every(each => each.complete)")
        page.screenshot(path=folder / f"{name}.png")
    context.close()
