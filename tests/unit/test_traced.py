"""What a search decided is told in Chinese, whatever retrieval says of a candidate."""

import ast
import re
from pathlib import Path

import pytest

from ui.traced import STAGES, told
from ui.web.texts import translator

RETRIEVAL = Path(__file__).parent.parent.parent / "retrieval"
CHINESE = translator("zh")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("T200, from the question", "T200（来自问题）"),
        ("T200, T200 Pro, from the facts", "T200, T200 Pro（来自之前说明的情况）"),
        ("no product named; siblings answer differently: T200, V10", "未提到产品; 同系列产品的答案不同：T200, V10"),
        ("left out: sibling of T200, which fits better", "已排除：T200 的同系列产品，后者更合适"),
        ("left out: sibling of T200", "已排除：T200 的同系列产品"),
        ("in passage 12", "在段落 12 中"),
        ("something new", "something new"),
    ],
)
def test_it_is_told_in_the_readers_language(english: str, chinese: str) -> None:
    assert told(english, CHINESE) == chinese
    assert told(english, translator("en")) == english


def test_no_stage_of_a_search_stays_english() -> None:
    calls = (
        call
        for path in RETRIEVAL.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "passed"
    )
    stages = {str(call.args[0].value) for call in calls if isinstance(call.args[0], ast.Constant)}
    assert len(stages) >= 7
    assert stages == set(STAGES), "each has a name, and none has one that is gone"
    assert not [name for name in STAGES.values() if CHINESE(name) == name]


def test_no_fate_of_a_candidate_stays_english() -> None:
    said = [
        "".join(part.value if isinstance(part, ast.Constant) else "X" for part in text.values)  # type: ignore[misc]
        for name in ("folding.py", "scope.py")
        for text in ast.walk(ast.parse((RETRIEVAL / name).read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
    ]
    fates = [text for text in said if re.match(r"folded: |moved down: |left out: sibling", text)]
    assert len(fates) >= 5
    assert not [text for text in fates if told(text, CHINESE) == text]
