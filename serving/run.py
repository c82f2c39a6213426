"""One question on its way to an answer: what was asked and found, and each kind of answer that is made of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from retrieval.codes import as_written
from retrieval.query import Retrieval, Turn
from serving.answer import Answer, AnswerSource, CheckPolicy, Citation, Clarify
from serving.citations import CitedText, cite
from serving.grounding.meaning import Meaning
from serving.memory import ConversationMemory, Memory
from serving.output_guard import OutputGuard, without_pictures
from serving.planted import longest_piece
from serving.prompt import Prompt, build_prompt
from serving.quotes import quote_answer
from serving.wording import Wording, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One question with what was found for it, and the answers that can be made without a model."""

    question: str
    """As asked."""
    heard: str
    """Without what in it speaks to the language model; empty where nothing else was said."""
    planted: tuple[str, ...]
    """What was taken out of question and passages, word for word."""
    retrieval: Retrieval
    turns: Sequence[Turn]
    memory: ConversationMemory
    refuse_below: float = 0.0
    policy: CheckPolicy = CheckPolicy.STRICT
    meaning: Meaning | None = None
    """The embedder as checks of sentences and quotes use it."""

    @property
    def words(self) -> Wording:
        return wording(self.retrieval.language)

    def cited(self) -> tuple[CitedText, Callable[[], None]]:
        """What the model's text is checked by, sentence by sentence; and what makes that ready, which takes a while."""
        passages, language = self.retrieval.passages, self.retrieval.language
        guard = OutputGuard(
            passages,
            language=language,
            planted=self.planted,
            question=f"{self.heard} {self.retrieval.question}",
            said=" ".join(turn.text for turn in self.turns),
        )
        cited = CitedText(
            passages,
            language,
            question=self.heard,
            admitted=guard.admitted,
            policy=self.policy,
            meaning=self.meaning,
        )

        def prepare() -> None:
            guard.prepare()
            cited.prepare()

        return cited, prepare

    def prompt(self, memory: Memory, context_tokens: int) -> Prompt:
        """What the model is sent."""
        return build_prompt(
            self.heard,
            self.retrieval.passages,
            self.turns,
            language=self.retrieval.language,
            context_tokens=context_tokens,
            facts=memory.facts,
            summary=memory.summary,
        )

    def remembering(self, memory: Memory) -> "Run":
        """The same, with what the model was shown of the conversation in its trace."""
        trace = self.retrieval.trace
        if trace is None:
            return self
        return replace(self, retrieval=replace(self.retrieval, trace=replace(trace, memory=memory.described)))

    def answer(
        self, text: str, *, source: AnswerSource, notice: str = "", citations: tuple[Citation, ...] = ()
    ) -> Answer:
        return Answer(
            question=self.question,
            answer=text,
            refused=False,
            source=source,
            citations=tuple(map(_unbroken, citations)) if self.planted else citations,
            passages=self.retrieval.passages,
            notice=notice,
            trace=self.retrieval.trace,
        )

    def checked(self, text: str, cited: CitedText, notice: str) -> Answer:
        """What of the model's answer stands, and what does not."""
        is_marked = bool(cited.unsupported) and self.policy is CheckPolicy.MARK
        answer = self.answer(
            text,
            source=AnswerSource.MODEL,
            notice=notice or (self.words.marked if is_marked else ""),
            citations=cited.citations,
        )
        return replace(answer, policy=self.policy, unsupported=cited.unsupported)

    def refusal(self) -> Answer:
        codes = ", ".join(as_written(self.question, code) for code in self.retrieval.unknown)
        text = f"{self.words.unknown.format(codes=codes)} {self.words.refusal}" if codes else self.words.refusal
        return replace(self.answer(text, source=AnswerSource.QUOTES), refused=True)

    def asked_back(self) -> Answer:
        """Siblings answer differently: the one question back instead of an answer for the wrong product."""
        options = "".join(f"\n- {option}" for option in self.retrieval.options)
        answer = self.answer(f"{self.words.which}\n{options}", source=AnswerSource.QUOTES)
        return replace(answer, clarify=Clarify(question=self.words.which, options=self.retrieval.options))

    def quoted(self, notice: str) -> Answer:
        """The manual's own sentences, or a refusal where they hold no answer."""
        quoted = quote_answer(self.retrieval, refuse_below=self.refuse_below, meaning=self.meaning)
        if quoted is None:
            return self.refusal()
        text = without_pictures(quoted.text)
        return self.answer(text, source=AnswerSource.QUOTES, notice=notice, citations=quoted.citations)


def _unbroken(citation: Citation) -> Citation:
    """The citation with a quote that runs over nothing that was taken out of the passage."""
    quote = longest_piece(citation.quote)
    return citation if quote == citation.quote else cite(citation.number, citation.passage, quote)
