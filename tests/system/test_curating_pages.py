"""Editors' pages of what is asked, over real HTTP: gaps that close, answers that are written, approved and outdated,
the search test, labels and usage; closed to everybody else, and holding nothing that runs."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from ingest.pipeline import Job
from serving.accounts.audit import Audit
from serving.gaps.drafts import draft
from serving.keys import Role
from tests.api_desk import CANARY, LAMP, application, client, serving
from tests.curating_desk import CuratingDesk
from tests.desk import manual
from tests.editing_desk import seen

ASKED = "What does E47 of the mixer mean?"
MIXER = manual("Mixer M1", 1, s0="The display of the mixer shows E47. E47 means that the lid of the mixer is open.")
SCRIPT = "<script>alert(1)</script>"
PAGES = (
    "/desk/gaps",
    "/desk/gaps/1",
    "/desk/answers",
    "/desk/answers/new",
    "/desk/answers/1",
    "/desk/answers/1/edit",
    "/desk/search?q=kettle",
    "/desk/labels",
    "/desk/usage",
)
CHANGES = (
    "/desk/gaps/replay",
    "/desk/gaps/1/replay",
    "/desk/gaps/1/state",
    "/desk/answers",
    "/desk/answers/form",
    "/desk/answers/1/approve",
    "/desk/answers/1/delete",
    "/desk/labels",
    "/desk/labels/1",
    "/desk/labels/1/delete",
)


@pytest.fixture
def desk(quick_folder: Path) -> CuratingDesk:
    made = CuratingDesk(quick_folder)
    made.fill()
    return made


@pytest.fixture
def http(desk: CuratingDesk) -> Iterator[httpx.Client]:
    with serving(application(desk)) as address, client(address) as made:
        yield made
    desk.backend.notes.close()


def ask(http: httpx.Client, desk: CuratingDesk, question: str, **headers: str) -> dict[str, object]:
    """The answer, after it was noted."""
    answer: dict[str, object] = http.post("/v1/ask", json={"question": question}, headers=headers).json()
    assert desk.backend.notes.settle()
    return answer


def write(desk: CuratingDesk, name: str, text: str) -> None:
    """Publish a manual with all that is there."""
    desk.desk.write(name, text)
    desk.run(Job(paths=(desk.desk.manuals,)))


def answer_form(**changed: object) -> dict[str, object]:
    return {
        "questions": "How is the bulb of the lamp changed?",
        "answer": "Off first. [1]",
        "quote_document": "lamp/en/guide.md",
        "quote_words": "Turn the lamp off before the bulb is changed.",
        "audience": "internal",
        **changed,
    }


def test_a_refused_question_is_a_gap_until_a_manual_that_answers_it_is_published(
    http: httpx.Client, desk: CuratingDesk
) -> None:
    desk.backend.notes.watch()
    assert ask(http, desk, ASKED)["refused"] is True
    assert ask(http, desk, ASKED.upper())["refused"] is True
    listed = http.get("/desk/gaps").text
    assert ASKED in listed
    assert re.search(r">2</td>", listed)
    write(desk, "mixer/en/guide.md", MIXER)
    page = seen(http, "/desk/gaps/1", lambda text: "mixer/en/guide.md" in text)
    assert 'class="tag good">closed' in page
    assert ASKED not in http.get("/desk/gaps").text
    assert ask(http, desk, ASKED)["refused"] is False


def test_an_answer_written_for_a_gap_closes_it_and_is_given(http: httpx.Client, desk: CuratingDesk) -> None:
    ask(http, desk, ASKED)
    form = http.get("/desk/answers/new?gap=1").text
    assert f">{ASKED}</textarea>" in form
    sent = answer_form(
        questions=ASKED, answer="Close the lid.", quote_document="", quote_words="", gap="1", approve="1"
    )
    reply = http.post("/desk/answers", data=sent)
    assert reply.headers["Location"] == "/desk/answers/1?done=closed"
    assert ask(http, desk, ASKED)["source"] == "curated"
    assert 'class="tag good">closed' in http.get("/desk/gaps/1").text
    actions = {entry.action for entry in Audit(desk.backend.database()).entries()}
    assert "answer.added" in actions


def test_an_answer_whose_manual_changed_shows_what_changed_and_is_put_right(
    http: httpx.Client, desk: CuratingDesk
) -> None:
    http.post("/desk/answers", data=answer_form(approve="1"))
    assert "stands</span>" in http.get("/desk/answers/1").text
    write(desk, "lamp/en/guide.md", LAMP.replace("off before the bulb", "off and unplug it before the bulb"))
    assert "1 need review" in http.get("/desk/answers").text
    page = http.get("/desk/answers/1").text
    assert "needs review" in page
    assert re.search(r'<ins class="added">[^<]*unplug', page)
    assert ask(http, desk, "How is the bulb of the lamp changed?")["source"] == "quotes"
    refused = http.post("/desk/answers", data=answer_form(number="1", approve="1"))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "does not say" in refused.text
    assert "Off first. [1]" in refused.text
    words = "Turn the lamp off and unplug it before the bulb is changed."
    assert http.post("/desk/answers", data=answer_form(number="1", approve="1", quote_words=words)).is_redirect
    history = http.get("/desk/answers/1").text
    assert [done in history for done in ("<strong>added", "<strong>changed", "<strong>approved")] == [True] * 3


def test_quotes_are_picked_from_what_is_found_without_a_script(http: httpx.Client) -> None:
    sent = answer_form(quote_document="", quote_words="", answer="", find="change the bulb of the lamp")
    found = http.post("/desk/answers/form", data=sent).text
    picks = re.findall(r'name="pick" value="([^"]+)"', found)
    sentence = next(pick for pick in picks if "bulb holds" in pick).replace("&#9;", "\t")
    picked = http.post("/desk/answers/form", data={**sent, "pick": sentence}).text
    assert 'value="lamp/en/guide.md"' in picked
    assert ">The bulb holds 5 watts. [1]</textarea>" in picked
    taken_out = http.post("/desk/answers/form", data={**answer_form(), "remove": "0"}).text
    assert "Turn the lamp off before" not in taken_out


def test_a_draft_is_given_to_nobody_until_it_is_approved(http: httpx.Client, desk: CuratingDesk) -> None:
    draft(desk.book, ASKED, "Close the lid.", "internal", by="Ann", note="Said on the phone.")
    page = http.get("/desk/answers/1").text
    assert "Said on the phone." in page
    assert "Ann" in page
    assert ask(http, desk, ASKED)["refused"] is True
    assert http.post("/desk/answers/1/approve").headers["Location"].endswith("done=closed")
    assert ask(http, desk, ASKED)["source"] == "curated"
    http.post("/desk/answers/1/delete")
    assert http.get("/desk/answers/1").status_code == HTTPStatus.NOT_FOUND
    assert ask(http, desk, ASKED)["refused"] is True


def test_customers_and_staff_have_gaps_of_their_own(http: httpx.Client, desk: CuratingDesk) -> None:
    customer = {"Authorization": f"Bearer {desk.key(Role.CUSTOMER)}"}
    ask(http, desk, ASKED)
    ask(http, desk, ASKED, **customer)
    rows = re.findall(r'<tr>\s*<th scope="row".*?</tr>', http.get("/desk/gaps").text, re.DOTALL)
    assert sorted("public</span>" in row for row in rows) == [False, True]


def test_a_dismissed_gap_says_who_and_why(http: httpx.Client, desk: CuratingDesk) -> None:
    ask(http, desk, ASKED)
    http.post("/desk/gaps/1/state", data={"state": "dismissed", "reason": "We sell no mixers."})
    assert "We sell no mixers." in http.get("/desk/gaps/1").text
    assert ASKED in http.get("/desk/gaps?state=dismissed").text
    assert http.post("/desk/gaps/1/state", data={"state": "lost"}).status_code == HTTPStatus.BAD_REQUEST
    assert http.get("/desk/gaps/99").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("number", ["99", "0", "-1", "x", str(2**31), "9" * 30, "9" * 5000])
def test_a_number_that_nothing_has_is_not_found(http: httpx.Client, number: str) -> None:
    label = {"name": "Mixers"}
    seen = [http.get(f"/desk/{place}/{number}") for place in ("gaps", "answers", "runs")]
    changed = [
        http.post(f"/desk/labels/{number}", data=label),
        http.post(f"/desk/labels/{number}/delete"),
        http.post(f"/desk/gaps/{number}/state", data={"state": "open"}),
        http.post(f"/desk/answers/{number}/approve"),
    ]
    assert {reply.status_code for reply in (*seen, *changed)} == {HTTPStatus.NOT_FOUND}


def test_a_form_that_names_a_number_that_nothing_has_changes_nothing(http: httpx.Client, desk: CuratingDesk) -> None:
    assert http.get(f"/desk/answers/new?gap={'9' * 30}").status_code == HTTPStatus.NOT_FOUND
    for field in ("number", "gap"):
        assert http.post("/desk/answers", data=answer_form(**{field: "9" * 30})).status_code == HTTPStatus.NOT_FOUND
    assert desk.book.all() == ()


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.AGENT])
def test_others_than_editors_see_and_change_nothing(http: httpx.Client, desk: CuratingDesk, role: Role) -> None:
    ask(http, desk, ASKED)
    http.post("/desk/answers", data=answer_form(approve="1"))
    who = {"Authorization": f"Bearer {desk.key(role)}"}
    for path in PAGES:
        reply = http.get(path, headers=who)
        assert (path, reply.status_code) == (path, HTTPStatus.FORBIDDEN)
        assert "lamp/en/guide.md" not in reply.text
    for path in CHANGES:
        data = {"state": "closed", "kind": "category", "name": "x"}
        assert (path, http.post(path, data=data, headers=who).status_code) == (path, HTTPStatus.FORBIDDEN)
    assert desk.backend.notes.gaps.get(1).state == "open"
    assert len(desk.book.all()) == 1


def test_another_site_changes_nothing(http: httpx.Client, desk: CuratingDesk) -> None:
    ask(http, desk, ASKED)
    for path in CHANGES:
        reply = http.post(path, data={"state": "closed"}, headers={"Origin": "https://evil.example"})
        assert (path, reply.status_code) == (path, HTTPStatus.FORBIDDEN)


def test_nothing_that_was_typed_runs(http: httpx.Client, desk: CuratingDesk) -> None:
    ask(http, desk, f"What does E47 mean? {SCRIPT}")
    http.post("/desk/answers", data=answer_form(answer=f"{SCRIPT} [1]", questions=f"How is {SCRIPT} changed here?"))
    http.post(
        "/desk/labels", data={"kind": "category", "name": SCRIPT, "words": f'"><img src=x onerror=alert(1)>\n{SCRIPT}'}
    )
    write(desk, "script/en/guide.md", manual("Script", 1, s0=f"The {SCRIPT} kettle resets."))
    for path in (*PAGES, f"/desk/search?q={SCRIPT}&document={SCRIPT}&product={SCRIPT}", f"/desk/gaps?q={SCRIPT}"):
        reply = http.get(path)
        assert reply.status_code == HTTPStatus.OK, path
        assert SCRIPT not in reply.text, path
        assert "<img src=x" not in reply.text, path
        assert "unsafe-inline" not in reply.headers["Content-Security-Policy"]


def test_the_search_test_shows_what_these_readers_get_and_why(http: httpx.Client) -> None:
    address = "/desk/search?q=At+how+many+degrees+does+the+valve+of+the+kettle+open%3F"
    staff, public = http.get(address).text, http.get(f"{address}&who=public").text
    assert CANARY in staff
    assert CANARY not in public
    assert "kettle/en/guide.md" in public
    lamp_only = http.get(f"{address}&only=lamp&document=kettle").text
    assert CANARY not in lamp_only
    assert "these readers may not see it" in lamp_only
    for told in ("confidence", "candidates", "By meaning"):
        assert told in staff
    assert http.get(f"/desk/search?q={'x' * 2001}").status_code == HTTPStatus.BAD_REQUEST


def test_usage_and_labels_in_chinese(http: httpx.Client, desk: CuratingDesk) -> None:
    ask(http, desk, ASKED)
    ask(http, desk, "How do I reset the kettle?")
    http.post("/desk/labels", data={"kind": "category", "name": "Reset", "words": "reset, 恢复"})
    chinese = {"Accept-Language": "zh-CN"}
    usage = http.get("/desk/usage?days=7", headers=chinese).text
    assert "<dt>问题</dt><dd>2</dd>" in usage
    assert "50 %" in usage
    assert usage.count('<svg class="chart" role="img"') == 5
    assert "<strong>Reset</strong>" in http.get("/desk/labels?q=怎么恢复", headers=chinese).text
