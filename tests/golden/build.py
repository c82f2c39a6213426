"""Prints the golden manuals: reads sources/*.html, writes pdf/*.pdf with Chromium, Typst, or stroke by stroke.

    python tests/golden/build.py [part of a name]

The PDFs are committed, so this runs only when a source has changed. It needs Chromium (`make browser`), the package
`typst` and, for the Asian sources, Noto CJK fonts. None of the programs that print has any part in reading.
"""

import sys
from pathlib import Path
from typing import Any

from lxml import html

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.golden.drawn import draw  # noqa: E402
from tests.golden.to_typst import to_typst  # noqa: E402
from tests.golden.truth import PRINTED, SOURCES  # noqa: E402

CHROMIUM = "/usr/bin/chromium"


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for source in sorted(SOURCES.glob("*.html")):
        if wanted not in source.name:
            continue
        tree = html.fromstring(source.read_bytes().decode("utf-8"))
        metas = {meta.get("name", ""): meta.get("content", "") for meta in tree.iter("meta")}
        target = PRINTED / f"{source.stem}.pdf"
        if metas["printer"] == "chromium":
            print_chromium(source, metas, target)
        elif metas["printer"] == "typst":
            import typst  # type: ignore[import-not-found]

            target.write_bytes(typst.compile(to_typst(tree, metas).encode()))
        else:
            target.write_bytes(draw(metas["printer"], tree))
        print(f"{target.name}: {target.stat().st_size:,} bytes")


def print_chromium(source: Path, metas: dict[str, str], target: Path) -> None:
    """A page as the browser prints it, with the running lines its header asks for."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page: Any = browser.new_page()
        page.goto(source.as_uri())
        page.pdf(
            path=str(target),
            prefer_css_page_size=True,
            display_header_footer=True,
            header_template=_running(metas.get("running-header", ""), ""),
            footer_template=_running(metas.get("running-footer", ""), metas.get("page-footer", "#")),
            outline=metas.get("outline") != "no",
            tagged=metas.get("outline") != "no",
            print_background=True,
        )
        browser.close()


def _running(text: str, number: str) -> str:
    shown = number.replace("#", '<span class="pageNumber"></span>')
    style = "font:8pt 'Liberation Sans','Noto Sans CJK SC';width:100%;padding:0 15mm;display:flex"
    return f'<div style="{style}"><span style="flex:1">{text}</span><span>{shown}</span></div>'


if __name__ == "__main__":
    main()
