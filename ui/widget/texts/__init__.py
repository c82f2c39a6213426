"""What the widget says, in six languages: a language comes in, its texts leave, for the widget's script."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from serving.customers.look import LANGUAGES

FOLDER = Path(__file__).parent


def texts_in(language: str) -> Mapping[str, str]:
    """The texts of one of LANGUAGES; English ones for any other."""
    return _read(language if language in LANGUAGES else "en")


@cache
def _read(language: str) -> Mapping[str, str]:
    texts: Mapping[str, str] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return texts
