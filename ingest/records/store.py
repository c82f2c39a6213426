"""The records database: settings of editors, runs, revisions and page quality go in and come out as our own types.

SQLite in a file under the home folder. SQLAlchemy stops here and in `schema.py`; import this where it is used, since
that takes a moment.
"""

import getpass
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, create_engine, delete, event, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from ingest.audience import Audience
from ingest.errors import RecordsUnusable
from ingest.index.contract import IndexedDocument
from ingest.metadata import Setting
from ingest.records.schema import document_settings, page_quality, prepare, revisions, runs
from ingest.records.types import KnownRevision, Run, State, Weakness
from ingest.types import PageQuality

KEEP_RUNS = 1000
"""Reports kept: a year of a few a day. A report is a few kilobytes, of a first ingest some hundred."""
_WAIT_SECONDS = 30
_PART = 500
"""Rows a statement: SQLite takes a limited number of values in one."""


class Records:
    """Open records; every method is one transaction. Raises RecordsUnusable where the file cannot be used."""

    def __init__(self, home: Path) -> None:
        self.path = home / "records.sqlite"
        self._engine = _engine(self.path)
        with self._connected() as connection:
            prepare(connection)

    def close(self) -> None:
        self._engine.dispose()

    # What editors set.

    def settings(self) -> tuple[Setting, ...]:
        """In the order in which they were made."""
        columns = document_settings.c
        with self._connected() as connection:
            rows = connection.execute(select(columns.pattern, columns.key, columns.value).order_by(columns.id))
            return tuple(Setting(row.pattern, row.key, row.value) for row in rows)

    def set_values(self, patterns: Sequence[str], values: Mapping[str, str], *, by: str = "") -> None:
        """Set each key for each pattern; an empty value takes back what was set for the documents that it matches.

        `by`: who does, where it is not the user of this process.
        """
        now, who = _now(), by or _user()
        columns = document_settings.c
        with self._connected() as connection:
            for pattern in patterns:
                for key, value in values.items():
                    same = (columns.pattern == pattern) & (columns.key == key)
                    connection.execute(delete(document_settings).where(same))
                    others = connection.execute(select(func.count()).where(columns.key == key)).scalar()
                    if value or others:  # nothing to take back where nothing else is set
                        row = {"pattern": pattern, "key": key, "value": value, "set_at": now, "set_by": who}
                        connection.execute(insert(document_settings).values(row))

    # Runs.

    def begin(self, kind: str, job: str) -> int:
        """Note that a run starts, and forget the oldest ones. Returns its number."""
        row = {"kind": kind, "state": str(State.RUNNING), "started_at": _now(), "seconds": 0.0, "started_by": _user()}
        rest = {"job": job, "generation": "", "error": "", "hint": "", "report": ""}
        with self._connected() as connection:
            number = connection.execute(insert(runs).values({**row, **rest})).inserted_primary_key
            connection.execute(delete(runs).where(runs.c.id <= int(number[0]) - KEEP_RUNS))  # type: ignore[index]
            return int(number[0])  # type: ignore[index]

    def end(self, run: Run) -> None:
        """Note how the run of that number ended."""
        values = {
            "state": str(run.state),
            "seconds": run.seconds,
            "generation": run.generation,
            "error": run.error,
            "hint": run.hint,
            "report": run.report,
        }
        with self._connected() as connection:
            connection.execute(update(runs).where(runs.c.id == run.number).values(values))

    def runs(self, limit: int) -> list[Run]:
        """The last runs, newest first."""
        with self._connected() as connection:
            return [
                _run(row._asdict()) for row in connection.execute(select(runs).order_by(runs.c.id.desc()).limit(limit))
            ]

    def run(self, number: int) -> Run | None:
        """One run; None where there is none of that number."""
        with self._connected() as connection:
            row = connection.execute(select(runs).where(runs.c.id == number)).first()
            return _run(row._asdict()) if row else None

    # Revisions.

    def see(self, documents: Sequence[IndexedDocument]) -> None:
        """Note these as what the index holds now: each revision with the audience and product it has today."""
        now = _now()
        with self._connected() as connection:
            known = {(row.document, row.revision) for row in connection.execute(_KEYS)}
            rows = [_revision_row(document, now) for document in documents]
            new = [{**row, "first_seen": now} for row in rows if (row["document"], row["revision"]) not in known]
            for start in range(0, len(new), _PART):
                connection.execute(insert(revisions), new[start : start + _PART])
            same = (revisions.c.document == bindparam("d")) & (revisions.c.revision == bindparam("r"))
            old = [row for row in rows if (row["document"], row["revision"]) in known]
            if old:
                changes = [{**row, "d": row["document"], "r": row["revision"]} for row in old]
                connection.execute(update(revisions).where(same), changes)

    def revision(self, document: str, revision: str) -> KnownRevision | None:
        """What is known of a revision; None where no run ever saw it."""
        same = (revisions.c.document == document) & (revisions.c.revision == revision)
        with self._connected() as connection:
            row = connection.execute(select(revisions).where(same)).first()
            return _known(row._asdict()) if row else None

    def revisions(self, document: str = "") -> list[KnownRevision]:
        """All that runs ever saw (of one document), the one seen last first."""
        wanted = select(revisions).order_by(revisions.c.last_seen.desc(), revisions.c.document)
        if document:
            wanted = wanted.where(revisions.c.document == document)
        with self._connected() as connection:
            return [_known(row._asdict()) for row in connection.execute(wanted)]

    def forget(self, gone: Sequence[KnownRevision]) -> None:
        """Drop what is known of revisions whose originals are no longer kept."""
        with self._connected() as connection:
            for known in gone:
                for table in (revisions, page_quality):
                    same = (table.c.document == known.document) & (table.c.revision == known.revision)
                    connection.execute(delete(table).where(same))

    # Pages.

    def note_quality(self, document: str, revision: str, pages: Sequence[PageQuality]) -> None:
        """Take these for the pages of a revision that an editor should look at, in place of what was noted before."""
        same = (page_quality.c.document == document) & (page_quality.c.revision == revision)
        rows = [
            {"document": document, "revision": revision, "page": page.page, "score": page.score}
            | {"problems": ",".join(page.problems)}
            for page in pages
        ]
        with self._connected() as connection:
            connection.execute(delete(page_quality).where(same))
            for start in range(0, len(rows), _PART):
                connection.execute(insert(page_quality), rows[start : start + _PART])

    def quality(self, document: str, revision: str) -> tuple[PageQuality, ...]:
        """The pages of a revision that an editor should look at, by page."""
        columns = page_quality.c
        same = (columns.document == document) & (columns.revision == revision)
        with self._connected() as connection:
            rows = connection.execute(select(page_quality).where(same).order_by(columns.page))
            return tuple(
                PageQuality(page=row.page, score=row.score, problems=tuple(filter(None, row.problems.split(","))))
                for row in rows
            )

    def weaknesses(self) -> dict[tuple[str, str], Weakness]:
        """By (document, revision) what is amiss with pages, of all revisions of which a page was noted."""
        found: dict[tuple[str, str], list[tuple[float, str]]] = {}
        columns = page_quality.c
        wanted = select(columns.document, columns.revision, columns.score, columns.problems)
        with self._connected() as connection:
            for document, revision, score, problems in connection.execute(wanted):
                found.setdefault((document, revision), []).append((score, problems))
        return {key: _weakness(pages) for key, pages in found.items()}

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise RecordsUnusable(
                f"the records in {self.path} cannot be used: {reason}",
                hint=_BUSY_HINT if "locked" in reason else _BROKEN_HINT,
            ) from error


