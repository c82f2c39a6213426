"""`manualdesk curated`: answers that editors write or approve."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.audience import Audience
from ingest.errors import SettingError
from serving.settings import load_settings

if TYPE_CHECKING:
    from serving.stored.curation import Curation
    from serving.stored.editing import Quoted
    from serving.stored.types import CuratedAnswer

curated_app = typer.Typer(
    help="Answers that editors write or approve; they are given before any other.", no_args_is_help=True
)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Number = Annotated[int, typer.Argument(help="As `manualdesk curated list` numbers it.")]
AnswerOption = Annotated[str, typer.Option("--answer", help="The answer; [1] stands for the first quote.")]
FileOption = Annotated[Path | None, typer.Option("--answer-file", help="A file that holds the answer; - for stdin.")]
QuoteOption = Annotated[
    list[str] | None,
    typer.Option("--quote", help="Words of a manual that it stands on, word for word.", metavar="DOCUMENT: WORDS"),
]
AudienceOption = Annotated[
    list[Audience] | None, typer.Option(help="Exactly these readers get it; may be given twice. Default: internal.")
]
ProductOption = Annotated[str | None, typer.Option(help="Only for questions about this product, or asked on its page.")]
LanguageOption = Annotated[str | None, typer.Option(help="Default: that of the questions.")]
FromOption = Annotated[str | None, typer.Option("--from", help="First day, such as 2026-01-31.", metavar="DAY")]
UntilOption = Annotated[str | None, typer.Option("--until", help="Last day.", metavar="DAY")]


def register(app: typer.Typer) -> None:
    app.add_typer(curated_app, name="curated")


@curated_app.command(no_args_is_help=True)
def add(
    questions: Annotated[list[str] | None, typer.Argument(help="Ways to ask for it.", metavar="QUESTION...")] = None,
    answer: AnswerOption = "",
    answer_file: FileOption = None,
    quote: QuoteOption = None,
    audience: AudienceOption = None,
    product: ProductOption = None,
    language: LanguageOption = None,
    valid_from: FromOption = None,
    valid_until: UntilOption = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it unserved until it is approved.")] = False,
    cached: Annotated[
        str, typer.Option(help="Make a draft of this cached answer (`manualdesk cache list`).", metavar="KEY")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Write an answer, or take one of the model's as a draft."""
    from serving.stored.editing import Wanted
    from serving.stored.types import State

    curation = _curation()
    if cached:
        from serving.stored.opening import open_shelf

        settings = load_settings()
        _tell(curation.add_cached(open_shelf(settings.home, settings.redis_url), cached), as_json=as_json)
        return
    wanted = Wanted(
        questions=tuple(questions or ()),
        answer=_answer_text(answer, answer_file),
        quotes=_quotes(quote),
        audiences=tuple(audience or [Audience.INTERNAL]),
        product=product or "",
        language=language or "",
        valid_from=valid_from or "",
        valid_until=valid_until or "",
        state=State.DRAFT if draft else State.APPROVED,
    )
    _tell(curation.add(wanted), as_json=as_json)


@curated_app.command("list")
def list_answers(
    state: Annotated[str, typer.Option(help="Only those: draft, approved, needs-review.", metavar="STATE")] = "",
    as_json: JsonOption = False,
) -> None:
    """All curated answers. Those whose passages changed since are found here, and wait for review."""
    from serving.stored.types import State

    known = {str(name).replace(" ", "-"): name for name in State}
    if state and state not in known:
        raise SettingError(f"{state!r} is no state.", hint=f"One of: {', '.join(known)}.")
    found = [answer for answer in _curation().swept() if not state or answer.state is known[state]]
    if as_json:
        from serving.stored.as_json import curated_to_row

        typer.echo(json.dumps([curated_to_row(answer) for answer in found], ensure_ascii=False))
        return
    for answer in found:
        typer.echo(_line(answer))
        if answer.reason:
            typer.echo(f"      {answer.reason}")


@curated_app.command()
def show(number: Number, as_json: JsonOption = False) -> None:
    """One of them with everything that is known of it."""
    found = next((answer for answer in _curation().swept() if answer.number == number), None)
    _tell(found or _book_answer(number), as_json=as_json, whole=True)


@curated_app.command()
def approve(number: Number, as_json: JsonOption = False) -> None:
    """Serve a draft, or one that needed review: its quotes are looked up in what is published now."""
    _tell(_curation().approve(number), as_json=as_json)


