"""Brings a database to the newest schema with Alembic: an engine comes in, its tables are made or altered.

`migrations/versions` holds one file a step; a change of a table in `schema*.py` comes with the step that makes it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from ingest.errors import RecordsUnusable

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).with_name("migrations")
_LOCK = 7714_2026
"""Any number: of the PostgreSQL lock that lets one process at a time migrate."""


def upgrade(engine: Engine) -> None:
    """Do all steps that the database lacks. Raises RecordsUnusable where a newer Manualdesk made it."""
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    configuration = _configuration()
    newest = ScriptDirectory.from_config(configuration).get_current_head()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found == newest:
        return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
        configuration.attributes["connection"] = connection
        try:
            command.upgrade(configuration, "head")
        except CommandError as error:
            raise RecordsUnusable(
                f"the desk's database was made by a newer manualdesk (schema {found})",
                hint="update manualdesk to the version that made it",
            ) from error


def differences(connection: Connection) -> list[object]:
    """What the tables of a database lack of `schema*.py`, or have too much; so that a forgotten step is found."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from serving.database.schema import metadata

    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _configuration() -> "Config":
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(_FOLDER))
    configuration.set_main_option("path_separator", "os")
    return configuration
