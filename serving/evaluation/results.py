"""Results that are kept: figures go in, a JSON file comes out that says what was measured, on what, at which commit.

No path of the machine gets into a result: it is committed and read elsewhere.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ingest.errors import SettingError
from ingest.index.contract import IndexInfo

CHECKOUT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = CHECKOUT / "data" / "eval" / "results"
_LINE: Final = 240
"""Characters of a value that is written on one line."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the figures were measured on."""

    processor: str
    cores: int
    """That this process may use."""
    memory_gib: float
    system: str
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What was measured. `dirty`: files that git knows were changed; what lies among the results does not count."""

    commit: str
    dirty: bool


def check_name(name: str) -> str:
    """The name as it is. Raises SettingError where it could not name a file in the results folder."""
    if not _NAME.fullmatch(name):
        raise SettingError(
            f"{name!r} cannot name a result.", hint="Use small letters, digits, dashes and dots: --save small-quotes"
        )
    if not FOLDER.is_dir():
        raise SettingError("Results are kept in a checkout only.", hint="Use --json and keep what it prints.")
    return name


def save(name: str, measured: Mapping[str, object], folder: Path = FOLDER) -> Path:
    """Write `name`.json: the figures with date, commit and machine in front. Replaces an older one whole."""
    record = {
        "name": name,
        "date": datetime.now(UTC).date().isoformat(),
        **asdict(commit()),
        "machine": asdict(machine()),
        **measured,
    }
    path = folder / f"{name}.json"
    work = folder / f".{name}.{os.getpid()}"
    work.write_text(_written(record) + "\n", encoding="utf-8")
    work.replace(path)
    return path


def _written(value: object, depth: int = 0) -> str:
    """JSON, what is short on one line: hundreds of outcomes are then as many lines, and so is what changes of them."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + depth <= _LINE or not isinstance(value, dict | list) or not value:
        return line
    inner = " " * (depth + 1)
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {_written(item, depth + 1)}" for key, item in value.items()]
        opened, closed = "{", "}"
    else:
        items = [_written(item, depth + 1) for item in value]
        opened, closed = "[", "]"
    return f"{opened}\n{inner}" + f",\n{inner}".join(items) + f"\n{' ' * depth}{closed}"


def describe_questions(path: Path, *, only_set: str, count: int) -> dict[str, object]:
    """Which questions were asked, so that a later run can be compared with this one."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    return {"file": path.name, "sha256": digest, "set": only_set or None, "count": count}


def describe_index(info: IndexInfo) -> dict[str, object]:
    """The index asked, its embedder by name alone where that is a folder."""
    return {
        "embedder": model_name(info.embedder),
        "dimensions": info.dimensions,
        "format": info.format,
        "documents": info.documents,
        "chunks": info.chunks,
    }


def model_name(model: str) -> str:
    """A model's name; of a folder its last part."""
    return Path(model).name if Path(model).is_absolute() or model.startswith(("~", ".")) else model


def commit() -> Commit:
    """Of this checkout; empty where it is none or git is not installed."""
    head = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":(exclude)data/eval/results")
    return Commit(commit=head, dirty=bool(changed))


def machine() -> Machine:
    """Of what this process runs on."""
    pages, page_bytes = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    available = getattr(os, "sched_getaffinity", None)
    return Machine(
        processor=_processor(),
        cores=len(available(0)) if available else (os.cpu_count() or 1),
        memory_gib=round(pages * page_bytes / 2**30, 1),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.split(":", 1)[1].split())
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _git(*arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    # Only words written in this file are passed on.
    done = subprocess.run([git, "-C", str(CHECKOUT), *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() if done.returncode == 0 else ""
