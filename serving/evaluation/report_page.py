"""A run of retrieval as one HTML file: parts and comparisons go in, a page without outside parts comes out."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from serving.evaluation.charts import histogram, rates_chart, square_chart
from serving.evaluation.comparison import Comparison, Moved
from serving.evaluation.parts import Judged, Part, curve, place
from serving.evaluation.refusing import reliability
from serving.evaluation.tables import shown

_SHOWN: Final = 30
"""Questions listed in a section: a page of thousands helps nobody."""
_SNIPPET: Final = 240
_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d232b; --soft: #5b6673; --page: #fff; --line: #d5dbe2; --mark: #1759c4;
  --bar: #7fa6e0; --good: #146c3c; --bad: #a3201d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf0; --soft: #a3afbd; --page: #14181d; --line: #39424d;
  --mark: #8ab6ff; --bar: #466fa8; --good: #7fd8a4; --bad: #ff9d97; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; color: var(--ink); background: var(--page);
  font: 16px/1.5 system-ui, sans-serif; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
p, summary { max-width: 48rem; } .soft { color: var(--soft); }
.wide { overflow-x: auto; } svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
.grid { stroke: var(--line); } .grid.strong { stroke: var(--soft); stroke-dasharray: 4 4; }
.bar { stroke: var(--bar); stroke-width: 6; stroke-linecap: round; } .dot { fill: var(--mark); fill-opacity: .85; }
.curve { fill: none; stroke: var(--mark); stroke-width: 2.5; } .column { fill: var(--bar); }
details { margin: .5rem 0; } summary { cursor: pointer; } blockquote { margin: .3rem 0 .3rem 1rem; padding-left: .7rem;
  border-left: 3px solid var(--line); color: var(--soft); overflow-wrap: anywhere; }
.good { color: var(--good); } .bad { color: var(--bad); }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
"""


def render_report(title: str, facts: Mapping[str, str], parts: Sequence[Part], compared: Sequence[Comparison]) -> str:
    """The whole page. `facts`: what was measured on what, shown at the top. It quotes manuals: pass it on with care."""
    body = [
        f"<h1>{escape(title)}</h1>",
        '<p class="soft">' + ". ".join(f"{escape(name)}: {escape(value)}" for name, value in facts.items()) + ".</p>",
    ]
    for comparison in compared:
        body.extend(_comparison(comparison))
    for part in parts:
        body.extend(_part(part))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body><main>\n"
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def _part(part: Part) -> Iterator[str]:
    yield f"<h2>{escape(part.name)}</h2>"
    rows = [(f"{name} ({part.slices[name]['n']})", _metric(part, name), part.intervals[name]) for name in part.slices]
    if rows:
        yield f"<h3>{escape(part.metric)} by slice</h3>"
        yield "<p>The bar holds 95 of 100 resamples of the questions: slices of few questions have wide ones.</p>"
        yield _wide(rates_chart(f"{part.metric} by slice", rows))
        yield _wide(_table(part))
    if part.unanswerable:
        yield from _refusing(part)
    if part.judged:
        yield "<h3>Time of a question</h3>"
        yield _wide(histogram("Time of a question", "ms", part.milliseconds))
        totals = part.totals
        half, most = totals["milliseconds_p50"], totals["milliseconds_p95"]
        yield f"<p>In milliseconds, embedding included: half within {half}, 95 of 100 within {most}.</p>"
    yield from _missed(part)


def _metric(part: Part, name: str) -> float:
    value = part.slices[name][part.metric]
    return float(value) if value is not None else 0.0


def _table(part: Part) -> str:
    columns = list(next(iter(part.slices.values())))
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in ("slice", *columns, "low", "high"))
    lines = []
    for name, row in part.slices.items():
        found = part.intervals[name]
        cells = [*(shown(row.get(column)) for column in columns), shown(found.low), shown(found.high)]
        lines.append(
            f'<tr><th scope="row">{escape(name)}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        )
    note = f"low and high: the interval of {part.metric}"
    return (
        f"<table><caption>{escape(note)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _refusing(part: Part) -> Iterator[str]:
    yes, no = part.confidences
    totals = part.totals
    yield "<h3>Telling what cannot be answered</h3>"
    yield (
        f"<p>{len(yes)} answerable and {len(no)} unanswerable questions. An answerable one has more confidence than an "
        f"unanswerable one in {shown(totals['auroc'])} of all pairs. With 90 of 100 answered, "
        f"{shown(totals['refused_at_90%_answered'])} of the unanswerable ones are refused; with 95, "
        f"{shown(totals['refused_at_95%_answered'])}.</p>"
    )
    line = curve(yes, no)
    yield _wide(square_chart("Answered and refused", ("answered of the answerable", "refused of the rest"), line, []))
    bins = [found for found in reliability(yes, no) if found.count]
    dots = [((found.mean_confidence or 0.0, found.answerable or 0.0), found.count) for found in bins]
    yield "<p>Reliability: of questions with a confidence of 0.7, seven of ten should be answerable (the diagonal).</p>"
    yield _wide(square_chart("Reliability of confidence", ("confidence", "answerable share"), [], dots))


def _missed(part: Part) -> Iterator[str]:
    missed = sorted((item for item in part.judged if item.value < 1), key=lambda item: item.value)
    if not missed:
        return
    yield f"<h3>{len(missed)} of {len(part.judged)} questions below 1</h3>"
    if len(missed) > _SHOWN:
        yield f"<p>The {_SHOWN} lowest:</p>"
    for item in missed[:_SHOWN]:
        yield _question(item, f"{part.metric} {item.value:.2f}")


def _comparison(found: Comparison) -> Iterator[str]:
    change = found.difference
    sign = "good" if change.interval.low > 0 else "bad" if change.interval.high < 0 else ""
    word = "clear" if change.is_clear else "could be chance" if found.better or found.worse else "no change"
    yield f"<h2>{escape(found.part)}, against the earlier run</h2>"
    yield (
        f"<p>{escape(found.metric)} over {found.count} questions: {change.before:.3f} before, {change.after:.3f} now, "
        f'<strong class="{sign}">{change.after - change.before:+.3f}</strong> '
        f"({change.interval.low:+.3f} to {change.interval.high:+.3f}, {word}).</p>"
    )
    for name, moved in (("worse", found.worse), ("better", found.better)):
        yield f"<h3>{len(moved)} {name}</h3>"
        for item in moved[:_SHOWN]:
            yield _question(item.after, f"{item.before.value:.2f} to {item.after.value:.2f}", item)


def _question(item: Judged, score: str, moved: Moved | None = None) -> str:
    lines = [f"<p>Wanted: {escape(item.gold)}</p>"]
    if moved:
        lines.append(f"<p>Before, first: {escape('; '.join(moved.before.places) or 'nothing')}</p>")
    lines += [
        f"<p>{number}. {escape(place(passage))}</p><blockquote>{escape(_short(passage.text))}</blockquote>"
        for number, passage in enumerate(item.passages, start=1)
    ]
    question = item.question
    summary = f"{escape(question.id)} ({score}): {escape(question.text)}"
    return f"<details><summary>{summary}</summary>{''.join(lines)}</details>"


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _SNIPPET else f"{one_line[:_SNIPPET]}…"


def _wide(content: str) -> str:
    return f'<div class="wide">{content}</div>'
