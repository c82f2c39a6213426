"""Several processes on one PostgreSQL: they share sessions, send a hand-over once, and count a day together."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from serving.api.errors import TooMany
from serving.customers.hand_over import HandOver, Wish
from serving.customers.queue import HandOvers
from serving.customers.quotas import Quotas
from serving.customers.sessions import Sessions
from serving.customers.sites import Site, Sites
from serving.database.engine import Database, now

SHOP = "https://shop.example"
PROCESSES = 4


@pytest.fixture(scope="module")
def databases(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Database]]:
    """As many connections as there would be processes."""
    home = tmp_path_factory.mktemp("home")
    opened = [Database(home, postgres_url) for _ in range(PROCESSES)]
    yield opened
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def site(databases: list[Database]) -> Site:
    made = Site(id="shop", name="Shop", origins=(SHOP,), hand_over_to="mailto:a@b.example", daily_questions=30)
    return Sites(databases[0]).add(made)


def beside_each_other(work: list[object]) -> None:
    threads = [threading.Thread(target=each) for each in work]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_a_session_is_known_to_all(databases: list[Database], site: Site) -> None:
    token = Sessions(databases[0]).begin(site, SHOP, "")
    assert {Sessions(each).read(token, SHOP).visitor for each in databases} == {
        Sessions(databases[0]).read(token, SHOP).visitor
    }
    Sites(databases[1]).allow("shop", "https://www.shop.example", most=8)
    assert Sites(databases[2]).any_with("https://www.shop.example")
    Sites(databases[3]).change(replace(site))


def test_each_hand_over_is_one_processs(databases: list[Database], site: Site) -> None:
    for number in range(30):
        wish = Wish(contact="ann@example.org", word=str(number))
        made = HandOver(
            id=f"{number:032x}",
            site="shop",
            site_name="Shop",
            created_at=now(),
            conversation="",
            wish=wish,
            transcript=(),
        )
        HandOvers(databases[0]).put(made, site)
    claimed: list[str] = []

    def work(process: int) -> None:
        queue, misses = HandOvers(databases[process]), 0
        while misses < 3:
            queued = queue.claim(f"process {process}")
            if queued is None:  # another was quicker, or nothing is left
                misses += 1
                continue
            claimed.append(queued.hand_over.id)
            queue.sent(queued.hand_over.id, f"process {process}")

    beside_each_other([lambda process=process: work(process) for process in range(PROCESSES)])
    while (left := HandOvers(databases[0]).claim("last")) is not None:
        claimed.append(left.hand_over.id)
    assert sorted(claimed) == [f"{number:032x}" for number in range(30)]


def test_a_days_questions_are_those_of_all_processes(databases: list[Database], site: Site) -> None:
    taken: list[int] = []

    def work(process: int) -> None:
        quotas = Quotas(databases[process])
        for _ in range(20):
            with suppress(TooMany):
                quotas.today(site)
                taken.append(process)

    beside_each_other([lambda process=process: work(process) for process in range(PROCESSES)])
    assert len(taken) == 30
    assert Quotas(databases[0]).asked_today("shop") == 30
