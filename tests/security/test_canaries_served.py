"""A smaller round of the canaries against `manualdesk serve` as it is: real readers, embeddings and quotes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.compose import build_answers, build_retriever
from serving.settings import Settings
from serving.stored.answering import StoredAnswers
from tests.browser.desk import serving
from tests.conftest import command
from tests.security.canaries import NAMES, Page, leaks
from tests.security.hostile_requests import hostile_requests
from tests.security.served import Served, client, visitor
from tests.security.test_canaries import SEED, credentials, whole
from tests.security.walled_desk import WalledDesk

REQUESTS = 300
SENDERS = 100


class RealDesk(WalledDesk):
    """Published by the command, answered in quotes."""

    def __init__(self, folder: Path, models: Path) -> None:
        super().__init__(folder)
        (self.home / "models").symlink_to(models)
        self._answers: StoredAnswers | None = None

    def publish(self, pages: tuple[Page, ...]) -> None:
        self.write(pages)
        done = command(self.home, self.home)("ingest", self.desk.manuals, "--allow-removals", "--strict")
        assert done.returncode == 0, done.stderr

    def assistant(self) -> StoredAnswers:
        if self._answers is None:
            settings = Settings(home=self.home, llm_url="")
            self._answers = build_answers(settings, build_retriever(settings))
        return self._answers


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Served]:
    desk = RealDesk(tmp_path_factory.mktemp("real"), models)
    told, log = desk.fill(), tmp_path_factory.mktemp("log") / "server.log"
    with serving(desk.home, log, sign_in="password") as address:
        yield Served(address, told, log)
    shutil.rmtree(desk.home / "index")


def test_no_hostile_request_gets_a_canary_from_the_real_server(real: Served) -> None:
    clients = [client(real.address, number=number) for number in range(2, 2 + SENDERS)]
    tokens = [visitor(real, each) for each in clients]
    shown, answered = [], 0
    for place, asked in enumerate(hostile_requests(real.told, REQUESTS, seed=SEED + 1)):
        headers = {**asked.headers, **credentials(asked, real, tokens[place % SENDERS])}
        reply = clients[place % SENDERS].request(asked.method, asked.path, content=asked.body, headers=headers)
        answered += reply.status_code == 200
        shown += [] if leaks(asked.path.encode()) else [(asked, leak) for leak in leaks(whole(reply))]
        assert reply.status_code < 500 or reply.status_code == 503, (asked, reply.text)
    assert shown == []
    assert answered > REQUESTS / 4


def test_an_editor_reads_them_there(real: Served) -> None:
    with client(real.address, number=250, Authorization=f"Bearer {real.told.editor}") as http:
        questions = [f"What is the code of the {name}?" for name in NAMES]
        told = [http.post("/v1/search", json={"question": question}).content for question in questions]
    assert sum(bool(leaks(each)) for each in told) > len(NAMES) / 2
