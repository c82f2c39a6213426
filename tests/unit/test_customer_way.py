"""A customer's way through the door, while everything else is busy."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.datastructures import Headers

from serving.customers.sessions import Sessions
from serving.customers.sites import Site, Sites
from serving.database.engine import Database
from serving.keys import Caller, KeyRefused, Role
from ui.widget.way import WidgetWay

SHOP = "https://shop.example"
SECONDS = 10.0


def test_who_asks_is_found_out_while_all_common_threads_search(database: Database) -> None:
    site = Sites(database).add(Site(id="shop", name="Shop", origins=(SHOP,)))
    sessions = Sessions(database)
    token = sessions.begin(site, SHOP, "")
    way, searched = WidgetWay(lambda: sessions, lambda _address: None), threading.Event()

    async def asked(written: str) -> Caller | None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        searching = loop.run_in_executor(None, searched.wait)
        scope = {"type": "http", "path": "/widget/v1/suggestions", "client": ("127.0.0.1", 1)}
        headers = Headers({"Authorization": f"Bearer {written}", "Origin": SHOP})
        try:
            return await asyncio.wait_for(way.caller(scope, headers), SECONDS)
        finally:
            searched.set()
            await searching

    caller = asyncio.run(asked(token))
    assert caller is not None
    assert caller.role is Role.CUSTOMER
    searched.clear()
    with pytest.raises(KeyRefused):
        asyncio.run(asked("another"))
