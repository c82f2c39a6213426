"""The curated answers of one home: what editors write and approve goes in, answers to serve come out.

A SQLite file of its own under the home folder, to be backed up like the records: nothing else holds what is in it.
"""

import getpass
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

from ingest.types import Dense
from serving.stored.as_json import curated_from_row, curated_to_row
from serving.stored.normalise import normal_form
from serving.stored.shelf import as_vector
from serving.stored.sqlite_file import SqliteFile
from serving.stored.types import Change, CuratedAnswer, CuratedUnknown, State, StoreUnavailable, now

FILE = "curated.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS curated (number INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (
    form TEXT NOT NULL, embedder TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (form, embedder)
);
"""
# Made at its first use: files of earlier versions lack it.
_CHANGES = """
CREATE TABLE IF NOT EXISTS changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL,
    what TEXT NOT NULL, body TEXT NOT NULL
)
"""


class CuratedBook:
    """Open curated answers; every change is one transaction. Raises StoreUnavailable where the file cannot be used."""

    def __init__(self, home: Path) -> None:
        self._file = SqliteFile(home / FILE, _SCHEMA, durable=True)
        self._lock = Lock()
        self._read: tuple[object, tuple[CuratedAnswer, ...]] = (None, ())
        self._by_form: Mapping[str, tuple[CuratedAnswer, ...]] = {}

    def all(self) -> tuple[CuratedAnswer, ...]:
        """Every one, by number; read anew only when some process has changed one."""
        with self._lock:
            version = self._file.version()
            if self._read[0] != version:
                rows = self._file.rows("SELECT number, body FROM curated ORDER BY number")
                answers = tuple(self._answer(int(str(number)), str(body)) for number, body in rows)
                self._by_form = _by_form(answers)
                self._read = (version, answers)
            return self._read[1]

    def approved(self, form: str) -> tuple[CuratedAnswer, ...]:
        """The approved answers to a question of this normal form."""
        self.all()
        return self._by_form.get(form, ())

    def forms(self) -> Mapping[str, tuple[CuratedAnswer, ...]]:
        """The approved answers by the normal forms of their questions."""
        self.all()
        return self._by_form

    def get(self, number: int) -> CuratedAnswer:
        """Raises CuratedUnknown where there is none of that number."""
        found = next((answer for answer in self.all() if answer.number == number), None)
        if found is None:
            raise CuratedUnknown(f"There is no curated answer {number}.", hint="See: manualdesk curated list")
        return found

    def add(self, answer: CuratedAnswer, *, by: str = "") -> CuratedAnswer:
        """Keep a new one; returns it with its number. `by`: who did it; empty: the user of this process."""
        with self._file.writing() as connection:
            number = connection.execute("INSERT INTO curated (body) VALUES ('')").lastrowid or 0
            signed = _signed(answer, number, by)
            connection.execute("UPDATE curated SET body = ? WHERE number = ?", (_body(signed), number))
            _log(connection, signed, "added")
        return signed

    def change(self, answer: CuratedAnswer, *, by: str = "", what: str = "changed") -> CuratedAnswer:
        """Put it in place of the one with its number. `by` as of `add`; `what` was done, for its history."""
        self.get(answer.number)
        signed = _signed(answer, answer.number, by)
        with self._file.writing() as connection:
            connection.execute("UPDATE curated SET body = ? WHERE number = ?", (_body(signed), answer.number))
            _log(connection, signed, what)
        return signed

    def remove(self, number: int, *, by: str = "") -> None:
        gone = _signed(self.get(number), number, by)
        with self._file.writing() as connection:
            connection.execute("DELETE FROM curated WHERE number = ?", (number,))
            _log(connection, gone, "removed")

    def history(self, number: int) -> tuple[Change, ...]:
        """What was done to it and by whom, oldest first; nothing of before this was kept."""
        with self._file.writing() as connection:
            connection.execute(_CHANGES)
            rows = connection.execute(
                "SELECT at, who, what, body FROM changes WHERE number = ? ORDER BY id", (number,)
            ).fetchall()
        return tuple(
            Change(at=at, by=who, what=what, answer=self._answer(number, body)) for at, who, what, body in rows
        )

    def needs_review(self, answer: CuratedAnswer, reason: str) -> None:
        """Take an approved answer out of service, unless an editor has changed it since it was read."""
        flagged = replace(answer, state=State.NEEDS_REVIEW, reason=reason)
        with self._file.writing() as connection:
            done = connection.execute(
                "UPDATE curated SET body = ? WHERE number = ? AND body = ?",
                (_body(flagged), answer.number, _body(answer)),
            )
            if done.rowcount:
                _log(connection, replace(flagged, changed_at=now(), changed_by=""), "needs review")

    def vectors(self, forms: Sequence[str], embedder: str) -> dict[str, Dense]:
        """Embeddings of normal forms that were kept."""
        rows = self._file.rows("SELECT form, vector FROM vectors WHERE embedder = ?", (embedder,))
        kept = {str(form): as_vector(vector) for form, vector in rows}
        return {form: kept[form] for form in forms if form in kept}

    def keep_vectors(self, vectors: Mapping[str, Dense], embedder: str) -> None:
        with self._file.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(form, embedder, vector.tobytes()) for form, vector in vectors.items()],
            )

    def version(self) -> object:
        """Changes with every change of the file."""
        return self._file.version()

    def close(self) -> None:
        self._file.close()

    def _answer(self, number: int, body: str) -> CuratedAnswer:
        try:
            return replace(curated_from_row(json.loads(body)), number=number)
        except ValueError as error:
            raise StoreUnavailable(
                f"{self._file.path}: curated answer {number} cannot be read: {error}",
                hint="Put back a backup of the file, or update Manualdesk to the version that wrote it.",
            ) from error


def _by_form(answers: Sequence[CuratedAnswer]) -> Mapping[str, tuple[CuratedAnswer, ...]]:
    found: dict[str, tuple[CuratedAnswer, ...]] = {}
    for answer in answers:
        if answer.state is State.APPROVED:
            for form in dict.fromkeys(map(normal_form, answer.questions)):
                found[form] = (*found.get(form, ()), answer)
    return found


def _body(answer: CuratedAnswer) -> str:
    return json.dumps(curated_to_row(answer), ensure_ascii=False)


def _signed(answer: CuratedAnswer, number: int, by: str) -> CuratedAnswer:
    return replace(answer, number=number, changed_at=now(), changed_by=by or _user())


def _log(connection: sqlite3.Connection, answer: CuratedAnswer, what: str) -> None:
    connection.execute(_CHANGES)
    connection.execute(
        "INSERT INTO changes (number, at, who, what, body) VALUES (?, ?, ?, ?, ?)",
        (answer.number, answer.changed_at, answer.changed_by, what, _body(answer)),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return ""
