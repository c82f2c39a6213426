"""The wheel holds all that the application needs, and the command is quick to say what it can do."""

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("ingest", "retrieval", "serving", "ui")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that no build folder is left in the checkout."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(copy / "dist"), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = (copy / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_our_packages_and_every_file_in_them(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - names == set()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(PACKAGES)


def test_installed_elsewhere_the_command_runs_and_the_packages_are_ours(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    show = f"import {', '.join(PACKAGES)}; print(*(p.__file__ for p in ({', '.join(PACKAGES)})))"
    environment = {**os.environ, "PYTHONPATH": str(site)}
    for code in (show, "import sys; sys.argv = ['manualdesk', '--help']; from ui.cli import main; main()"):
        done = subprocess.run(
            [sys.executable, "-P", "-c", code], env=environment, cwd="/", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        if code == show:
            assert all(Path(file).is_relative_to(site) for file in done.stdout.split())
        else:
            assert "ingest" in done.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_took_the_name(package: str) -> None:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin == str(ROOT / package / "__init__.py")


def test_help_is_instant() -> None:
    """Half a second on a quiet machine: the best of a few, for this one may be busy."""
    command = Path(sys.executable).with_name("manualdesk")
    seconds = []
    for _ in range(4):
        started = time.perf_counter()
        subprocess.run([command, "--help"], check=True, capture_output=True, cwd="/")
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 1.0
    heavy = subprocess.run(
        [sys.executable, "-c", "import sys, ui.cli; print(*sys.modules)"], check=True, capture_output=True, text=True
    )
    assert not {"numpy", "torch", "rich", "unstructured", "chainlit", "asyncio"} & set(heavy.stdout.split())


def test_the_constraints_pin_every_dependency_within_its_range() -> None:
    from packaging.requirements import Requirement

    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    for text in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]:
        requirement = Requirement(text)
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        assert name in pinned, f"{name} is not in constraints.txt"
        assert requirement.specifier.contains(pinned[name]), text
