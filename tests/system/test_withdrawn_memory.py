"""A language model is not shown again what was answered from a manual that was withdrawn since."""

import time
from pathlib import Path

from ingest.index.edge import POINTER_CHECK_SECONDS
from ingest.metadata import Setting
from tests.api_desk import OPEN, PUBLIC, ApiDesk
from tests.desk import manual
from tests.scripted_model import ScriptedModel
from tests.widget_desk import Visitor, customers_of, widget_serving

FIRST = "How long do I hold the button of the kettle to reset it?"
SECOND = "And how do I clean the filter of the kettle?"
HOLD = "Hold the button of the kettle for 10 seconds to reset it."
CLEAN = manual("Kettle K1 care", 2, s0="Rinse the filter of the kettle under water to clean it. Let the filter dry.")


def sent(model: ScriptedModel) -> str:
    """What the model was last shown."""
    return str(model.requests[-1]["messages"])


def forgotten(visitor: Visitor) -> None:
    """Wait until a conversation of its own finds nothing of it: what the server and its search read may be half a
    second old, each for itself. Asked no oftener than that, for a visitor may ask only so much a minute."""
    deadline = time.monotonic() + 20
    while "10 seconds" in (said := visitor.ask(FIRST).text):
        assert time.monotonic() < deadline, said
        time.sleep(POINTER_CHECK_SECONDS)


def test_a_customers_later_question_brings_no_withdrawn_answer_to_the_model(tmp_path: Path) -> None:
    with ScriptedModel().running() as model:
        desk = ApiDesk(tmp_path, model_url=model.url)
        desk.desk.write("kettle/en/guide.md", OPEN)
        desk.desk.write("kettle/en/care.md", CLEAN)
        public = Setting("*/care.md", "audience", "public")
        desk.desk.ingest(said=(*PUBLIC, public))
        with widget_serving(desk, customers_of(desk)) as address:
            visitor = Visitor(address)
            model.script = [f"{HOLD} [1]"]
            asked = visitor.ask(FIRST)
            assert HOLD in asked.answer["text"]
            model.script = ["Rinse the filter of the kettle under water to clean it. [1]"]
            visitor.ask(SECOND, asked.conversation)
            assert HOLD in sent(model), "while it is public, it is part of the conversation"

            desk.desk.ingest(said=(Setting("*/guide.md", "audience", "internal"), public))
            forgotten(visitor)
            desk.backend.index().refresh()
            visitor.ask(SECOND, asked.conversation)
            assert FIRST in sent(model), "what the customer said is the customer's"
            assert HOLD not in sent(model)
            assert "10 seconds" not in sent(model)
            visitor.close()
