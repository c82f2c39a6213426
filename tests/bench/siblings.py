"""Sibling manuals: does an answer ever cite the manual of another model than the one that is meant?

python tests/bench/siblings.py [--home FOLDER] [--limit N]

Ingests our samples and generated near-copies (tests/near_copies.py) into a home of its own, asks without a language
model, and writes data/eval/results/siblings.json. Four ways of asking: the question names the model; the conversation
named it; an alias names it; nothing does, and then the assistant has to ask back, or to answer from one manual alone.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from serving.evaluation.results import save  # noqa: E402
from tests.near_copies import ASKED, FAMILIES, Family, write_families  # noqa: E402

if TYPE_CHECKING:
    from serving.answer import Answer
    from serving.assistant import Assistant

COLOURS = ("red", "green", "blue", "grey")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question. `documents`: those that may be cited; empty where nothing tells which is meant."""

    way: str
    question: str
    turns: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    """All siblings."""
    expected: str = ""
    """The value that the answer has to hold."""


def cases(families: tuple[Family, ...], values: dict[str, dict[str, str]]) -> Iterator[Case]:
    """Every value of one model of each family, in every way of asking."""
    for family in families:
        documents = [document for document in values if document.startswith(f"{family.folder}/")]
        for place, asked in enumerate(ASKED):
            model = family.models[place % len(family.models)]
            document = documents[place % len(family.models)]
            common = Case(
                way="named",
                question=asked.question.format(name=model),
                documents=(document,),
                family=tuple(documents),
                expected=values[document][asked.key].lower(),
            )
            bare = asked.question.replace("{name}", family.noun)
            yield common
            first = f"Where do I place the {model} {family.noun}?"
            device = asked.question.format(name="device")
            yield replace(common, way="conversation", question=device, turns=(first,))
            yield replace(common, way="alias", question=asked.question.format(name=alias_of(family, model)))
            yield replace(common, way="chosen", question=model, turns=(bare,))
            yield Case(way="ambiguous", question=bare, family=tuple(documents))


def sample_cases() -> Iterator[Case]:
    """The questions of our samples that have a sibling to be mixed up with."""
    families = (
        ("smart-home/en/t200-user-guide.pdf", "smart-home/en/t200-pro-user-guide.pdf"),
        ("in-car/en/d70-user-guide-v1.docx", "in-car/en/d70-user-guide-v2.docx"),
    )
    for line in (ROOT / "data" / "eval" / "samples.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        family = next((family for family in families if gold["file"] in family), None)
        if family and gold["answerable"]:
            *earlier, question = gold.get("turns") or [gold["question"]]
            allowed = (gold["file"], *(other["file"] for other in gold.get("also_in") or ()))
            yield Case(way="samples", question=question, turns=tuple(earlier), documents=allowed, family=family)


def alias_of(family: Family, model: str) -> str:
    """What customers call a model."""
    return f"{COLOURS[family.models.index(model)]} {family.noun}"


def judge(case: Case, answer: "Answer") -> str:
    """`right`, `asked back`, `refused`, or what is wrong: `wrong sibling`, `mixed`, `not its value`."""
    if answer.clarify is not None:
        return "asked back"
    if answer.refused:
        return "refused"
    cited = {citation.document for citation in answer.citations} & set(case.family)
    if case.documents and cited - set(case.documents):
        return "wrong sibling"
    if len(cited) > 1 and not case.documents:
        return "mixed"
    return "right" if case.expected in answer.answer.lower() or not case.expected else "not its value"


def run(assistant: "Assistant", asked: list[Case]) -> tuple[dict[str, dict[str, int]], list[dict[str, object]]]:
    """Counts by way of asking, and the answers that are neither right nor rightly asked back."""
    from ingest.index.contract import EVERYTHING
    from retrieval.query import Turn

    counts: dict[str, Counter[str]] = {}
    odd: list[dict[str, object]] = []
    for case in asked:
        turns = tuple(Turn("user", turn) for turn in case.turns)
        answer = assistant.ask(case.question, scope=EVERYTHING, turns=turns)
        verdict = judge(case, answer)
        counts.setdefault(case.way, Counter())[verdict] += 1
        if verdict != "right" and (case.way, verdict) != ("ambiguous", "asked back"):
            cited = [citation.document for citation in answer.citations]
            odd.append({"way": case.way, "turns": case.turns, "question": case.question, "verdict": verdict,
                        "cited": cited, "expected": case.expected})  # fmt: skip
    return {way: dict(sorted(count.items())) for way, count in counts.items()}, odd


def build(home: Path) -> tuple["Assistant", list[Case]]:
    """A home with samples, near-copies and aliases ingested, an assistant over it, and its questions."""
    from ingest.pipeline import Job
    from ingest.pipeline import run as ingest
    from retrieval.aliases import FILE, Aliases
    from serving.compose import build_assistant, build_store
    from serving.settings import Settings

    models = ROOT / ".manualdesk" / "models"
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "models").exists():
        (home / "models").symlink_to(models)
    settings = Settings(home=home, llm_url="")
    manuals = home / "manuals"
    values = write_families(manuals)
    for folder in (manuals, ROOT / "data" / "samples"):
        job = Job(paths=(folder,), workers=1)
        list(ingest(build_store(settings), settings.embedder, settings.models, home, job))
    aliases = Aliases(home / FILE)
    for family in FAMILIES:
        for model in family.models:
            aliases.add(model, alias_of(family, model))
    return build_assistant(settings), [*cases(FAMILIES, values), *sample_cases()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--home", type=Path, help="Folder for the index; kept. Default: a folder that is removed.")
    parser.add_argument("--limit", type=int, help="Ask so many questions only, spread over all.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        assistant, asked = build(chosen.home or Path(temporary))
        step = max(1, len(asked) // chosen.limit) if chosen.limit else 1
        counts, odd = run(assistant, asked[::step])
    result = {
        "kind": "siblings",
        "questions": len(asked[::step]),
        "wrong_citations": sum(count.get("wrong sibling", 0) + count.get("mixed", 0) for count in counts.values()),
        "by_way": counts,
        "not_right": odd,
    }
    if not chosen.limit:
        save("siblings", result)
    print(json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
