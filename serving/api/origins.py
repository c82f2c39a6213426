"""Whether a request comes from a page of our own: headers come in, yes or no goes out."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers


def parsed(address: str) -> tuple[str, str]:
    """An address' host name, and the host with its port; both empty for what is no address (`http://[`)."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.netloc


def is_own_origin(origin: str, host: str, own: str = "") -> bool:
    """Is this origin ours: of the `host` that was asked, or `own`, our address as browsers know it?"""
    if own and origin == own:
        return True
    return bool(host) and parsed(origin)[1] == host


def is_own_page(headers: Headers, own: str = "") -> bool:
    """Was this request sent by a page of ours? A browser says so; of one that says nothing it is not believed."""
    origin = headers.get("origin")
    if origin is not None:
        return is_own_origin(origin, headers.get("host", ""), own)
    return headers.get("sec-fetch-site") == "same-origin"
