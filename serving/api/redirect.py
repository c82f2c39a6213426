"""Where a browser goes next: a path of ours comes in, a reply leaves."""

from http import HTTPStatus

from starlette.responses import RedirectResponse


def see_other(path: str) -> RedirectResponse:
    """A GET of that path, after a POST or in place of what was asked for."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})
