"""A session's browser is told as people call it; what is not known is not guessed."""

import pytest

from ui.web.browsers import browser_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9)"


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        (f"{WINDOWS} {WEBKIT} Chrome/141.0.0.0 Safari/537.36", "Chrome", "Windows"),
        (f"{WINDOWS} {WEBKIT} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge", "Windows"),
        (f"{WINDOWS} {WEBKIT} Chrome/141.0.0.0 Safari/537.36 OPR/126.0.0.0", "Opera", "Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox", "Linux"),
        (f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "Safari", "macOS"),
        (f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1", "Safari", "iPhone"),
        (f"{IPHONE} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1", "Chrome", "iPhone"),
        (f"{IPHONE} FxiOS/143.0 Mobile/15E148 Safari/605.1.15", "Firefox", "iPhone"),
        (f"{ANDROID} {WEBKIT} Chrome/141.0.0.0 Mobile Safari/537.36", "Chrome", "Android"),
        (f"{ANDROID} {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36", "Samsung Internet", "Android"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/141.0.0.0 Safari/537.36", "Chrome", "ChromeOS"),
        ("Mozilla/5.0 (compatible; Something)", "", ""),
        ("python-httpx/0.28.1", "", ""),
        ("a program for Windows, not Chrome/1", "", ""),
        ("", "", ""),
    ],
)
def test_browsers_are_told_as_people_call_them(agent: str, browser: str, system: str) -> None:
    assert browser_of(agent) == (browser, system)
