"""An answer that somebody corrected or handed on becomes a draft for the editors: words come in, a draft leaves.

A draft is served to nobody, so it is taken as it is; what is wrong with it shows when an editor approves it.
"""

import re
from collections.abc import Sequence
from typing import Final

from ingest.language import detect_language
from ingest.types import Audience
from serving.assistant import usable
from serving.stored.book import CuratedBook
from serving.stored.editing import LONGEST_ANSWER
from serving.stored.types import CuratedAnswer, CuratedUnusable, KeptCitation, State

_LONGEST_NOTE: Final = 2000
_MARK: Final = re.compile(r"\s*\[(\d+)\]")


def draft(  # noqa: PLR0913 - by name, and each is a column of the draft
    book: CuratedBook,
    question: str,
    answer: str,
    audience: str = Audience.INTERNAL,
    product: str = "",
    *,
    language: str = "",
    by: str = "",
    note: str = "",
    citations: Sequence[KeptCitation] = (),
) -> CuratedAnswer:
    """Keep it as a draft and return it with its number.

    `citations`: what the answer's marks stand for (`serving.stored.standing.kept_citations`); marks without one are
    taken out. `by`: who wrote it; `note`: why, for the editor. Raises QuestionUnusable, CuratedUnusable for an answer
    that is empty or too long, StoreUnavailable.
    """
    asked, text = usable(question), answer.strip()
    if not text or len(text) > LONGEST_ANSWER:
        found = f"has {len(text)} characters" if text else "is empty"
        raise CuratedUnusable(f"The answer {found}.", hint=f"Give one of up to {LONGEST_ANSWER} characters.")
    known = {citation.number for citation in citations}
    made = CuratedAnswer(
        questions=(asked,),
        answer=_MARK.sub(lambda mark: mark.group() if int(mark[1]) in known else "", text),
        language=language or detect_language(asked),
        audiences=(Audience(audience),),
        product=product,
        citations=tuple(citations),
        state=State.DRAFT,
        reason=note.strip()[:_LONGEST_NOTE],
    )
    return book.add(made, by=by)
