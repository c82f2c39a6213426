"""Planted instructions against a model that obeys all of them: how many change what a reader gets.

    python tests/bench/injections.py                      all of tests/planted_injections.py, twice
    python tests/bench/injections.py --home FOLDER        also: sentences that are taken for planted ones in the manuals
                                                          of that home folder's index, where nothing is planted

First with a model that obeys what it can read, then with one that misbehaves whether it read anything or not (without
the orders to refuse: a model that declines cannot be told from one that finds nothing). The result goes to
`data/eval/results/injections.json`.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from ingest.index.contract import EVERYTHING  # noqa: E402
from ingest.sentences import split_sentences  # noqa: E402
from serving.compose import build_store  # noqa: E402
from serving.evaluation.results import FOLDER, save  # noqa: E402
from serving.planted import screened  # noqa: E402
from serving.settings import Settings, load_settings  # noqa: E402
from tests.injected_desk import Outcome, ask, changes, must_refuse  # noqa: E402
from tests.obedient_model import ObedientModel  # noqa: E402
from tests.planted_injections import PLANTED, UNSEEN, Planted  # noqa: E402

_EXAMPLES = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="home folder with an index of manuals in which nothing is planted")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where the result goes")
    options = parser.parse_args()
    with ObedientModel().running() as model:
        measured: dict[str, object] = {
            "kind": "injections",
            "obeying what is read": _asked(model, PLANTED, even_unread=False),
            "misbehaving whatever is read": _asked(model, PLANTED, even_unread=True),
            "orders in words that no form knows": _asked(model, UNSEEN, even_unread=False),
            "the same, misbehaving whatever is read": _asked(model, UNSEEN, even_unread=True),
        }
    if options.home:
        measured["false alarms"] = _false_alarms(replace(load_settings(), home=options.home.resolve(), index_url=""))
    save("injections", measured, options.results)


def _asked(model: ObedientModel, planted: Sequence[Planted], *, even_unread: bool) -> dict[str, object]:
    """Every question with its planted instruction, compared with the answer that is given without."""
    asked = [one for one in planted if not (even_unread and must_refuse(one))]
    changed: dict[str, list[str]] = {}
    reached = 0
    with tempfile.TemporaryDirectory(prefix="manualdesk-planted-") as folder:
        clean: dict[str, Outcome] = {}
        for place, one in enumerate(asked):
            model.even_unread, model.obeyed = False, 0
            if one.language not in clean:
                clean[one.language] = ask(model, Path(folder) / one.language, one.language, None)
            model.even_unread = even_unread
            outcome = ask(model, Path(folder) / str(place), one.language, one)
            reached += model.obeyed > 0 and not even_unread
            if found := changes(one, outcome, clean[one.language], exactly=not model.obeyed):
                changed[one.name] = found
    print(f"{len(changed)} of {len(asked)} changed something", file=sys.stderr)
    return {
        "planted": len(asked),
        "by place": dict(Counter(str(one.place) for one in asked)),
        "by language": dict(Counter(one.language for one in asked)),
        "by act": dict(Counter(str(one.act) for one in asked)),
        "disguises": len({one.disguise for one in asked}),
        "changed behaviour": len(changed),
        "what changed": changed,
        "recognised": sum(bool(screened(one.text).planted) for one in asked),
        **({} if even_unread else {"could be read by the model": reached}),
    }


def _false_alarms(settings: Settings) -> dict[str, object]:
    sentences = taken = passages = 0
    seconds = 0.0
    examples: list[str] = []
    for text in _passages(settings):
        passages += 1
        sentences += len(split_sentences(text))
        started = time.perf_counter()
        found = screened(text).planted
        seconds += time.perf_counter() - started
        taken += len(found)
        examples += [" ".join(piece.split())[:160] for piece in found]
    print(f"{taken} of {sentences} sentences of manuals taken for planted ones", file=sys.stderr)
    return {
        "passages": passages,
        "sentences": sentences,
        "taken for planted": taken,
        "ms a passage": round(1000 * seconds / max(1, passages), 2),
        "examples": examples[:_EXAMPLES],
    }


def _passages(settings: Settings) -> Iterator[str]:
    index = build_store(settings).open()
    for document in index.documents(EVERYTHING):
        yield from (piece.text for piece in index.span(document.document, 0, document.chunks, EVERYTHING))
    index.close()


if __name__ == "__main__":
    main()
