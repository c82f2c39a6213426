"""How fast pages are there: every kind of page in a real Chromium, at desktop and phone size, in English and Chinese.

    python tests/bench/pages.py                       over the sample manuals
    python tests/bench/pages.py --home FOLDER --question "..."
                                                      over a copy of that home, asking that for a source to open
    python tests/bench/pages.py --loads 1 --only chat --results /tmp

`manualdesk serve` runs with sign-in by password and answers in quotes. Each load has a browser profile of its own, so
nothing is cached, except where it says `again`; the server is one that had a visitor before. A desktop is on a line of
20 Mbit/s with 20 ms there and back, a phone on one of 12 Mbit/s with 70 ms, as Chromium's own tools slow requests down;
the processor is that of the machine, which browser and server share. Usable means: the heading is there and all scripts
ran; in the chat, that a typed question can be sent; of the source panel, that the page's picture is drawn after the
click; in the shop, that a customer can type after clicking the bubble, from the beginning of the load and from the
click, without the time between. The median and the worst of all loads go into `pages.json` and the page of results. The
script ends with status 1 where a page asked another host for anything, or where the median of a kind of page is not
below BAR_SECONDS.
"""

import argparse
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import httpx
from page_loads import LANGUAGES, SIZES, Desk, Load, all_pages
from playwright.sync_api import Browser
from process_tree import run_command
from readiness import SECONDS, wait_for

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from ingest.embed import Embedder  # noqa: E402
from ingest.index.contract import EVERYTHING  # noqa: E402
from serving.accounts.administration import Administration, Who  # noqa: E402
from serving.accounts.passwords import hashed  # noqa: E402
from serving.accounts.types import Rights  # noqa: E402
from serving.compose import build_store  # noqa: E402
from serving.customers.sites import Site, Sites  # noqa: E402
from serving.database.engine import Database  # noqa: E402
from serving.evaluation.results import FOLDER, describe_index, save  # noqa: E402
from serving.evaluation.results_page import write_page  # noqa: E402
from serving.keys import Role  # noqa: E402
from serving.settings import load_settings  # noqa: E402
from tests.browser.desk import SAMPLES, chromium, chromium_path, serving  # noqa: E402
from tests.chat_client import COOKIE, signed_in  # noqa: E402
from tests.shop_server import shop_serving  # noqa: E402

BAR_SECONDS = 2.0
PASSWORD = "four wide green windows"
SITE = "shop"
QUESTION = "What does error E-20 mean on the T200?"


def main() -> None:
    options = _options()
    path = chromium_path() or sys.exit("error: no Chromium on this machine")
    with tempfile.TemporaryDirectory(prefix="manualdesk-pages-") as folder, chromium(path) as browser:
        home = _prepared(Path(folder), options.home)
        index, manual = _index(home)
        with _desk(home, Path(folder), manual, options.question) as desk:
            loads = list(_all_loads(browser, desk, options))
    rows = [_row(found) for found in _together(loads)]
    settings = {"loads": options.loads, "answers": "quotes", "bar_seconds": BAR_SECONDS}
    lines = {size.name: asdict(size) for size in SIZES}
    save(
        options.name,
        {"kind": "pages", "index": index, "settings": settings | {"sizes": lines}, "pages": rows},
        options.results,
    )
    if options.results == FOLDER:
        write_page(options.results)
    if problems := _problems(loads, rows):
        sys.exit("\n".join(problems))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a home with an index; it is copied. Without: the samples")
    parser.add_argument("--question", default=QUESTION, help="whose first source is opened; it should be in a PDF")
    parser.add_argument("--loads", type=int, default=3, help="of each page in each size and language")
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--name", default="pages", help="of the result")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where the results go")
    return parser.parse_args()


