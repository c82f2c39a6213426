"""Every message and hint that our errors are made with, read from the source: folders enter, forms leave.

A form has a numbered gap for each value: `{0} is empty`. A text that is named is looked up where its name is set.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = ("ingest", "retrieval", "serving", "ui")
FIRST: Final = "ManualdeskError"


@dataclass(frozen=True, slots=True)
class Form:
    """A text of an error, and where it is."""

    text: str
    file: str
    line: int


def forms(elsewhere: Iterable[str] = ()) -> Iterator[Form]:
    """All of them but those of files whose path begins with one of `elsewhere`."""
    passed = tuple(elsewhere)
    trees = {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in _files()}
    errors = _errors(trees.values())
    shared = {name: text for tree in trees.values() for name, text in _set(tree.body)}
    for file, tree in trees.items():
        if file.startswith(passed):
            continue
        named = {**shared, **dict(_set(ast.walk(tree)))}
        for call in ast.walk(tree):
            if isinstance(call, ast.Call):
                for given in _given(call, errors):
                    for text in _texts(given, named):
                        yield Form(text, file, call.lineno)


def _files() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def _errors(trees: Iterable[ast.Module]) -> set[str]:
    """The names of our error classes."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found = {FIRST}
    while more := {each.name for each in classes if found & set(map(_name, each.bases))} - found:
        found |= more
    return found


def _given(call: ast.Call, errors: set[str]) -> Iterator[ast.expr]:
    """Message and hint of an error that is made; what a role is asked for, which becomes part of one."""
    if _name(call.func) in errors:
        yield from call.args[:1]
        yield from (each.value for each in call.keywords if each.arg == "hint")
    elif _name(call.func) == "require":
        yield from call.args[1:2]


def _set(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def _texts(node: ast.expr, named: dict[str, ast.expr], depth: int = 3) -> Iterator[str]:
    """All that it can be; nothing where it is another error's own text."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.JoinedStr(values=parts):
            numbers = iter(range(len(parts)))
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else f"{{{next(numbers)}}}" for part in parts
            )
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, named, depth)
            yield from _texts(other, named, depth)
        case ast.Name(id=name) if name in named and depth:
            yield from _texts(named[name], named, depth - 1)
        case ast.BinOp(left=left, right=right):
            for before in _texts(left, named, depth):
                yield from (before + after for after in _texts(right, named, depth))


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