@curated_app.command(no_args_is_help=True)
def edit(
    number: Number,
    question: Annotated[list[str] | None, typer.Option(help="In place of its questions; may be repeated.")] = None,
    also: Annotated[list[str] | None, typer.Option(help="One more way to ask for it.", metavar="QUESTION")] = None,
    answer: AnswerOption = "",
    answer_file: FileOption = None,
    quote: QuoteOption = None,
    audience: AudienceOption = None,
    product: ProductOption = None,
    language: LanguageOption = None,
    valid_from: FromOption = None,
    valid_until: UntilOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change what is given; the rest stays. An empty value takes a product or a day away."""
    curation = _curation()
    changed: dict[str, object] = {
        "answer": _answer_text(answer, answer_file) or None,
        "quotes": _quotes(quote) or None,
        "audiences": tuple(audience) if audience else None,
        "product": product,
        "language": language,
        "valid_from": valid_from,
        "valid_until": valid_until,
    }
    if question or also:
        changed["questions"] = (*(question or _book_answer(number).questions), *(also or ()))
    wanted = {name: value for name, value in changed.items() if value is not None}
    _tell(curation.edit(number, **wanted), as_json=as_json)  # type: ignore[arg-type]  # `by` is not among them


@curated_app.command()
def remove(number: Number) -> None:
    """Delete one for good."""
    from serving.stored.book import CuratedBook

    CuratedBook(load_settings().home).remove(number)
    typer.echo(f"Curated answer {number} is removed.", err=True)


@curated_app.command("export")
def export_answers(
    file: Annotated[Path | None, typer.Argument(help="A file of JSON lines; none: stdout.")] = None,
) -> None:
    """Write all of them as JSON lines, which `import` reads."""
    from serving.stored.curation import export_rows

    rows = export_rows(_curation().swept())
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingError(
            f"{file} cannot be written: {error.strerror}.", hint="Name a file in a folder of yours."
        ) from error
    typer.echo(f"{len(rows)} answers written to {file}", err=True)


@curated_app.command("import")
def import_answers(
    file: Annotated[Path, typer.Argument(help="JSON lines as `export` writes them; - for stdin.")],
    as_json: JsonOption = False,
) -> None:
    """Add answers from a file, all or none. What does not say it is approved comes in as a draft."""
    rows = []
    for number, line in enumerate(_text_of(file).splitlines(), start=1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except ValueError as error:
                raise SettingError(f"{file}, line {number} is no JSON: {error}", hint="One object a line.") from error
    added, skipped = _curation().import_rows(rows)
    if as_json:
        typer.echo(json.dumps({"added": [answer.number for answer in added], "unchanged": skipped}))
    else:
        typer.echo(f"{len(added)} added, {skipped} were there already", err=True)


def _curation() -> "Curation":
    from retrieval.aliases import FILE, Aliases
    from serving.compose import build_store
    from serving.stored.book import CuratedBook
    from serving.stored.curation import Curation

    settings = load_settings()
    return Curation(CuratedBook(settings.home), build_store(settings), Aliases(settings.home / FILE))


def _book_answer(number: int) -> "CuratedAnswer":
    from serving.stored.book import CuratedBook

    return CuratedBook(load_settings().home).get(number)


def _answer_text(answer: str, file: Path | None) -> str:
    if answer and file:
        raise typer.BadParameter("Give the answer or a file, not both.", param_hint="--answer-file")
    return _text_of(file) if file else answer


def _text_of(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{file} cannot be read: {error}", hint="Name a file of UTF-8 text.") from error


def _quotes(given: list[str] | None) -> "tuple[Quoted, ...]":
    from serving.stored.editing import Quoted

    found = []
    for text in given or ():
        document, colon, words = text.partition(": ")
        if not colon or not words.strip():
            raise SettingError(
                f"{text!r} names no manual and its words.", hint='Such as: --quote "lamp.pdf: Hold the key"'
            )
        found.append(Quoted(document.strip(), words.strip()))
    return tuple(found)


def _line(answer: "CuratedAnswer") -> str:
    readers = "+".join(map(str, answer.audiences))
    about = f" {answer.product}" if answer.product else ""
    days = (
        f" {answer.valid_from or '...'}..{answer.valid_until or '...'}"
        if answer.valid_from or answer.valid_until
        else ""
    )
    return f"{answer.number:4}  {answer.state:12} {readers:15} {answer.language:3}{about}{days}  {answer.questions[0]}"


def _tell(answer: "CuratedAnswer", *, as_json: bool, whole: bool = False) -> None:
    if as_json:
        from serving.stored.as_json import curated_to_row

        typer.echo(json.dumps(curated_to_row(answer), ensure_ascii=False))
        return
    typer.echo(_line(answer))
    if answer.reason:
        typer.echo(f"      {answer.reason}")
    if not whole:
        return
    for question in answer.questions[1:]:
        typer.echo(f"      also: {question}")
    typer.echo(f"\n{answer.answer}\n")
    for citation in answer.citations:
        typer.echo(f"[{citation.number}] {citation.grounds[0].document}: {' '.join(citation.quote.split())}")
    typer.echo(f"changed {answer.changed_at} by {answer.changed_by or 'somebody'}")
