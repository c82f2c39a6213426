"""Who chats: Chainlit's session comes in, our caller, language and choices of it leave."""

from http.cookies import CookieError, SimpleCookie
from typing import Any

import chainlit as cl

from serving.api.errors import NotFound
from serving.conversations.types import Choices
from serving.keys import Caller
from ui.chat_identity import chat_caller
from ui.web.texts import COOKIE, LANGUAGES
from ui.wording import Wording, wording_for

_CHOICES = "choices"


def session_caller() -> Caller:
    """Who is at the other end, with the rights they have now. Raises NotFound where nobody is signed in."""
    user = cl.context.session.user
    if user is None:
        raise NotFound("You are not signed in any more.", hint="Reload the page.")
    return chat_caller(user.identifier)


def session_wording() -> Wording:
    """In the language chosen on a page, else the browser's."""
    session = cl.context.session
    return wording_for(chosen_language(session.environ) or getattr(session, "language", None))


def chosen_language(environ: dict[str, Any]) -> str:
    """`en` or `zh` as the cookie has it; empty where nobody chose."""
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(environ.get("HTTP_COOKIE", ""))
    except CookieError:
        return ""
    chosen = cookies[COOKIE].value if COOKIE in cookies else ""
    return chosen if chosen in LANGUAGES else ""


def chosen() -> Choices:
    """What this session is narrowed to."""
    kept = cl.user_session.get(_CHOICES)  # type: ignore[no-untyped-call]
    return kept if isinstance(kept, Choices) else Choices()


def choose(choices: Choices) -> None:
    cl.user_session.set(_CHOICES, choices)  # type: ignore[no-untyped-call]
