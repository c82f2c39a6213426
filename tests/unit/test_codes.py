"""Codes of a question in any spelling, and the row that says what one is."""

import pytest

from ingest.sparse import query_terms, term_id
from retrieval.codes import as_written, codes_in, defines, names_in, plain
from tests.defined_codes import spellings


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        *((f"What does {spelling} mean?", ["e47"]) for spelling in ("E-47", "E47", "e 47", "Ｅ４７", "E_47", "E-47")),
        ("显示E-47怎么办", ["e47"]),
        ("order OR-D-2101-EN or FS-10-3", ["ord2101en", "fs103"]),
        ("drum of the M404dn", ["m404dn"]),
        ("in 5 minutes at 230 V, version 2, 2.4 GHz on Windows 10 with IPv6", []),
        ("or 20 of them", []),
    ],
)
def test_codes_are_told_from_numbers_and_words(question: str, codes: list[str]) -> None:
    assert codes_in(question) == codes


@pytest.mark.parametrize(
    "code", ["E-47", "FS-10-3", "OR-D-2101-EN", "RAID6", "--dry-run", "-q", "h1-backup.orb", "Ctrl + K"]
)
def test_every_spelling_of_a_code_meets_the_manual_s_own(code: str) -> None:
    for spelling in spellings(code):
        asked = query_terms(f"what does {spelling} mean", "en").indices
        assert term_id(plain(code)) in asked, spelling


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Code | Meaning\nE-47 | Fan blocked", "e47"),
        ("Hub | E-47 | Fan blocked", "e47"),
        ("-s, -u | not used", "-u"),
        ("- PV1: programmable voltage", "pv1"),
        ("F3 – refresh", "f3"),
    ],
)
def test_a_row_or_entry_defines_a_code(text: str, code: str) -> None:
    assert defines(text, code) == text.splitlines()[-1]


@pytest.mark.parametrize("text", ["With E-47 call support: it is serious", "E-48 | Lamp", "a | b | E-47", "E-470 | x"])
def test_a_mention_defines_nothing(text: str) -> None:
    assert defines(text, "e47") == ""


def test_a_code_is_told_as_it_was_typed() -> None:
    assert as_written("does my e 48 blink", "e48") == "e 48"
    assert set(names_in("what is –q and --dry-run")) >= {"-q", "--dry-run"}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What does cat mean?", {"--cat"}),
        ("cat 是什么意思", {"--cat"}),
        ("bacula cat option", {"--bacula", "--cat"}),
        ("what is –cat", {"-cat", "--cat"}),
        ("--dry run", {"--dry-run", "--dry_run"}),
        ("What does nut.conf mean?", {"nutconf"}),
        ("what does Ctrl Shift B do", {"ctrl+shift+b"}),
        ("what does Ｃｔｒｌ ＋ Ｂ do", {"ctrl+b"}),
    ],
)
def test_what_is_asked_about_is_looked_up_as_manuals_may_write_it(question: str, names: set[str]) -> None:
    assert set(names_in(question)) >= names


@pytest.mark.parametrize(
    "question", ["how do I edit upsmon.conf", "what is the weight of it in grams", "cat", "alt text"]
)
def test_words_of_a_question_about_something_else_are_no_names(question: str) -> None:
    assert names_in(question) == []


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("- -h : Show help screen", "-h"),
        ("--prefix=path | Where files go", "--prefix"),
        ("Copy | Ctrl + C", "ctrl+c"),
        ("Shift+Tab: back", "shift+tab"),
        ("bat.conf: Console resource", "batconf"),
    ],
)
def test_options_keys_and_files_are_defined_in_rows_and_entries_too(line: str, name: str) -> None:
    assert defines(line, name) == line
