"""The command line's own behaviour, where no model is needed: batches are checked before anything is loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import SettingError
from ingest.index.generations import Generations
from ui.cli_ingest import concerns_manuals
from ui.complaint import disk_hint

MANUALDESK = Path(sys.executable).with_name("manualdesk")


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MANUALDESK_HOME": str(folder / "home"), **variables}
    return subprocess.run(
        [MANUALDESK, *arguments], env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        "[]",
        "3",
        '{"question": "no id"}',
        '{"id": "no question"}',
        '{"id": "1", "question": " "}',
        '{"id": "1", "question": null}',
        '{"id": "1", "question": "%s"}' % ("x" * 2001),
        '{"id": "1", "question": "x", "turns": ["x", ""]}',
        '{"id": "1", "question": "x", "audience": "everybody"}',
    ],
)
@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_bad_line_of_a_batch_is_named_and_nothing_is_written(command: str, line: str, tmp_path: Path) -> None:
    good = json.dumps({"id": "a", "question": "How do I reset it?"})
    (tmp_path / "in.jsonl").write_text(f"{good}\n\n{line}\n", encoding="utf-8")
    done = run(tmp_path, command, "--batch", "in.jsonl", "--out", "out.jsonl")
    assert done.returncode == 1
    assert "in.jsonl, line 3" in done.stderr
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*out.jsonl*"))


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--batch", "latin.jsonl", "--out", "out.jsonl"], 1, "latin.jsonl is not UTF-8"),
        (["--batch", "folder", "--out", "out.jsonl"], 1, "folder cannot be read"),
        (["--batch", "missing.jsonl", "--out", "out.jsonl"], 1, "missing.jsonl cannot be read"),
        (["--batch", "in.jsonl", "--out", "missing/out.jsonl"], 1, "folder missing does not exist"),
        (["--batch", "in.jsonl", "--out", "folder"], 1, "folder is not a file"),
        (["--batch", "in.jsonl"], 2, "--out"),
        (["--batch", "in.jsonl", "--out", "out.jsonl", "--json"], 2, "--json"),
    ],
)
@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_batch_is_checked_before_anything_is_loaded(
    command: str, arguments: list[str], status: int, said: str, tmp_path: Path
) -> None:
    # Nothing was ingested here: had the index been opened first, its complaint would be what is said.
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "a", "question": "How do I reset it?"}), encoding="utf-8")
    (tmp_path / "latin.jsonl").write_bytes('{"id": "a", "question": "zurücksetzen"}'.encode("latin-1"))
    (tmp_path / "folder").mkdir()
    done = run(tmp_path, command, *arguments)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "hint:" in done.stderr or status == 2
    assert not list(tmp_path.glob("*out.jsonl*"))


def test_a_setting_that_cannot_work_is_named(tmp_path: Path) -> None:
    (tmp_path / "manualdesk.toml").write_text('embeder = "x"\n')
    done = run(tmp_path, "status")
    assert done.returncode == 1
    assert "embeder" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_index_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "index"
    with pytest.raises(SettingError, match=str(folder)) as caught, Generations(folder).locked():
        pass
    assert "MANUALDESK_HOME" in caught.value.hint


def test_a_full_disk_is_told_with_what_helps() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no disk that is always full")
    with pytest.raises(OSError, match="space") as caught, Path("/dev/full").open("wb", buffering=0) as disk:
        disk.write(b"x")
    assert "Make room" in disk_hint(caught.value)
    assert disk_hint(FileNotFoundError(2, "No such file")) == ""


def test_an_ingest_that_is_watched_does_not_start_itself(tmp_path: Path) -> None:
    home = tmp_path / "state"
    for changed, seen in {
        "pumps/p1.pdf": True,
        "manual.toml": True,
        ".manualdesk/records.sqlite": False,
        "pumps/.p1.pdf.part": False,
        "state/records.sqlite": False,
    }.items():
        assert concerns_manuals(tmp_path / changed, [tmp_path], home) is seen, changed
    # A folder that lies below a hidden one is watched all the same.
    assert concerns_manuals(tmp_path / ".a" / "p1.pdf", [tmp_path / ".a"], home)


def test_doctor_knows_a_folder_that_holds_no_model(tmp_path: Path) -> None:
    def found() -> dict[str, dict[str, object]]:
        done = run(tmp_path, "doctor", "--json", MANUALDESK_EMBEDDER=str(tmp_path), MANUALDESK_LLM_URL="")
        return {check["name"]: check for check in json.loads(done.stdout)}

    checks = found()
    assert not checks["Embedder"]["ok"]
    assert "config.json" in str(checks["Embedder"]["hint"])
    assert "Processor" in checks
    (tmp_path / "modules.json").write_text("[]")
    assert found()["Embedder"]["ok"]


def test_every_command_explains_itself(tmp_path: Path) -> None:
    for command in (
        ["ingest"], ["search"], ["ask"], ["status"], ["rollback"], ["doctor"], ["serve"],
        ["documents", "list"], ["documents", "show"], ["documents", "remove"], ["llm", "serve"],
    ):  # fmt: skip
        done = run(tmp_path, *command, "--help")
        assert done.returncode == 0, done.stderr
        assert f"Usage: manualdesk {' '.join(command)}" in done.stdout


def test_the_version_is_that_of_the_distribution(tmp_path: Path) -> None:
    from importlib.metadata import version

    assert run(tmp_path, "--version").stdout == f"manualdesk {version('manualdesk')}\n"
