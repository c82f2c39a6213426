"""docs/security.md names the test that covers each requirement: all of them exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def defined_in(file: Path) -> set[str]:
    """Names of the tests that a file defines; none where there is no such file."""
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 80
    assert [f"{file}::{name}" for file, name in named if name not in defined_in(ROOT / file)] == []


def test_every_requirement_of_a_table_has_its_test() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    assert len(rows) > 50
    assert [row for row in rows if not NAMED.search(row)] == []


def test_all_tests_of_walls_are_named() -> None:
    """One that is not named is not part of the account, so it may as well not be there."""
    text = PAGE.read_text(encoding="utf-8")
    files = [file for file in Path(__file__).parent.glob("test_*.py") if file.name != Path(__file__).name]
    unnamed = [str(file.relative_to(ROOT)) for file in files if str(file.relative_to(ROOT)) not in text]
    assert unnamed == []
