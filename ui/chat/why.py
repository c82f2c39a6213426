"""Why an answer is as it is: a kept answer's trace comes in, rows to read leave, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from serving.answer import AnswerSource, CheckPolicy
from serving.conversations.kept import KeptAnswer
from ui.traced import STAGES, told
from ui.web.texts import Translate, translator

_SHOWN: Final = 20
_TERMS: Final = 10
_SOURCES: Final = {
    AnswerSource.MODEL: "written by the language model, each sentence checked against its source",
    AnswerSource.QUOTES: "quoted from the manuals",
    AnswerSource.CURATED: "written by an editor",
    AnswerSource.CACHE: "given before to the same question, its sources unchanged",
}


def why(kept: KeptAnswer, language: str) -> dict[str, object]:
    """`rows` of label and text, and the `candidates` that were weighed, best first."""
    translate = translator(language)
    return {"rows": _rows(kept, translate), "candidates": _candidates(kept.trace, translate)}


def _rows(kept: KeptAnswer, _: Translate) -> list[list[str]]:
    answer, trace = kept.answer, cast(Mapping[str, Any], kept.trace)
    chosen = ", ".join(str(value) for value in kept.scope.values() if value)
    rows = [
        (_("The answer"), _("refused: too little speaks for it") if answer.refused else _(_SOURCES[answer.source])),
        (_("Searched in"), chosen or _("all manuals that you may read")),
        (_("Question"), answer.question),
    ]
    if trace:
        searched = str(trace.get("rewritten", ""))
        rows += [
            (_("Searched as"), searched if searched != answer.question else ""),
            (_("Product"), told(str(trace.get("scope", "")), _)),
            (_("Telling words"), _terms(trace.get("terms", {}))),
            (_("In no manual"), ", ".join(map(str, trace.get("unknown", ())))),
            (_("You said before"), "; ".join(map(str, trace.get("facts", ())))),
            (_("Conversation shown to the model"), str(trace.get("memory", ""))),
            (_("Confidence that the answer is in the passages"), f"{float(trace.get('confidence', 0)):.0%}"),
        ]
    rows += [(_("Check of sentences"), _check(kept, _)), (_("Time"), _time(kept, _))]
    return [[label, text] for label, text in rows if text]


def _check(kept: KeptAnswer, _: Translate) -> str:
    answer = kept.answer
    if answer.source is not AnswerSource.MODEL:
        return ""
    if not answer.unsupported:
        return _("every sentence is supported by a cited passage")
    if answer.policy is CheckPolicy.STRICT:
        return _("{n} sentences were left out, since no passage supports them").format(n=len(answer.unsupported))
    return _("not supported by any passage: {sentences}").format(sentences=" ".join(answer.unsupported))


def _time(kept: KeptAnswer, _: Translate) -> str:
    timings = kept.answer.timings
    stages = cast(Mapping[str, float], kept.trace.get("timings_ms") or {})
    parts = [
        _("passages after {n} ms").format(n=round(timings.retrieve)) if timings.retrieve else "",
        _("first words after {n} ms").format(n=round(timings.first_token)),
        _("all of it after {n} ms").format(n=round(timings.total)),
        *(f"{_(STAGES.get(stage, stage))} {spent:.0f} ms" for stage, spent in stages.items()),
    ]
    return ", ".join(part for part in parts if part)


def _terms(weights: Mapping[str, float]) -> str:
    telling = sorted(weights.items(), key=lambda term: -term[1])[:_TERMS]
    return ", ".join(f"{term} ({weight:.1f})" for term, weight in telling)


def _candidates(trace: Mapping[str, object], _: Translate) -> list[dict[str, object]]:
    kept = cast(Sequence[Mapping[str, Any]], trace.get("candidates") or ())
    ordered = sorted(kept, key=lambda each: -float(each["final"]))[:_SHOWN]
    return [
        {
            "document": each["document"],
            "section": " › ".join(map(str, each["section"])),
            "page": each["page"],
            "dense": f"{each['dense']['rank']} · {each['dense']['score']:.3f}" if each["dense"]["rank"] else "–",
            "sparse": f"{each['sparse']['rank']} · {each['sparse']['score']:.1f}" if each["sparse"]["rank"] else "–",
            "final": f"{each['final']:.3f}",
            "fate": told(str(each["fate"]), _),
        }
        for each in ordered
    ]
