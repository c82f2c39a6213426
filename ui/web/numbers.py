"""Numbers of rows as addresses and hidden fields name them: one that no row can have is not found, whatever the store.

SQLite raises on an integer beyond 64 bits, PostgreSQL on one beyond 32.
"""

from typing import Annotated, Final

from fastapi import Path

from serving.api.errors import NotFound

_MOST: Final = 2**31 - 1

Number = Annotated[int, Path(ge=1, le=_MOST)]
"""In an address; `PageRoute` answers 404 where it does not fit."""


def typed_number(written: str) -> int | None:
    """In a field; None where it holds none. Raises NotFound."""
    if not written.isdecimal():
        return None
    if len(written) > len(str(_MOST)) or int(written) > _MOST:
        raise NotFound("There is no such number.", hint="Begin again from the list.")
    return int(written)
