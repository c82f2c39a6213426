"""A run's report as one HTML page that needs nothing else: for a browser, a mail, or a printer.

A run and its report enter, HTML leaves. Light and dark follow the reader's system; nothing is loaded or run.
"""

from collections.abc import Iterable, Sequence
from html import escape

from ingest.pipeline import Report
from ingest.records.types import Run, State
from ui.run_text import STATES, command, moment, next_steps, pages, reason

LONG = 12
"""A list of more entries than this is folded."""

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --soft: #566072; --paper: #f6f7f9; --card: #ffffff; --line: #d9dee6;
  --accent: #0b5cad; --good: #1a6e3c; --bad: #a3201d; --warn: #7a5200; --wash-bad: #fdecea; --wash-good: #e8f5ec; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #a4adbd; --paper: #12151b; --card: #1b2029;
  --line: #343c4a; --accent: #7ab8ff; --good: #7fd8a0; --bad: #ff9d97; --warn: #f0c46c; --wash-bad: #3a1f1e;
  --wash-good: #1a2f22; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, "Segoe UI", "Noto Sans",
  "Noto Sans CJK SC", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .6rem; }
.soft { color: var(--soft); margin: 0; }
.state { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; font-weight: 600; }
.state.good { background: var(--wash-good); color: var(--good); }
.state.bad { background: var(--wash-bad); color: var(--bad); }
dl.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin: 1.5rem 0; }
.tiles div, section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
.tiles div { padding: .7rem .9rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.tiles .bad dd { color: var(--bad); } .tiles .warn dd { color: var(--warn); }
section { padding: 1rem 1.1rem; margin: 0 0 1rem; }
section.next { border-inline-start: .3rem solid var(--accent); }
section.error { border-inline-start: .3rem solid var(--bad); }
ul, ol { margin: 0; padding-inline-start: 1.3rem; } li { margin: .15rem 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: start; vertical-align: top; padding: .4rem .6rem .4rem 0; border-top: 1px solid var(--line);
  overflow-wrap: anywhere; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; font-size: .85rem; }
tbody th { font-weight: 500; min-width: 9rem; }
summary { cursor: pointer; font-weight: 600; } summary:focus-visible { outline: 2px solid var(--accent); }
.bar { height: .6rem; border-radius: .3rem; background: var(--line); overflow: hidden; margin: .4rem 0; }
.bar span { display: block; height: 100%; background: var(--accent); }
@media (max-width: 34rem) { dl.tiles { grid-template-columns: repeat(2, 1fr); } }
@media print { body { background: none; } section, .tiles div { break-inside: avoid; } }
"""


def run_page(run: Run, report: Report | None) -> str:
    """The page. Every text of a manual or a person is escaped."""
    title = f"Run {run.number}: {run.kind}"
    body = [_head(run, title), _error(run)]
    if report is not None:
        body.append(_tiles(report))
    body.append(_next(run, report))
    if report is not None:
        body.extend(_sections(report))
        body.append(_timings(run, report))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)} - Manualdesk</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{''.join(filter(None, body))}</main>\n</body>\n</html>\n"
    )


def _head(run: Run, title: str) -> str:
    good = run.state is State.DONE
    by = f" by {escape(run.started_by)}" if run.started_by else ""
    return (
        f"<header>\n<h1>{escape(title)}</h1>\n"
        f'<p><span class="state {"good" if good else "bad"}">{escape(STATES[run.state])}</span></p>\n'
        f'<p class="soft"><time datetime="{escape(run.started_at)}">{escape(moment(run))}</time>{by}: '
        f"<code>{escape(command(run))}</code></p>\n</header>\n"
    )


def _error(run: Run) -> str:
    if not run.error:
        return ""
    hint = f"<p>{escape(run.hint)}</p>\n" if run.hint else ""
    return f'<section class="error">\n<h2>What stopped it</h2>\n<p>{escape(run.error)}</p>\n{hint}</section>\n'


def _tiles(report: Report) -> str:
    weak = sum(len(found.pages) for found in report.weak_pages)
    figures = [
        ("added", len(report.added) - len(report.renamed), ""),
        ("updated", len(report.updated), ""),
        ("renamed", len(report.renamed), ""),
        ("removed", len(report.removed) - len(report.renamed), ""),
        ("unchanged", report.unchanged, ""),
        ("failed", len(report.failed), "bad"),
        ("pages to look at", weak, "warn"),
        ("manuals indexed", report.documents, ""),
    ]
    tiles = "".join(
        f'<div class="{mark if number else ""}"><dt>{word}</dt><dd>{number:,}</dd></div>\n'
        for word, number, mark in figures
    )
    return f'<dl class="tiles">\n{tiles}</dl>\n'


def _next(run: Run, report: Report | None) -> str:
    steps = next_steps(run, report)
    inside = f"<ol>{_items(steps)}</ol>" if steps else "<p>Nothing: all of it is in the index.</p>"
    return f'<section class="next">\n<h2>What to do next</h2>\n{inside}\n</section>\n'


def _sections(report: Report) -> Iterable[str]:
    moved = {name for pair in report.renamed for name in pair}
    failures = [(found.document, reason(found), found.hint) for found in report.failed]
    yield _table("Failed", ("Manual", "Reason", "What helps"), failures)
    weak = [(found.document, pages(found.pages)) for found in report.weak_pages]
    yield _table("Pages to look at", ("Manual", "Pages"), weak)
    yield _table("The same file several times", ("Keep one of",), [(", ".join(group),) for group in report.duplicates])
    yield _list("Added", [document for document in report.added if document not in moved])
    yield _list("Updated", report.updated)
    yield _table("Renamed", ("From", "To"), report.renamed)
    yield _list("Removed", [document for document in report.removed if document not in moved])
    yield _table("Skipped", ("File", "Reason"), report.skipped)


def _timings(run: Run, report: Report) -> str:
    if not report.seconds or not (report.embedded or report.pages):
        return ""
    share = min(1.0, report.embedding_seconds / report.seconds)
    return (
        f"<section>\n<h2>Time</h2>\n<p>{run.seconds:.1f} seconds, {report.embedding_seconds:.1f} of them embedding."
        f'</p>\n<div class="bar" role="img" aria-label="{share:.0%} of the time was embedding">'
        f'<span style="width: {share:.0%}"></span></div>\n'
        f'<p class="soft">{report.pages:,} pages read, {report.embedded:,} chunks embedded, '
        f"{report.taken_over:,} taken over from before. "
        f"Generation {escape(run.generation)}, {report.chunks:,} chunks in all.</p>\n</section>\n"
    )


def _list(heading: str, documents: Sequence[str]) -> str:
    if not documents:
        return ""
    return _section(heading, len(documents), f"<ul>{_items(documents)}</ul>")


def _table(heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    lines = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>\n'
        for row in rows
    )
    table = f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}</tbody>\n</table></div>'
    return _section(heading, len(rows), table)


def _section(heading: str, count: int, inside: str) -> str:
    head = f"<h2>{escape(heading)} ({count:,})</h2>\n"
    if count > LONG:
        inside = f"<details>\n<summary>Show all {count:,}</summary>\n{inside}\n</details>"
    return f"<section>\n{head}{inside}\n</section>\n"


def _items(texts: Iterable[str]) -> str:
    return "".join(f"<li>{escape(text)}</li>" for text in texts)
