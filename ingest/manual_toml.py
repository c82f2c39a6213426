"""`manual.toml` files: what they say of the manuals beside and below them, and what is wrong in them.

A root folder enters; for each file below it the layers that speak of it leave, the nearest first. What is wrong in a
`manual.toml` fails only the manuals that it speaks of, for a value that was meant for them is not known.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from ingest.errors import SettingError
from ingest.metadata import DATES, Layer, Metadata, metadata_from

SETTINGS_FILE = "manual.toml"
DEFAULT = "default"


@dataclass(slots=True)
class FolderSettings:
    """A `manual.toml`: the table `default` for the folder and what is below it, other tables by file name."""

    path: Path
    tables: dict[str, Metadata] = field(default_factory=dict)
    wrong: dict[str, SettingError] = field(default_factory=dict)
    """Tables with values that cannot work; under `default` also what is wrong with the whole file."""

    def table(self, name: str) -> Metadata | None:
        """Raises SettingError where the table is there and wrong."""
        if name in self.wrong:
            raise self.wrong[name]
        return self.tables.get(name)


def read_folder_settings(path: Path) -> FolderSettings:
    """Read a `manual.toml`; what is wrong in it is kept with the table that it concerns."""
    settings = FolderSettings(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        settings.wrong[DEFAULT] = SettingError(
            f"{path} cannot be read: {error}",
            hint='Write TOML in UTF-8: a [default] table and one table a file, such as ["guide.pdf"].',
        )
        return settings
    for name, table in content.items():
        try:
            settings.tables[name] = _checked(table, path, name)
        except SettingError as error:
            # What stands in no file's table may have been meant for any of them.
            whole = not isinstance(table, dict) or any(isinstance(value, dict) for value in table.values())
            settings.wrong[DEFAULT if whole else name] = error
    return settings


def _checked(table: object, path: Path, name: str) -> Metadata:
    if not isinstance(table, dict):
        raise SettingError(
            f"{path}: {name!r} stands outside a table",
            hint='Put it under [default], or under the file\'s table, such as ["guide.pdf"].',
        )
    return metadata_from(_texts(table, path, name), where=f"{path}: [{name}]")


def _texts(table: Mapping[str, object], path: Path, name: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            # An unquoted [guide.pdf] is the table "pdf" inside the table "guide" to TOML.
            raise SettingError(
                f"{path}: [{name}.{key}] is not a file name to TOML",
                hint=f'Quote a name that has a dot: ["{name}.{key}"].',
            )
        if key in DATES and isinstance(value, date) and not isinstance(value, datetime):
            values[key] = value.isoformat()
        elif isinstance(value, str):
            values[key] = value
        else:
            raise SettingError(
                f"{path}: {key} in [{name}] is {value!r}, which is not text", hint=f'Quote it: {key} = "{value}".'
            )
    return values


class FolderTree:
    """The `manual.toml` files from the root down to each manual; the nearest one wins."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self._folders: dict[Path, FolderSettings | None] = {}
        self._used: set[tuple[Path, str]] = set()

    def layers(self, file: Path) -> Iterator[Layer]:
        """What is said of a file, the strongest first. Raises SettingError where something said of it is wrong."""
        here = self._at(file.parent)
        if here:
            self._used.add((here.path, file.name))
            own = here.table(file.name)
            if own and file.name != DEFAULT:
                yield self._name(here), own
        for folder in (file.parent, *file.parent.parents):
            if not folder.is_relative_to(self.base):
                break
            settings = self._at(folder)
            default = settings.table(DEFAULT) if settings else None
            if settings and default:
                yield f"{self._name(settings)}, [{DEFAULT}]", default

    def unused(self) -> Iterator[tuple[str, str]]:
        """(settings file, what is odd): a table for a file that is not there is most likely a slip of the pen."""
        for settings in filter(None, self._folders.values()):
            for name in {*settings.tables, *settings.wrong} - {DEFAULT}:
                if (settings.path, name) not in self._used and not (settings.path.parent / name).exists():
                    yield self._name(settings), f"its table [{name!r}] names a file that is not there"

    def _name(self, settings: FolderSettings) -> str:
        return settings.path.relative_to(self.base).as_posix()

    def _at(self, folder: Path) -> FolderSettings | None:
        if folder not in self._folders:
            path = folder / SETTINGS_FILE
            self._folders[folder] = read_folder_settings(path) if path.is_file() else None
        return self._folders[folder]
