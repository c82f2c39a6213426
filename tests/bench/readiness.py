"""Servers that a bench started: the file of what one says comes in, its address leaves, once it is ready.

A server that never is ends the bench with the end of what it said.
"""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

SECONDS = 600
"""Two busy cores need two minutes for a model server."""


def said(log: Path, pattern: str, *, runs: Callable[[], bool] = lambda: True) -> str:
    """The first group of that pattern, when it is said. `runs`: whether there is still somebody to wait for."""
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends and runs():
        if found := re.search(pattern, log.read_text()):
            return found[1]
        time.sleep(0.2)
    sys.exit(f"nothing was served:\n{log.read_text()[-2000:]}")


def wait_for(url: str, log: Path, *, runs: Callable[[], bool] = lambda: True) -> None:
    """Until it answers that all is well."""
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends and runs():
        try:
            if httpx.get(url, trust_env=False, timeout=30).is_success:
                return
        except httpx.HTTPError:
            pass  # not listening yet
        time.sleep(0.5)
    sys.exit(f"{url} was never ready:\n{log.read_text()[-2000:]}")
