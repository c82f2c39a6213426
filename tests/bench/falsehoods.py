"""Planted falsehoods: how many false sentences are caught, how many true ones flagged, and how long a check takes.

    python tests/bench/falsehoods.py [--rules-only] [--half NAME] [--show number,name] [--dry-run]

Every sentence of data/eval/falsehoods goes through the checks of a streaming answer as the model would have written
it: with the mark of its passage, which stands among seven others of its manual. A true one that is not supported is
flagged, a false one that is not supported is caught. The third and fourth lot are about manuals of the shared small
set and left out where that is not there. `--rules-only` leaves the embedder out. `--show` prints what was missed of
the tuning half and the fourth lot (the held-out half and the third lot are only counted). Timings: of a sentence from
its last character to its verdict, of an answer from its end to its last sentence, of the passages, which is done while
the model reads its prompt. Writes data/eval/results/falsehoods.json.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from serving.citations import CitedText  # noqa: E402
from serving.evaluation.results import save  # noqa: E402
from serving.settings import load_settings  # noqa: E402
from tests.planted_falsehoods import KINDS, REAL_MANUALS, Planted, about_real_manuals, planted, surroundings  # noqa: E402

if TYPE_CHECKING:
    from serving.grounding.meaning import Meaning

PASSAGES = 8
SHOWN = ("tuning", "fourth lot")
SENTENCES = 5
"""Of an answer whose end is timed."""


def main() -> None:
    options = _options()
    meaning = None if options.rules_only else _meaning()
    lots = (sentence for lot in REAL_MANUALS for sentence in about_real_manuals(lot))
    asked = [sentence for sentence in (*planted(), *lots) if sentence.half.startswith(options.half)]
    checked = [_checked(sentence, meaning) for sentence in asked]
    figures: dict[str, object] = {"checks": "rules" if meaning is None else "rules and embedder", "passages": PASSAGES}
    for half in dict.fromkeys(sentence.half for sentence in asked):
        figures[half] = _summary([outcome for outcome in checked if outcome[0].half == half])
    figures["milliseconds"] = _timings(meaning)
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    for sentence, kind, text, supported in (row for row in _rows(checked) if row[0].half in SHOWN):
        if kind in options.show.split(",") and supported != (kind == "true"):
            print(f"{kind} | {sentence.language} | {sentence.passage} | {text}")
    if not options.dry_run:
        print(save("falsehoods-rules" if meaning is None else "falsehoods", figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Planted falsehoods")
    parser.add_argument("--rules-only", action="store_true")
    parser.add_argument("--half", choices=("tuning", "held-out", "third", "fourth", ""), default="", help="only this")
    parser.add_argument("--show", default="")
    parser.add_argument("--dry-run", action="store_true")
    return parser.parse_args()


def _meaning() -> "Meaning":
    from ingest.embed import Embedder
    from serving.grounding.meaning import Meaning

    settings = load_settings()
    return Meaning(Embedder(settings.embedder, settings.models))


Outcome = tuple[Planted, bool, tuple[tuple[str, str, bool], ...]]
"""A sentence, whether it is supported, and its false variants: kind, text, supported."""


def _checked(sentence: Planted, meaning: "Meaning | None") -> Outcome:
    passages = surroundings(sentence.passage, PASSAGES)

    def supported(text: str) -> bool:
        cited = CitedText(passages, sentence.language, meaning=meaning)
        list(cited.feed(f"{text} [1]"))
        list(cited.finish())
        return cited.supported > 0 and not cited.unsupported

    variants = tuple((kind, text, supported(text)) for kind, text in sentence.variants)
    return sentence, supported(sentence.text), variants


def _rows(checked: Sequence[Outcome]) -> Iterator[tuple[Planted, str, str, bool]]:
    for sentence, supported, variants in checked:
        yield sentence, "true", sentence.text, supported
        yield from ((sentence, kind, text, kept) for kind, text, kept in variants)


def _summary(checked: Sequence[Outcome]) -> dict[str, object]:
    rejected: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for sentence, kind, _, supported in _rows(checked):
        foreign = sentence.language != surroundings(sentence.passage, 1)[0].language
        for name in (kind, f"{kind}, {'another' if foreign else 'same'} language", *_wide(sentence, kind)):
            seen[name] += 1
            rejected[name] += not supported
    names = ["true", "false", *KINDS]
    order = [*names, *(name for name in sorted(seen) if name not in names)]
    return {name: _rate(rejected[name], seen[name]) for name in order if seen[name]}


def _wide(sentence: Planted, kind: str) -> tuple[str, ...]:
    return (f"true, {sentence.how}",) if kind == "true" else ("false",)


def _rate(rejected: int, seen: int) -> dict[str, float]:
    return {"sentences": seen, "rejected": rejected, "share": round(rejected / seen, 4)}


def _timings(meaning: "Meaning | None") -> dict[str, object]:
    """Answers of a few sentences in one language, fed character by character, over the passages of the first."""
    checks: list[float] = []
    ends: list[float] = []
    prepared: list[float] = []
    for language in sorted({sentence.language for sentence in planted()}):
        said = [sentence for sentence in planted() if sentence.language == language]
        for start in range(0, len(said) - SENTENCES + 1, SENTENCES):
            answer = said[start : start + SENTENCES]
            cited = CitedText(surroundings(answer[0].passage, PASSAGES), language, meaning=meaning)
            prepared.append(_took(cited.prepare))
            checks += [_longest(cited, f"{sentence.text} [1]\n") for sentence in answer[:-1]]
            _fed(cited, f"{answer[-1].text} [1]")
            ends.append(_took(partial(_finished, cited)))
    return {"sentence": _spread(checks), "end of answer": _spread(ends), "passages": _spread(prepared)}


def _longest(cited: CitedText, text: str) -> float:
    """Of its characters the one that made the sentence whole."""
    return max(_took(partial(_fed, cited, character)) for character in text)


def _fed(cited: CitedText, text: str) -> list[str]:
    return list(cited.feed(text))


def _finished(cited: CitedText) -> list[str]:
    return list(cited.finish())


def _took(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _spread(took: Sequence[float]) -> dict[str, float]:
    p50, p95, most = np.percentile(took, [50, 95, 100])
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1), "max": round(float(most), 1)}


if __name__ == "__main__":
    main()
