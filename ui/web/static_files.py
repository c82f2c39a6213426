"""Styles, scripts and pictures of pages, under `/static`; open to everybody, since they hold nothing of anybody."""

from typing import Final

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from ui.web.rendering import FOLDER

PREFIX: Final = "/static"


def static_files() -> Mount:
    """The route that serves them."""
    return Mount(PREFIX, StaticFiles(directory=FOLDER / "static"), name="static")
