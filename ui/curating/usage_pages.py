"""`/desk/usage`: figures of what was asked, as pictures and as tables."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from serving.gaps.types import GapState
from ui.backend import Backend
from ui.curating.usage_charts import charts_of
from ui.web.editor import editor
from ui.web.rendering import PageRoute, page
from ui.web.texts import language_of, translator

PERIODS = (7, 30, 90)


def usage_routes(backend: Backend) -> APIRouter:
    """One page, for a period."""
    router = APIRouter(prefix="/desk/usage", route_class=PageRoute)

    @router.get("")
    def usage(request: Request, days: int = 30) -> Response:
        """Of the last 7, 30 or 90 days."""
        editor(request)
        chosen = min(PERIODS, key=lambda period: abs(period - days))
        figures = backend.notes.usage.figures(chosen)
        return page(
            request,
            "curating/usage.html",
            figures=figures,
            charts=charts_of(figures, translator(language_of(request))),
            period=chosen,
            periods=PERIODS,
            open_gaps=len(backend.notes.gaps.all(GapState.OPEN)),
            sources=figures.sources(),
        )

    return router
