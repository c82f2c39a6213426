"""An `ApiDesk` with the editors' pages, whose ingests are recorded as those of a real installation are."""

import time
from collections.abc import Callable, Generator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from ingest.pipeline import Job
from ingest.recorded import Place, opened_records, run_recorded
from ingest.report import Progress, Report
from tests.api_desk import MANUALS, ApiDesk
from tests.recording_crew import NAME
from ui.editing.routes import editing_routes
from ui.web.nowhere import nowhere_routes

if TYPE_CHECKING:
    from fastapi import APIRouter

PATIENCE_SECONDS = 60


class EditingDesk(ApiDesk):
    """Usable as any; `fill` publishes MANUALS."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.place = Place(self.desk.store, NAME, self.home, self.home)

    def fill(self) -> None:
        for name, text in MANUALS.items():
            self.desk.write(name, text)
        with opened_records(self.home) as records:
            records.set_values(["*/guide.md"], {"audience": "public"})
        self.run(Job(paths=(self.desk.manuals,)))

    def routers(self) -> "Sequence[APIRouter]":
        return editing_routes(self.backend), nowhere_routes()

    def run(self, job: Job) -> Report:
        """Ingest here and now."""
        *_steps, report = run_recorded(self.place, job, crew=self.desk.crew)
        assert isinstance(report, Report)
        return report

    def _ingest(self, job: Job) -> Generator[Progress | Report]:
        self.before_ingest()
        yield from run_recorded(self.place, job, crew=self.desk.crew)


def upload(http: httpx.Client, *files: tuple[str, str | bytes], folder: str = "mixer/en") -> httpx.Response:
    parts = [("file", (name, text.encode() if isinstance(text, str) else text)) for name, text in files]
    return http.post(
        "/desk/documents/upload", files=parts, data={"folder": folder}, headers={"Accept": "application/json"}
    )


def seen(http: httpx.Client, address: str, reached: Callable[[str], bool]) -> str:
    """The page once it says what is waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached(text := http.get(address).text):
        assert time.monotonic() < deadline, text
    return text


def published(http: httpx.Client, *names: str) -> str:
    """The page of the job that published these, when it has ended."""
    reply = http.post("/desk/documents/publish", data={"document": list(names)})
    assert reply.status_code == HTTPStatus.SEE_OTHER, reply.text
    return seen(http, reply.headers["Location"], lambda text: "data-open" not in text)


def names(http: httpx.Client) -> set[str]:
    return {known["document"] for known in http.get("/v1/documents").json()["documents"]}
