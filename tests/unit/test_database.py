"""The desk's database: made by its steps alone, one transaction at a time, with a hint where it cannot be used."""

import socket
import time
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from ingest.errors import RecordsUnusable, SettingError
from serving.database.engine import AlreadyThere, Database, DatabaseUnusable, in_future, now
from serving.database.migrating import differences
from serving.database.schema_editing import labels


def test_the_steps_make_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    database = Database(tmp_path)
    with database.transaction() as connection:
        assert differences(connection) == []


def test_what_raises_leaves_nothing_and_a_taken_name_says_so(tmp_path: Path) -> None:
    database = Database(tmp_path)
    row = {"kind": "category", "name": "Heating", "words": "boiler"}
    with pytest.raises(ZeroDivisionError):
        _insert_and_fail(database, row)
    with database.transaction() as connection:
        assert connection.execute(select(labels)).all() == []
        connection.execute(insert(labels).values(row))
    with pytest.raises(AlreadyThere), database.transaction() as connection:
        connection.execute(insert(labels).values(row))


def _insert_and_fail(database: Database, row: dict[str, str]) -> None:
    with database.transaction() as connection:
        connection.execute(insert(labels).values(row))
        raise ZeroDivisionError


def test_opened_again_it_holds_what_it_held(tmp_path: Path) -> None:
    first = Database(tmp_path)
    with first.transaction() as connection:
        connection.execute(insert(labels).values(kind="category", name="Heating", words=""))
    first.close()
    with Database(tmp_path).transaction() as connection:
        assert [row.name for row in connection.execute(select(labels))] == ["Heating"]


def test_one_that_a_newer_version_made_is_left_alone(tmp_path: Path) -> None:
    database = Database(tmp_path)
    with database.transaction() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(RecordsUnusable, match="newer"):
        Database(tmp_path)


def test_an_address_that_is_none_and_a_server_that_is_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError):
        Database(tmp_path, "mysql://somewhere/x")
    with pytest.raises(SettingError):
        Database(tmp_path, "no address")
    with pytest.raises(DatabaseUnusable) as told:
        Database(tmp_path, "postgresql://me:secret@127.0.0.1:9/x?connect_timeout=1")
    assert "secret" not in told.value.message + told.value.hint
    assert "postgresql://me:***@127.0.0.1:9/x" in told.value.message, "which one"
    assert "start the PostgreSQL server" in told.value.hint


def test_a_server_that_does_not_answer_is_not_waited_for_long(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(DatabaseUnusable):
            Database(tmp_path, f"postgresql://127.0.0.1:{silent.getsockname()[1]}/desk")
    assert time.monotonic() - began < 30


def test_moments_are_texts_in_their_order() -> None:
    assert in_future(minutes=-1) < now() < in_future(minutes=1)