_BUSY_HINT = "Another command writes to them: run this one again when it has ended."
_BROKEN_HINT = (
    "Check that the folder can be written and is not full; put a backup of the file back if it is damaged "
    "(without it, what editors set has to be set again)."
)
_KNOWN_TEXTS = ("document", "revision", "root", "title", "product", "last_seen", "first_seen")
_KEYS = select(revisions.c.document, revisions.c.revision)


def _engine(path: Path) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordsUnusable(
            f"{path.parent} cannot be written: {error.strerror}", hint="name a folder you may write: MANUALDESK_HOME"
        ) from error
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _WAIT_SECONDS})
    # The driver would begin a transaction at the first change only, too late for what is read before it.
    event.listen(engine, "connect", lambda connection, _record: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _run(row: Mapping[str, object]) -> Run:
    return Run(
        number=int(str(row["id"])),
        kind=str(row["kind"]),
        state=State(str(row["state"])),
        started_at=str(row["started_at"]),
        seconds=float(str(row["seconds"])),
        **{name: str(row[name]) for name in ("started_by", "job", "generation", "error", "hint", "report")},
    )


def _known(row: Mapping[str, object]) -> KnownRevision:
    texts = {name: str(row[name]) for name in _KNOWN_TEXTS}
    return KnownRevision(**texts, audience=Audience(str(row["audience"])))


def _weakness(pages: Sequence[tuple[float, str]]) -> Weakness:
    problems = dict.fromkeys(problem for _score, named in pages for problem in named.split(",") if problem)
    return Weakness(len(pages), sum(1 - score for score, _named in pages), tuple(problems))


def _revision_row(document: IndexedDocument, now: str) -> dict[str, str]:
    return {
        "document": document.document,
        "revision": document.revision,
        "root": document.root,
        "title": document.title,
        "product": document.product,
        "audience": str(document.audience),
        "last_seen": now,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return ""
