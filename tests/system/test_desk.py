"""The Python interface: its page runs as it stands; errors are ours; scope and streaming hold."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import NothingPublished, SettingError
from ingest.types import Audience
from retrieval.query import Turn
from serving.answer import AnswerDone, PassagesFound, TextDelta
from serving.desk import Manualdesk
from serving.settings import Settings
from tests.conftest import ROOT, environment
from tests.paced_model import PacedModel


def test_the_code_of_its_page_runs(home: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data" / "samples" / "smart-home" / "en", tmp_path / "manuals" / "smart-home" / "en")
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    said = []
    for number, block in enumerate(blocks):
        script = tmp_path / f"part{number}.py"
        script.write_text(block)
        done = subprocess.run(
            [sys.executable, script.name],
            env={**environment(home), "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    first, second = said
    assert "0 failed" in first.splitlines()[0]
    assert "[1] smart-home/en/t200-user-guide.pdf, page 7: " in first
    assert "sources" in second


@pytest.fixture(scope="module")
def desk(samples_home: Path) -> Manualdesk:
    return Manualdesk(Settings(home=samples_home, llm_url=""))


def test_search_and_ask_give_the_contract_s_objects(desk: Manualdesk) -> None:
    (best,) = desk.search("T200 factory reset", limit=1)
    assert best.document == "smart-home/en/t200-user-guide.pdf"
    answer = desk.ask("And on the T200 Pro?", turns=[Turn("user", "How do I reset the T200?")])
    assert answer.citations
    assert {"answer", "citations", "passages", "source"} <= answer.to_json().keys()


def test_a_stream_ends_with_the_whole_answer(desk: Manualdesk) -> None:
    events = list(desk.stream("What does E-07 mean on a T200?"))
    assert isinstance(events[0], PassagesFound)
    done = events[-1]
    assert isinstance(done, AnswerDone)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)).strip() == done.answer.answer


def test_leaving_a_stream_stops_the_model(samples_home: Path, tmp_path: Path) -> None:
    model = PacedModel(pace=20, tokens=2000, context=32_768)
    with model.in_thread() as url, Manualdesk(Settings(home=samples_home, llm_url=url)) as asking:
        for event in asking.stream("How do I reset the T200? (ticket 1)"):
            if isinstance(event, TextDelta):
                break
        assert model.has_ended()
    assert model.sent < 300


def test_customers_read_public_manuals_only(samples_home: Path) -> None:
    with Manualdesk(Settings(home=samples_home, llm_url=""), audience="public") as public:
        found = public.search("W5 charging service bulletin", limit=10)
        assert found
        assert {passage.audience for passage in found} == {Audience.PUBLIC}


def test_errors_are_ours(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="everyone"):
        Manualdesk(home=tmp_path, audience="everyone")
    with Manualdesk(home=tmp_path) as empty, pytest.raises(NothingPublished):
        empty.search("anything")
