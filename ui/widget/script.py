"""The widget's script and style: small files here, one answer over HTTP. No build step and no library.

The script's parts share one function's scope, so that a page gets a single global name.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("static")
PARTS: Final = ("start", "nodes", "server", "answer", "pages", "forms", "dialog", "talk", "run")
"""In this order; each is `static/NAME.js`."""


@cache
def widget_script() -> str:
    """All of it, without comments and indentation: no text of ours goes over several lines."""
    lines = [line.strip() for name in PARTS for line in _lines(f"{name}.js")]
    lines = [line for line in lines if line and not line.startswith("//")]
    return "(() => {\n'use strict';\n" + "\n".join(lines) + "\n})();\n"


@cache
def widget_style() -> str:
    return "\n".join(_lines("widget.css"))


def _lines(name: str) -> list[str]:
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()


@cache
def tag_of(text: str) -> str:
    """An ETag."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