def _prepared(folder: Path, given: Path | None) -> Path:
    """A home of its own, where visits may write what they like."""
    settings, home = load_settings(), folder / "home"
    Embedder(settings.embedder, settings.models)
    home.mkdir()
    (home / "models").symlink_to(settings.models.resolve(), target_is_directory=True)
    if given is None:
        run_command(home, "ingest", str(SAMPLES), "--json")
        return home
    for name in ("index", "records.sqlite"):
        copy = shutil.copytree if (given / name).is_dir() else shutil.copyfile
        copy(given / name, home / name)
    (home / "originals").symlink_to((given / "originals").resolve(), target_is_directory=True)
    return home


def _index(home: Path) -> tuple[dict[str, object], str]:
    """What is indexed, and the manual with the most pages."""
    index = build_store(replace(load_settings(), home=home, index_url="")).open()
    manual = max(index.documents(EVERYTHING), key=lambda known: known.pages).document
    described = describe_index(index.info())
    index.close()
    return described, manual


@contextmanager
def _desk(home: Path, folder: Path, manual: str, question: str) -> Iterator[Desk]:
    database = Database(home)
    administration = Administration(database, Who(actor="bench"))
    person, _ = administration.add("bench", Rights(Role.ADMIN))
    administration.people.set_password_hash(person, hashed(PASSWORD), must_change=False)
    with (
        serving(home, folder / "server.log", sign_in="password") as address,
        shop_serving(address, site=SITE) as shop,
    ):
        Sites(database).add(Site(id=SITE, name="Shop", origins=(shop,)))
        database.close()
        # How long a start takes is measured elsewhere.
        wait_for(f"{address}/readyz", folder / "server.log")
        token = signed_in(address, "bench", PASSWORD)
        _compressed(address, token)
        yield Desk(address=address, shop=shop, token=token, manual=manual, question=question)


def _compressed(address: str, token: str) -> None:
    """Until the chat's script is sent in brotli: it is made once for an installation, after its first visitor."""
    with httpx.Client(base_url=address, cookies={COOKIE: token}, trust_env=False, timeout=60) as http:
        named = re.search(r'src="(/assets/[^"]+\.js)"', http.get("/").text)
        script = named[1] if named else sys.exit("the chat's page names no script")
        ends = time.monotonic() + SECONDS
        while http.get(script, headers={"Accept-Encoding": "gzip, br"}).headers["content-encoding"] != "br":
            if time.monotonic() > ends:
                sys.exit(f"{script} was never sent in brotli")
            time.sleep(0.5)


def _all_loads(browser: Browser, desk: Desk, options: argparse.Namespace) -> Iterator[Load]:
    for size in SIZES:
        for language in LANGUAGES:
            for number in range(options.loads):
                for load in all_pages(browser, desk, size, language, options.only):
                    shown = f"{load.usable:.2f} s, {load.kilobytes:.0f} kB in {load.requests} requests"
                    print(f"{number + 1} {size.name} {language} {load.page}: {shown}", file=sys.stderr)
                    yield load


def _together(loads: Sequence[Load]) -> list[list[Load]]:
    """By page and size."""
    found: dict[tuple[str, str], list[Load]] = {}
    for load in loads:
        found.setdefault((load.page, load.size), []).append(load)
    return list(found.values())


def _row(loads: Sequence[Load]) -> dict[str, object]:
    row: dict[str, object] = {"page": loads[0].page, "size": loads[0].size, "loads": len(loads)}
    for name in ("painted", "loaded", "usable"):
        seconds = [getattr(load, name) for load in loads]
        row |= {name: round(statistics.median(seconds), 3), f"{name}_worst": round(max(seconds), 3)}
    requests = max(load.requests for load in loads)
    return row | {"kilobytes": round(max(load.kilobytes for load in loads)), "requests": requests}


def _problems(loads: Sequence[Load], rows: Sequence[dict[str, Any]]) -> list[str]:
    outside = sorted({url for load in loads for url in load.foreign})
    late = [f"{row['page']} on a {row['size']}: {row['usable']} s" for row in rows if row["usable"] >= BAR_SECONDS]
    return [f"asked of another host: {url}" for url in outside] + [
        f"not below {BAR_SECONDS} s: {each}" for each in late
    ]


if __name__ == "__main__":
    main()
