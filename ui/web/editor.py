"""Who edits: a request comes in, the editor leaves, or a refusal before anything is read."""

from fastapi import Request

from serving.api.access import asker
from serving.keys import Caller, Role


def editor(request: Request) -> Caller:
    """Raises Forbidden for who may not edit."""
    caller = asker(request)
    caller.require(Role.EDITOR, "To edit manuals and answers")
    return caller
