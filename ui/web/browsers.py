"""What a browser says of itself (`User-Agent`), as people call it: `Chrome`, `Windows`.

A claim, like the header itself: it helps people to tell their own sessions apart, and nothing is decided by it.
"""

from typing import Final

_BROWSERS: Final = (
    # Those that are made of another one name it too, so they come first.
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("MicroMessenger/", "WeChat"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
)
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(agent: str) -> tuple[str, str]:
    """The browser's and the system's name, each empty where it is none of those known here."""
    # Only what calls itself Mozilla is a browser; a program that names one in passing is not.
    if not agent.startswith("Mozilla/"):
        return "", ""
    return _first(_BROWSERS, agent), _first(_SYSTEMS, agent)


def _first(names: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for sign, name in names if sign in agent), "")
