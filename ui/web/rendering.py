"""Server-rendered pages: a template's name and its values come in, a whole page in the reader's language goes out.

Jinja stops here. Everything in a template is escaped, whatever a manual or a question holds.
"""

from collections.abc import Callable, Coroutine, Sequence
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from ingest.errors import ManualdeskError
from serving.api.errors import Carried, caller_of, error_body, error_reply, status_of
from serving.keys import Caller, Role
from ui.web.browsers import browser_of
from ui.web.forms import error_text
from ui.web.texts import LANGUAGES, Translate, language_of, translator

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER: Final = Path(__file__).parent
POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy of these pages: no inline script and no inline style runs, whoever wrote it."""

MENU: Final = (
    ("/", "Chat", Role.AGENT),
    ("/desk/documents", "Documents", Role.EDITOR),
    ("/desk/search", "Search test", Role.EDITOR),
    ("/desk/answers", "Answers", Role.EDITOR),
    ("/desk/gaps", "Gaps", Role.EDITOR),
    ("/desk/hand-overs", "Hand-overs", Role.AGENT),
    ("/desk/usage", "Usage", Role.EDITOR),
)
"""What is opened every day: address, English text, and the least role that may go there."""
SETTINGS: Final = (
    ("/desk/labels", "Labels", Role.EDITOR),
    ("/desk/sites", "Sites", Role.ADMIN),
    ("/desk/people", "People", Role.ADMIN),
    ("/desk/keys", "Keys", Role.ADMIN),
    ("/desk/audit", "Audit", Role.ADMIN),
)
"""What is set up now and then, in the same form."""


def page(
    request: Request,
    template: str,
    *,
    status: int | None = None,
    error: ManualdeskError | None = None,
    **values: object,
) -> HTMLResponse:
    """A page of that template (below `templates/`); with an `error`, which it shows, under that error's status,
    where no other is given.

    Templates find `_` (translates a text, filled by keyword: `_("{n} pages", n=3)`; `context` tells two meanings of one
    text apart), `error_text` (translates what an error says, values and all), `language`, `caller` (None: nobody is
    signed in), `menu`, `settings`, `path`, `error` and `values`.
    """
    language = language_of(request)
    translate = translator(language)

    def filled(text: str, /, context: str = "", **gaps: object) -> str:
        return translate(text, context).format(**gaps) if gaps else translate(text, context)

    caller = caller_of(request)
    path = request.url.path
    shown = (
        environment()
        .get_template(template)
        .render(
            _=filled,
            error_text=partial(error_text, _=translate),
            language=language,
            languages=LANGUAGES,
            caller=caller,
            menu=_entries(MENU, caller, path, translate),
            settings=_entries(SETTINGS, caller, path, translate),
            path=path,
            error=error,
            **values,
        )
    )
    usual_status = status_of(error) if error else HTTPStatus.OK
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"}
    return HTMLResponse(shown, status_code=status or usual_status, headers=headers)


class PageRoute(APIRoute):
    """A route whose errors are pages: `APIRouter(route_class=PageRoute)`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's function, with what it raises shown to the reader."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except (ManualdeskError, Carried) as raised:
                error = raised.error if isinstance(raised, Carried) else raised
                told = error_body(error, caller_of(request))
                return error_page(request, told["message"], told["hint"], status_of(error))
            except RequestValidationError as unfit:
                if all(each["loc"][0] == "path" for each in unfit.errors()):
                    return error_page(request, "There is no such page.", "", HTTPStatus.NOT_FOUND)
                names = ", ".join(str(each["loc"][-1]) for each in unfit.errors())
                return error_page(request, f"These fields do not fit: {names}.", "", HTTPStatus.BAD_REQUEST)
            except HTTPException as refused:
                return error_page(request, str(refused.detail), "", refused.status_code)

        return handled


def error_page(request: Request, message: str, hint: str, status: int) -> Response:
    """What went wrong and what to do, as a page; to a page's own script as the JSON that the HTTP interface has."""
    if "text/html" not in request.headers.get("accept", "text/html"):
        translate = translator(language_of(request))
        return error_reply(HTTPStatus(status), error_text(message, translate), error_text(hint, translate))
    return page(request, "error.html", status=status, message=message, hint=hint)


@cache
def environment() -> "Environment":
    """Jinja over all templates, with escaping on and misspelt names an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["day"] = lambda moment: moment[:10]
    made.filters["browser"] = browser_of
    made.filters["minute"] = lambda moment: moment[:16].replace("T", " ")
    return made


def _entries(
    places: Sequence[tuple[str, str, Role]], caller: Caller | None, path: str, translate: Translate
) -> list[tuple[str, str, bool]]:
    """Address and text of where the caller may go, and whether that is open."""
    return [
        (address, translate(text), _is_open(path, address))
        for address, text, least in places
        if caller is not None and caller.role.covers(least)
    ]


def _is_open(path: str, address: str) -> bool:
    return path == address or (address != "/" and path.startswith(f"{address}/"))
