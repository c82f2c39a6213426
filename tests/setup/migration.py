"""Writes the next step of the desk's database: what `serving/database/schema*.py` says now and the steps do not.

    python tests/setup/migration.py "what it changes"

Leaves: a new file in `serving/database/migrations/versions`, to be read and run before it is committed.
"""

import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from serving.database.migrating import upgrade
from serving.database.schema import metadata

VERSIONS = Path(__file__).parents[2] / "serving" / "database" / "migrations" / "versions"
STEP = '''"""{said}."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = {before}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {calls}

{parts}
'''


def main(said: str) -> None:
    known = sorted(path.name[:4] for path in VERSIONS.glob("[0-9]*.py"))
    parts = functions(difference(has_steps=bool(known)))
    if not parts:
        sys.exit("the steps make all that the tables say")
    number = f"{int(known[-1]) + 1 if known else 1:04}"
    name = re.sub(r"\W+", "_", said.lower()).strip("_")
    path = VERSIONS / f"{number}_{name}.py"
    text = STEP.format(
        said=said[0].upper() + said[1:],
        number=number,
        before=f'"{known[-1]}"' if known else "None",
        calls="\n    ".join(f"{name}()" for name in parts),
        parts="\n".join(f"\ndef {name}() -> None:\n{body}\n" for name, body in parts.items()),
    )
    path.write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", path], check=True)
    print(path.relative_to(Path.cwd()))


def difference(*, has_steps: bool) -> str:
    """As statements; empty where there is none."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/desk.sqlite")
        if has_steps:
            upgrade(engine)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"render_as_batch": True})
            operations = produce_migrations(context, metadata).upgrade_ops
    if operations is None or operations.is_empty():
        return ""
    return render_python_code(operations, render_as_batch=True)


def functions(statements: str) -> dict[str, str]:
    """One a table, in their order: a step is read table by table."""
    parts: dict[str, str] = {}
    lines = [
        f"    {line}" for line in textwrap.dedent(f"    {statements}").splitlines() if not line.lstrip().startswith("#")
    ]
    for line in lines:
        if found := re.match(r"    (?:op\.\w+_table\(|with op\.batch_alter_table\()'(\w+)'", line):
            name = f"_{found[1]}"
            parts.setdefault(name, "")
        parts[name] += f"{line}\n"
    return parts


if __name__ == "__main__":
    main(sys.argv[1])
