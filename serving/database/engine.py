"""An address comes in, an open database at the newest schema goes out; every use of it is one transaction.

SQLite in a file under the home folder, or PostgreSQL by URL where several processes share it. SQLAlchemy stops in the
stores that use this; import it where it is used, since that takes a moment.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from ingest.errors import ManualdeskError, RecordsUnusable, SettingError
from serving.database.migrating import upgrade

FILE: Final = "desk.sqlite"
_WAIT_SECONDS: Final = 30
_CONNECT_SECONDS: Final = 5
_DRIVERS: Final = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class DatabaseUnusable(RecordsUnusable):
    """The desk's database cannot be opened, read or written."""


class AlreadyThere(ManualdeskError):
    """What was to be added has a name that is taken."""


class Database:
    """An open database. Usable from several threads."""

    def __init__(self, home: Path, url: str = "") -> None:
        """`url`: empty for a file under `home`. Makes tables, or brings older ones up to date.

        Raises SettingError for a URL of another kind of database, DatabaseUnusable where it cannot be opened.
        """
        self._engine = _engine(home, url)
        with self._told():
            upgrade(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Committed at the end, taken back where something is raised. Raises DatabaseUnusable and AlreadyThere."""
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise AlreadyThere("There is one of that name already.", hint="Choose another name.") from error
        except SQLAlchemyError as error:
            address = self._engine.url.set(drivername=self._engine.url.get_backend_name())  # as it was given
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise DatabaseUnusable(
                f"the database {address.render_as_string(hide_password=True)} cannot be used: {reason}",
                hint=_SERVER_HINT if self._engine.dialect.name == "postgresql" else _FILE_HINT,
            ) from error


def written(moment: datetime) -> str:
    """A moment as the tables hold it: UTC, to the second, in an order that texts have too."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def now() -> str:
    return written(datetime.now(UTC))


def in_future(**span: float) -> str:
    """The moment in so many `days`, `minutes` ... from now; negative: ago."""
    return written(datetime.now(UTC) + timedelta(**span))


def _engine(home: Path, url: str) -> Engine:
    if not url:
        try:
            home.mkdir(parents=True, exist_ok=True)
            # Made before SQLite makes it: hashes and conversations are nobody else's business.
            os.close(os.open(home / FILE, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as error:
            raise DatabaseUnusable(
                f"{home} cannot be written: {error.strerror}", hint="name a folder you may write: MANUALDESK_HOME"
            ) from error
        url = f"sqlite:///{home / FILE}"
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise SettingError("MANUALDESK_DATABASE_URL is no database's address.", hint=_URL_HINT) from error
    driver = _DRIVERS.get(address.get_backend_name())
    if driver is None:
        raise SettingError(f"There is no support for {address.get_backend_name()} databases.", hint=_URL_HINT)
    if driver == "sqlite":
        return _sqlite(create_engine(address, connect_args={"timeout": _WAIT_SECONDS}))
    # One that does not answer is one that is down: without this, whoever asks waits for as long as TCP does.
    patience = {} if "connect_timeout" in address.query else {"connect_timeout": _CONNECT_SECONDS}
    return create_engine(address.set(drivername=driver), pool_pre_ping=True, connect_args=patience)


_SERVER_HINT: Final = "start the PostgreSQL server, or correct MANUALDESK_DATABASE_URL; then try again"
_FILE_HINT: Final = "check that its folder can be written and is not full; put a backup of a damaged file back"
_URL_HINT: Final = "such as postgresql://manualdesk@localhost/manualdesk; empty: a SQLite file in the home folder"


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _sqlite(engine: Engine) -> Engine:
    """Foreign keys hold, readers do not wait for writers, a transaction begins before its first read, and `lower` knows
    all letters: SQLite's own stops at A to Z, so that a search for Übersicht would not find übersicht."""

    def opened(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]
        for pragma in ("journal_mode = wal", "foreign_keys = on", "synchronous = normal"):
            connection.execute(f"pragma {pragma}")  # type: ignore[attr-defined]
        connection.create_function("lower", 1, _lower, deterministic=True)  # type: ignore[attr-defined]

    event.listen(engine, "connect", opened)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine
