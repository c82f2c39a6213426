"""The README and CONTRIBUTING say what is so: settings, commands, make targets, links, dependencies."""

import ast
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import typer.main
from packaging.requirements import Requirement

from serving.settings import Settings
from ui.cli import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
DEFAULT_HOME = "`.manualdesk/` in a checkout, else `~/.local/share/manualdesk`"


def settings_table() -> str:
    """The rows that the README must have: each field of Settings with its default and its docstring."""
    module = ast.parse((ROOT / "serving" / "settings.py").read_text(encoding="utf-8"))
    (body,) = [node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Settings"]
    rows = []
    for field, text in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            name = field.target.id
            assert isinstance(text, ast.Expr), f"{name} has no docstring"
            assert isinstance(text.value, ast.Constant), f"{name} has no docstring"
            default = getattr(Settings(), name)
            shown = DEFAULT_HOME if name == "home" else f"`{default}`" if default != "" else ""
            meaning = " ".join(str(text.value.value).split())
            rows.append(f"| `MANUALDESK_{name.upper()}` | {shown} | {meaning} |")
    return "\n".join(rows)


def test_the_settings_table_is_that_of_the_code() -> None:
    assert settings_table() in README, f"put this into README.md:\n{settings_table()}"


def test_every_command_is_shown_and_every_shown_command_exists() -> None:
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    shown = set(re.findall(r"^(?:\.venv/bin/)?manualdesk ([a-z]+)", README, re.M))
    assert shown == known


def test_the_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert set(re.findall(r"(?:`|^)(?:ONCE=1 )?make ([a-z-]+)", text, re.M)) <= targets, page.name


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {Requirement(text).name for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]}
    section = CONTRIBUTING.split("## Dependencies", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"^\| `([\w-]+)`", section, re.M)) == declared
