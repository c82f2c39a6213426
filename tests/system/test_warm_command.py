"""The warm command is the command: its exit status, its two outputs, its environment and its folder are its own."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import MANUALDESK, command, environment
from tests.warm_command import warm_command


def test_it_says_and_returns_what_the_script_does(tmp_path: Path) -> None:
    run = command(tmp_path, tmp_path)
    for arguments in (["--version"], ["documents", "list"], ["frobnicate"], ["search"]):
        script = subprocess.run(
            [str(MANUALDESK), *arguments],
            env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        warm = run(*arguments)
        assert (warm.returncode, warm.stdout, warm.stderr) == (script.returncode, script.stdout, script.stderr)


def test_a_setting_of_one_run_does_not_reach_the_next(tmp_path: Path) -> None:
    run = command(tmp_path, tmp_path)
    elsewhere = tmp_path / "elsewhere"
    assert str(elsewhere) in run("status", MANUALDESK_HOME=str(elsewhere)).stderr
    assert str(elsewhere) not in run("status").stderr


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    fifo = tmp_path / "waits.jsonl"
    os.mkfifo(fifo)  # a file that nobody writes
    with warm_command() as warm, pytest.raises(subprocess.TimeoutExpired):
        warm.run(
            ["search", "--batch", str(fifo), "--out", "out.jsonl"], env=environment(tmp_path), cwd=tmp_path, timeout=2
        )
