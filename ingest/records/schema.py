"""The tables of the records database. A change of any of them raises VERSION and adds the step that leads there."""

from sqlalchemy import Column, Connection, Float, Integer, MetaData, String, Table, Text, UniqueConstraint, select

from ingest.errors import RecordsUnusable

VERSION = 1

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

document_settings = Table(
    "document_settings",
    metadata,
    # Ascending ids are the order in which the settings were made: the last one that matches a document wins.
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pattern", String(1024), nullable=False),
    Column("key", String(64), nullable=False),
    # Empty: what was set before for these documents is taken back.
    Column("value", Text, nullable=False),
    Column("set_at", String(32), nullable=False),
    Column("set_by", String(255), nullable=False),
    UniqueConstraint("pattern", "key"),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("state", String(32), nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("started_by", String(255), nullable=False),
    Column("job", Text, nullable=False),
    Column("generation", String(64), nullable=False),
    Column("error", Text, nullable=False),
    Column("hint", Text, nullable=False),
    # The report as JSON, empty where the run did not get that far.
    Column("report", Text, nullable=False),
    sqlite_autoincrement=True,
)

revisions = Table(
    "revisions",
    metadata,
    Column("document", String(1024), primary_key=True),
    Column("revision", String(64), primary_key=True),
    Column("root", String(1024), nullable=False),
    Column("title", Text, nullable=False),
    Column("product", String(255), nullable=False),
    Column("audience", String(32), nullable=False),
    Column("first_seen", String(32), nullable=False),
    Column("last_seen", String(32), nullable=False, index=True),
)

page_quality = Table(
    "page_quality",
    metadata,
    Column("document", String(1024), primary_key=True),
    Column("revision", String(64), primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("score", Float, nullable=False),
    # Names of problems, separated by commas.
    Column("problems", Text, nullable=False),
)


def prepare(connection: Connection) -> None:
    """Make the tables where there are none. Raises RecordsUnusable where a newer Manualdesk made them."""
    metadata.create_all(connection)
    found = connection.execute(select(schema_version.c.version)).scalar()
    if found is None:
        connection.execute(schema_version.insert().values(version=VERSION))
    elif found > VERSION:
        raise RecordsUnusable(
            f"the records were written by a newer manualdesk (schema {found}; this one knows {VERSION})",
            hint="update manualdesk to the version that wrote them",
        )
