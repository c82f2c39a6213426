"""Every route of routers, nested ones too: routers go in, methods and paths come out."""

import warnings

from fastapi import APIRouter, FastAPI


def routes_of(*routers: APIRouter) -> list[tuple[str, str]]:
    """Method and path of each, as an OpenAPI document of them all tells them; without those for the rest."""
    application = FastAPI()
    for router in routers:
        application.include_router(router)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of operations that have one name
        paths = application.openapi()["paths"]
    return sorted(
        (method.upper(), path) for path, methods in paths.items() for method in methods if "{rest" not in path
    )
