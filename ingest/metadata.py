"""What people say about a manual outside its text, as checked values, and who wins over whom.

Text (front matter, values of a `manual.toml`, an editor's settings) enters, `Metadata` leaves, and `resolve` says for
each value where it came from: an editor's setting wins over `manual.toml`, that over front matter, that over folders.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from fnmatch import fnmatchcase

from ingest.audience import Audience
from ingest.errors import SettingError

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_KEY_LINE = re.compile(r"^([A-Za-z_]+)[ \t]*:[ \t]*(.*?)[ \t]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is said about a document; an empty value says nothing."""

    product: str = ""
    model: str = ""
    version: str = ""
    language: str = ""
    audience: Audience | None = None
    title: str = ""
    valid_from: str = ""
    valid_until: str = ""

    def items(self) -> list[tuple[str, str]]:
        """(key, value) of what is said."""
        return [(f.name, str(value)) for f in fields(self) if (value := getattr(self, f.name))]


KEYS = tuple(f.name for f in fields(Metadata))
DATES = ("valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that an editor set for all documents that a pattern matches; empty: what was set before is taken back."""

    pattern: str
    key: str
    value: str


Layer = tuple[str, Metadata]
"""Where something is said, and what."""


def resolve(layers: Iterable[Layer]) -> tuple[Metadata, tuple[tuple[str, str], ...]]:
    """The values of the layers, strongest first, and for each value (key, where it was said).

    Raises SettingError where the dates that win contradict each other.
    """
    values: dict[str, str] = {}
    origins: dict[str, str] = {}
    for where, said in layers:
        for key, value in said.items():
            if key not in values:
                values[key] = value
                origins[key] = where
    known = metadata_from(values, where="all that is said of it")
    return known, tuple((key, origins[key]) for key in KEYS if key in origins)


def matches(pattern: str, document: str) -> bool:
    """Does an editor's pattern name the document: exactly, as a folder, or with `*` and `?` (which pass over `/`)?"""
    return document == pattern or document.startswith(pattern.rstrip("/") + "/") or fnmatchcase(document, pattern)


def editor_layers(document: str, settings: Sequence[Setting]) -> list[Layer]:
    """What an editor set for a document, from settings in the order in which they were made; the last one wins."""
    latest: dict[str, Setting] = {}
    for setting in settings:
        if matches(setting.pattern, document):
            latest[setting.key] = setting
    return [
        (f"editor ({s.pattern})", metadata_from({s.key: s.value}, where=f"the editor's setting for {s.pattern}"))
        for s in latest.values()
        if s.value
    ]


def with_values(settings: Sequence[Setting], patterns: Sequence[str], values: Mapping[str, str]) -> tuple[Setting, ...]:
    """The settings once an editor set these values for these patterns, now; an empty value takes back."""
    made = [Setting(pattern, key, value) for pattern in patterns for key, value in values.items()]
    replaced = {(setting.pattern, setting.key) for setting in made}
    return (*(setting for setting in settings if (setting.pattern, setting.key) not in replaced), *made)


def language_code(name: str) -> str:
    """`zh-CN`, `zh_cn` and `zh` are one language to a reader: `zh`."""
    return re.split(r"[-_]", name.strip().lower(), maxsplit=1)[0]


def metadata_from(values: Mapping[str, str], *, where: str) -> Metadata:
    """Checked values. Raises SettingError, naming `where`, for an unknown key, audience or date."""
    for key in values:
        if key not in KEYS:
            raise SettingError(f"{where}: unknown key {key!r}", hint=f"Known keys: {', '.join(KEYS)}.")
    said = {key: value.strip() for key, value in values.items()}
    audience = said.pop("audience", "").lower()
    if audience and audience not in tuple(Audience):
        choice = " or ".join(repr(str(known)) for known in Audience)
        raise SettingError(f"{where}: audience is {audience!r}", hint=f"It can be {choice}.")
    for key in DATES:
        _check_date(key, said.get(key, ""), where)
    first, last = (said.get(key, "") for key in DATES)
    if first and last and first > last:
        raise SettingError(
            f"{where}: valid_from {first} is after valid_until {last}", hint="Correct one of the two dates."
        )
    return Metadata(
        **{**said, "language": language_code(said.get("language", ""))},
        audience=Audience(audience) if audience else None,
    )


def _check_date(key: str, value: str, where: str) -> None:
    try:
        wrong = bool(value) and date.fromisoformat(value).isoformat() != value
    except ValueError:
        wrong = True
    if wrong:
        raise SettingError(f"{where}: {key} is {value!r}, which is no date", hint=f'Write it as {key} = "2026-01-31".')


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
    """What the front matter of a text says. Raises SettingError for an audience or a date that does not exist."""
    values, _ = split_front_matter(text)
    if "lang" in values:
        values.setdefault("language", values["lang"])
    return metadata_from({key: value for key, value in values.items() if key in KEYS}, where=where)
