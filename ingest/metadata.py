"""What people say about a manual outside its text: front matter and `manual.toml`.

Text or a TOML file enters, checked `Metadata` leaves. Who wins over whom is decided in `discover.py`.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from ingest.audience import Audience
from ingest.errors import SettingError

SETTINGS_FILE = "manual.toml"

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_KEY_LINE = re.compile(r"^([A-Za-z_]+)[ \t]*:[ \t]*(.*?)[ \t]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is said about a document; an empty value says nothing."""

    product: str = ""
    version: str = ""
    language: str = ""
    audience: Audience | None = None
    title: str = ""

    def over(self, weaker: "Metadata") -> "Metadata":
        """These values where they say something, the weaker ones elsewhere."""
        return Metadata(**{f.name: getattr(self, f.name) or getattr(weaker, f.name) for f in fields(self)})


KEYS = tuple(f.name for f in fields(Metadata))


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """A `manual.toml`: `default` for the folder and what is below it, `files` by file name."""

    path: Path
    default: Metadata
    files: Mapping[str, Metadata]


def language_code(name: str) -> str:
    """`zh-CN`, `zh_cn` and `zh` are one language to a reader: `zh`."""
    return re.split(r"[-_]", name.strip().lower(), maxsplit=1)[0]


def read_folder_settings(path: Path) -> FolderSettings:
    """Read a `manual.toml`. Raises SettingError naming the file and the key that cannot work."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingError(
            f"{path} cannot be read: {error}",
            hint='Write TOML in UTF-8: a [default] table and one table a file, such as ["guide.pdf"].',
        ) from error
    default = Metadata()
    files: dict[str, Metadata] = {}
    for name, table in content.items():
        if not isinstance(table, dict):
            raise SettingError(
                f"{path}: {name!r} stands outside a table",
                hint='Put it under [default], or under the file\'s table, such as ["guide.pdf"].',
            )
        if name == "default":
            default = _checked(table, path, name)
        else:
            files[name] = _checked(table, path, name)
    return FolderSettings(path, default, files)


def _checked(table: Mapping[str, object], path: Path, name: str) -> Metadata:
    values: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            # An unquoted [guide.pdf] is the table "pdf" inside the table "guide" to TOML.
            raise SettingError(
                f"{path}: [{name}.{key}] is not a file name to TOML",
                hint=f'Quote a name that has a dot: ["{name}.{key}"].',
            )
        if key not in KEYS:
            raise SettingError(f"{path}: unknown key {key!r} in [{name}]", hint=f"Known keys: {', '.join(KEYS)}.")
        if not isinstance(value, str):
            raise SettingError(
                f"{path}: {key} in [{name}] is {value!r}, which is not text", hint=f'Quote it: {key} = "{value}".'
            )
        values[key] = value.strip()
    return _from_text(values, where=f"{path}: [{name}]")


def _from_text(values: Mapping[str, str], *, where: str) -> Metadata:
    audience = values.get("audience", "").lower()
    if audience and audience not in tuple(Audience):
        raise SettingError(
            f"{where}: audience is {audience!r}", hint=f"It can be {' or '.join(repr(str(a)) for a in Audience)}."
        )
    return Metadata(
        product=values.get("product", ""),
        version=values.get("version", ""),
        language=language_code(values.get("language", "")),
        audience=Audience(audience) if audience else None,
        title=values.get("title", ""),
    )


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """The `key: value` lines between `---` lines at the top of a Markdown file, and the text below.

    Only flat lines are understood, which is what manuals have; other keys and shapes are passed over,
    since front matter belongs to other tools too. A rule (`---`) that merely opens a text is no front matter.
    """
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    values: dict[str, str] = {}
    for line in match.group(1).splitlines():
        pair = _KEY_LINE.match(line)
        if pair:
            values[pair.group(1).lower()] = pair.group(2).strip("\"'")
    return (values, text[match.end() :]) if values else ({}, text)


def front_matter_metadata(text: str, *, where: str) -> Metadata:
    """What the front matter of a text says. Raises SettingError for an audience that does not exist."""
    values, _ = split_front_matter(text)
    if "lang" in values:
        values.setdefault("language", values["lang"])
    return _from_text({key: value for key, value in values.items() if key in KEYS}, where=where)
