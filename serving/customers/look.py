"""How the chat of a site looks and greets. Enters: what an editor wrote, or the JSON kept of it. Leaves: a `Look`."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlsplit

from ingest.errors import SettingError

LANGUAGES: Final = ("en", "zh", "ja", "fr", "de", "es")
"""What the widget speaks; other languages are greeted in English."""
LONGEST_TEXT: Final = 600
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
Position = Literal["right", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Checked values; texts by language, `en` for the others."""

    colour: str = "#165f64"
    position: Position = "right"
    greetings: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    """What a reader is told about privacy before the first question; the widget has a text where this is empty."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Addresses of the site's own privacy pages."""

    def __post_init__(self) -> None:
        """Raises SettingError for what must not reach a page."""
        if not _COLOUR.fullmatch(self.colour):
            raise SettingError(f"{self.colour!r} is no colour.", hint="Give it as #165f64.")
        if self.position not in {"right", "left"}:
            raise SettingError(f"{self.position!r} is no place for the chat.", hint="Give right or left.")
        for texts in (self.greetings, self.notes, self.links):
            for language, text in texts.items():
                if language not in LANGUAGES:
                    raise SettingError(
                        f"{language!r} is no language of the chat.", hint=f"One of {', '.join(LANGUAGES)}"
                    )
                if len(text) > LONGEST_TEXT:
                    raise SettingError(f"A text has more than {LONGEST_TEXT} characters.", hint="Write a shorter one.")
        for link in self.links.values():
            if urlsplit(link).scheme not in {"https", "http"}:
                raise SettingError(f"{link!r} is no address of a page.", hint="Give one that begins with https://.")

    def to_json(self) -> str:
        return json.dumps(
            {
                "colour": self.colour,
                "position": self.position,
                "greetings": dict(self.greetings),
                "notes": dict(self.notes),
                "links": dict(self.links),
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, written: str) -> "Look":
        """What `to_json` wrote."""
        return cls(**json.loads(written)) if written else cls()


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in that language, else the English one, else nothing."""
    return texts.get(language) or texts.get("en", "")


def spoken(language: str) -> str:
    """The widget's language for a tag such as `zh-CN`."""
    short = language.strip().lower()[:2]
    return short if short in LANGUAGES else "en"
