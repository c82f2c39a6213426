"""Every text of a page is there in Chinese, once, and no name of a gap is misspelt in it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import nodes

from ui.editing.document_routes import COLUMNS
from ui.web import texts
from ui.web.rendering import FOLDER, MENU, SETTINGS, environment
from ui.web.texts import chinese

TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
_TRANSLATING = {"_", "count"}
"""`count` is the macro that chooses between the texts of one and of many."""


def keys_of(template: Path) -> Iterator[str]:
    """Of all texts that stand in it as they are, whatever decides between them."""
    for call in environment().parse(template.read_text(encoding="utf-8")).find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name not in _TRANSLATING:
            continue
        context = "".join(each.value.value for each in call.kwargs if each.key == "context")  # type: ignore[attr-defined]
        said = [
            value for given in call.args for value in ([given] if isinstance(given, nodes.Const) else _within(given))
        ]
        for constant in said:
            if isinstance(constant.value, str):
                yield f"{context}|{constant.value}" if context else constant.value


def _within(given: nodes.Expr) -> list[nodes.Const]:
    """The texts of a choice: `_("on" if lit else "off")`, `_({"a": "text"}[kind])`."""
    if isinstance(given, nodes.CondExpr):
        return [each for each in (given.expr1, given.expr2) if isinstance(each, nodes.Const)]
    return [pair.value for pair in given.find_all(nodes.Pair) if isinstance(pair.value, nodes.Const)]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_text_is_translated(template: Path) -> None:
    assert not [key for key in sorted(set(keys_of(template))) if key not in chinese()]


def test_a_text_stands_once_in_all_files_so_none_hides_another() -> None:
    def counted(pairs: list[tuple[str, str]]) -> list[str]:
        return [key for key, _ in pairs]

    files = Path(texts.__file__).parent.glob("zh*.json")
    found = Counter(
        key for path in files for key in json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=counted)
    )
    assert found.total() > 500
    assert not [key for key, times in found.items() if times > 1]


def test_a_context_that_no_template_gives_would_never_be_shown() -> None:
    given = {
        each.value.value  # type: ignore[attr-defined]
        for template in TEMPLATES
        for call in environment().parse(template.read_text(encoding="utf-8")).find_all(nodes.Call)
        for each in call.kwargs
        if each.key == "context"
    }
    assert given == {key.split("|")[0] for key in chinese() if "|" in key}


def test_menus_and_columns_are_translated_and_gaps_agree() -> None:
    named = [text for _key, text in COLUMNS] + [text for _address, text, _role in (*MENU, *SETTINGS)]
    assert not [text for text in named if text not in chinese()]
    gap = re.compile(r"{(\w+)}")
    wrong = [english for english, other in chinese().items() if set(gap.findall(english)) != set(gap.findall(other))]
    assert not [each for each in wrong if not each.startswith("One ")]
