"""An ingest in a process of its own: the web process stays quick, and memory for models goes back at the end.

Both sides of a pipe: settings and a job go to the child as one line of JSON, its steps come back line by line. The
child stops when its input ends, so that it never outlives who asked, however that ended.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import closing, suppress
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import IO, Final

import ingest.errors
from ingest.errors import ManualdeskError
from ingest.pipeline import Job
from ingest.records.reports import report_from_json
from ingest.report import Progress, Report, Result, Stage, State
from serving.settings import Settings

_YIELDS: Final = 5
"""Niceness: where both want the processors, answers go first."""
_STOP_SECONDS: Final = 20.0
_SILENT_SECONDS: Final = 1.0


def ingest_in_child(settings: Settings, job: Job) -> Generator[Progress | Report]:
    """The steps of `run_recorded`. Raises what that raises; closing the iterator stops the run.

    Where nothing new is said for a second, the last step comes again: whoever listens can stop at any time.
    """
    if job.gate is not None:
        raise ValueError("a gate cannot be sent to another process")
    command = [sys.executable, "-m", "serving.api.ingest_child"]
    folder = Path(__file__).parents[2]  # where `serving` is found, installed or in a checkout
    # In a group of its own, or Ctrl-C at the server would reach it and its readers while they begin, with a traceback.
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment(folder), process_group=0
    ) as child:
        assert child.stdin is not None  # noqa: S101 - it is a pipe
        assert child.stdout is not None  # noqa: S101 - it is a pipe
        last = Progress(documents=0, documents_total=0, pages=0, chunks=0, embedded=0, current="")
        try:
            child.stdin.write(f"{_order(settings, job)}\n")
            child.stdin.flush()
            for line in _lines(child.stdout):
                step = _step(json.loads(line)) if line else last
                yield step
                if isinstance(step, Report):
                    return
                last = replace(step, results=())
        finally:
            child.stdin.close()
            try:
                child.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
    raise ManualdeskError(
        f"The ingest ended without a report (exit status {child.returncode}).", hint="See the server's log."
    )


def _lines(stream: IO[str]) -> Generator[str]:
    """The stream's lines as they come; an empty one whenever a second passes without."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        with suppress(ValueError, OSError):  # closed while it was read
            for line in stream:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=read, name="ingest-lines", daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=_SILENT_SECONDS)
        except queue.Empty:
            yield ""
            continue
        if line is None:
            return
        yield line


def _environment(folder: Path) -> dict[str, str]:
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _order(settings: Settings, job: Job) -> str:
    asked = {
        "paths": [str(path) for path in job.paths],
        "root": str(job.root) if job.root is not None else None,
        "force": job.force,
        "allow_removals": job.allow_removals,
        "workers": job.workers,
    }
    return json.dumps({"settings": asdict(settings), "job": asked}, default=str)


def _step(said: dict[str, dict[str, object]]) -> Progress | Report:
    """A line of the child. Raises the error that it tells of."""
    match said:
        case {"progress": progress}:
            return _progress(progress)
        case {"report": report}:
            return report_from_json(json.dumps(report))
        case {"error": {"kind": kind, "message": message, "hint": hint}}:
            found = getattr(ingest.errors, str(kind), ManualdeskError)
            raise found(str(message), hint=str(hint))
    raise ManualdeskError("The ingest said something that is not understood.", hint="See the server's log.")


def _progress(said: dict[str, object]) -> Progress:
    results = tuple(Result(**{**each, "state": State(each["state"])}) for each in said["results"])  # type: ignore[attr-defined]
    return Progress(**{**said, "stage": Stage(str(said["stage"])), "results": results})  # type: ignore[arg-type]


def main() -> None:
    """The child: steps go to stdout, whatever libraries print goes to stderr."""
    said = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.nice(_YIELDS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's; it then closes our input
    if not (line := sys.stdin.readline()):
        sys.exit(1)  # whoever asks ended before it could say what
    order = json.loads(line)
    threading.Thread(target=_end_with_input, daemon=True).start()
    end = _End()
    signal.signal(signal.SIGTERM, end)
    try:
        _run(order, said, end)
    except ManualdeskError as error:
        _say(said, "error", {"kind": type(error).__name__, "message": error.message, "hint": error.hint})
    except KeyboardInterrupt:
        sys.exit(1)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # our input ends now: that must not interrupt what is left to do


class _End:
    """Our end, asked for by a signal: it interrupts what goes on, as Ctrl-C does. Python drops an interrupt that meets
    it in a callback, of which imports have many: so it is also looked for between two steps."""

    asked = False

    def __call__(self, _number: int, _frame: object) -> None:
        self.asked = True
        raise KeyboardInterrupt

    def check(self) -> None:
        if self.asked:
            raise KeyboardInterrupt


def _run(order: dict[str, dict[str, object]], said: IO[str], end: _End) -> None:
    from ingest.recorded import run_recorded
    from serving.compose import build_place

    settings = _settings(order["settings"])
    asked = order["job"]
    job = Job(
        paths=tuple(Path(path) for path in asked["paths"]),  # type: ignore[attr-defined]
        root=Path(str(asked["root"])) if asked["root"] else None,
        force=bool(asked["force"]),
        allow_removals=bool(asked["allow_removals"]),
        workers=asked["workers"],  # type: ignore[arg-type]
    )
    # Closed here, so that the run is recorded as stopped also where the end comes while a step is told.
    with closing(run_recorded(build_place(settings), job)) as steps:
        for step in steps:
            if isinstance(step, Report):
                _say(said, "report", step.to_json())
            else:
                end.check()
                _say(said, "progress", asdict(step))


def _settings(values: dict[str, object]) -> Settings:
    """Back from JSON, where paths are texts."""
    paths = {item.name for item in fields(Settings) if isinstance(getattr(Settings(), item.name), Path)}
    return Settings(**{name: Path(str(value)) if name in paths else value for name, value in values.items()})  # type: ignore[arg-type]


def _say(said: IO[str], kind: str, value: dict[str, object]) -> None:
    said.write(json.dumps({kind: value}) + "\n")
    said.flush()


def _end_with_input() -> None:
    while os.read(0, 1024):  # not sys.stdin: a thread that holds its lock at the end of the process is an error
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
