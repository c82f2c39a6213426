"""What errors say is there in Chinese wherever an editor, an admin or an agent can meet it on a page."""

import re
from time import process_time

import pytest

from tests.error_texts import forms
from ui.web.forms import error_text
from ui.web.texts import chinese, translator

ELSEWHERE = (
    # Commands only.
    "ui/batch.py", "ui/cli", "serving/desk.py", "serving/evaluation/", "serving/mcp/", "serving/vllm/",
    "serving/stored/curation.py", "serving/keys_store.py", "retrieval/aliases.py", "ingest/cluster",
    # Before a server is there.
    "serving/settings.py", "ui/server.py", "ui/sign_in/setup.py", "retrieval/cross_encoder.py",
    # Programs: the HTTP interface.
    "serving/api/chat_completions.py", "serving/api/documents.py", "serving/api/health.py", "serving/api/jobs.py",
    "serving/api/routes.py",
    # The customers' chat has texts of its own; how a delivery failed goes to the log and the list as it came.
    "serving/customers/mail.py", "serving/customers/sessions.py", "serving/customers/quotas.py",
    "serving/customers/webhook.py", "ui/widget/originals.py", "ui/widget/routes.py", "ui/widget/shop.py",
    "ui/widget/talking.py", "ui/widget/way.py",
)  # fmt: skip
"""Where errors are made that reach no page of ours."""
CHINESE = translator("zh")
GAP = re.compile(r"\{(\d+)\}")
FORMS = sorted({form.text for form in forms(ELSEWHERE)})


def filled(form: str) -> str:
    return GAP.sub(lambda gap: f"v{gap[1]}.pdf", form)


def test_every_error_that_reaches_a_page_has_a_chinese_text() -> None:
    assert len(FORMS) > 350, "they are found"
    missing = {f"{form.file}:{form.line}": form.text for form in forms(ELSEWHERE) if form.text not in chinese()}
    assert not missing, "write them into ui/web/texts/zh_errors.json"


@pytest.mark.parametrize("form", FORMS)
def test_what_was_made_from_a_form_is_told_with_its_values(form: str) -> None:
    assert error_text(filled(form), CHINESE) == filled(chinese()[form])
    assert error_text(filled(form), translator("en")) == filled(form)


def test_lists_of_manuals_leave_the_name_out() -> None:
    assert error_text("it holds no text.", CHINESE) == "不含文本。"
    assert error_text("audience is 'secret'", CHINESE) == "适用对象为 'secret'"


def test_a_reason_within_an_error_is_told_too_and_a_name_is_left_alone() -> None:
    assert error_text("a.docx is damaged: a part of it is not XML", CHINESE) == "a.docx 已损坏：其中一部分不是 XML"
    assert error_text("Job 7 has ended: it is done.", CHINESE).startswith("任务 7 已经结束")
    assert error_text("To edit manuals and answers needs the role editor; yours is agent.", CHINESE).startswith(
        "编辑手册和答案需要角色"
    )
    assert "Search" in error_text("Search is not indexed.", CHINESE), "a manual of that name, not our menu"


def test_what_is_unknown_stays_as_it_is_and_costs_little() -> None:
    assert error_text("something new", CHINESE) == "something new"
    hostile = ": ".join(f"is no {number} in it is " for number in range(120))
    started = process_time()
    for _ in range(20):
        error_text(hostile, CHINESE)
    assert process_time() - started < 2
