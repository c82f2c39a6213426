"""An installation with canaries in everything that is not a customer's: manuals, kept answers, the desk's database.

Enters: an empty folder. Leaves: a home that can be served, and what an attacker is generously told of it: ids,
revisions and the credentials of a customer.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.audience import Audience
from ingest.index.contract import EVERYTHING, Scope
from ingest.pipeline import Job
from ingest.recorded import Place, run_recorded
from retrieval.retriever import Retriever
from serving.accounts.audit import Audit
from serving.accounts.people import People
from serving.accounts.sessions import Sessions
from serving.accounts.types import Rights
from serving.conversations.kept import answer_to_json
from serving.conversations.store import Conversations
from serving.customers.hand_over import HandOver, Said, Wish
from serving.customers.queue import HandOvers
from serving.customers.sites import Site, Sites
from serving.database.engine import Database, now
from serving.gaps.drafts import draft
from serving.gaps.labels import LabelKind, Labels
from serving.gaps.store import Gaps
from serving.keys import Role
from serving.keys_store import KeyStore
from serving.stored.answering import StoredAnswers
from serving.stored.book import CuratedBook
from serving.stored.counts import Counts
from serving.stored.lookup import Lookup
from serving.stored.shelf import FileShelf
from serving.stored.standing import Published
from serving.stored.types import CuratedAnswer
from tests.api_desk import QuestionEmbedder
from tests.desk import Desk
from tests.kept_answers import Named, QuotingModel
from tests.recording_crew import NAME
from tests.security.canaries import FIRST, INTERNAL, MANUALS, OTHER, SHOP, Page, settings_of
from ui.backend import Parts

if TYPE_CHECKING:
    from serving.stored.answering import Answering

KETTLE = ("kettle",)
CACHED = "What does the OKAPI valve of the ZEBRA-7731 do?"
"""Asked by an agent before: its answer is in the cache."""
CACHED_LAMP = "How many watts does the bulb E99 of the lamp L1 hold?"
CURATED = "What is the warranty of the HERON?"
CURATED_LAMP = "What is the warranty of the lamp L1?"
CURATED_ANYWHERE = "What is the colour of the HERON?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the attacker has."""

    key: str
    """Of a customer who reads public manuals of the kettle."""
    editor: str
    """An editor's key, which no attacker has: shows that there is something to be found."""
    cookie: str
    """Of a person who is a customer with the same rights."""
    admin: str
    """An admin's cookie, which no attacker has either."""
    site: str
    revisions: dict[str, list[str]]
    """All that a document ever had."""
    conversations: list[str]
    messages: list[str]
    numbers: list[str]
    """Of gaps, hand-overs, people, sessions, keys and the like."""


class WalledDesk:
    """Searched by terms; the model quotes the best passage that it gets, whatever it is: the worst there can be."""

    def __init__(self, folder: Path) -> None:
        # The folder's own name is one: no path of the server's may be told.
        inner = folder / f"{INTERNAL}folder"
        inner.mkdir()
        self.desk = Desk(inner)
        self.home = self.desk.home
        self.place = Place(self.desk.store, NAME, self.home, self.home)

    def publish(self, pages: tuple[Page, ...]) -> None:
        self.write(pages)
        list(run_recorded(self.place, Job(paths=(self.desk.manuals,), allow_removals=True), crew=self.desk.crew))

    def write(self, pages: tuple[Page, ...]) -> None:
        """With a `manual.toml` in each folder."""
        for page in pages:
            file = self.desk.manuals / page.document
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(page.content)
        for folder, within in groupby(sorted(pages, key=_folder), key=_folder):
            (self.desk.manuals / folder / "manual.toml").write_text(settings_of(tuple(within)))

    def revisions(self) -> dict[str, str]:
        return {known.document: known.revision for known in self.desk.store.open().documents(EVERYTHING)}

    def retriever(self) -> Retriever:
        return Retriever(self.desk.store.open(), QuestionEmbedder())  # type: ignore[arg-type]

    def assistant(self) -> "Answering":
        retriever, counts = self.retriever(), Counts()
        lookup = Lookup(retriever, CuratedBook(self.home), FileShelf(self.home), Published(retriever.index), counts)
        return StoredAnswers(QuotingModel(retriever), lookup, Named(), counts)  # type: ignore[arg-type]

    def parts(self) -> Parts:
        async def model_name() -> str:
            return "quoting"

        return Parts(
            home=self.home,
            build_assistant=self.assistant,
            open_index=self.desk.store.open,
            probe_model=model_name,
            build_retriever=self.retriever,
            build_place=lambda: self.place,
        )

    def fill(self) -> Told:
        """Everything, in the order in which it would come about."""
        self.publish(FIRST)
        revisions = {document: [revision] for document, revision in self.revisions().items()}
        (self.desk.manuals / "kettle/en/offer.md").unlink()
        self.publish(MANUALS)
        for document, revision in self.revisions().items():
            revisions.setdefault(document, []).append(revision)
        self._keep_answers()
        database = Database(self.home)
        conversations, messages = _conversations(database, self.assistant())
        site, numbers = _customers(database, conversations)
        numbers += _desk(database)
        keys = KeyStore(self.home)
        people = People(database)
        customer = people.add("carl", Rights(Role.CUSTOMER, products=KETTLE))
        cookie = Sessions(database).start(customer)[0]
        admin = people.add("ada", Rights(Role.ADMIN))
        told = Told(
            key=keys.create("shop", Role.CUSTOMER, products=KETTLE)[0],
            editor=keys.create(f"{INTERNAL}label", Role.EDITOR)[0],
            cookie=cookie,
            admin=Sessions(database).start(admin)[0],
            site=site,
            revisions=revisions,
            conversations=conversations,
            messages=messages,
            numbers=numbers,
        )
        database.close()
        return told

    def _keep_answers(self) -> None:
        answers = self.assistant()
        lamp = Scope(audience=Audience.PUBLIC, products=("lamp",))
        for scope in (EVERYTHING, lamp):
            for question in (CACHED, CACHED_LAMP):
                answers.ask(question, scope=scope)
        book = CuratedBook(self.home)
        public, internal = (Audience.PUBLIC,), (Audience.INTERNAL,)
        book.add(_curated(CURATED, f"The HERON has {INTERNAL}warranty years.", internal), by=f"{INTERNAL}editor")
        book.add(_curated(CURATED_ANYWHERE, f"It is {INTERNAL}blue.", internal, product="kettle"))
        book.add(_curated(CURATED_LAMP, f"The lamp has {OTHER}warranty years.", public, product="lamp"))
        draft(book, CURATED, f"The HERON has {INTERNAL}draft years.", note=f"{INTERNAL}note", by=f"{INTERNAL}agent")
        draft(book, CURATED_LAMP, f"The lamp {OTHER}draft.", Audience.PUBLIC, product="lamp", by=f"{INTERNAL}agent")
        book.close()


def _folder(page: Page) -> str:
    return page.document.rsplit("/", 1)[0]


def _curated(question: str, answer: str, audiences: tuple[Audience, ...], *, product: str = "") -> CuratedAnswer:
    return CuratedAnswer(questions=(question,), answer=answer, language="en", audiences=audiences, product=product)


def _conversations(database: Database, answers: "Answering") -> tuple[list[str], list[str]]:
    """An agent's, another visitor's of the same site, and one of a key; each answered with everything."""
    kept, conversations, messages = Conversations(database), [], []
    for owner, channel in (
        ("agent-1", "chat"),
        ("site shop somebody-else", "widget"),
        ("key 99", "api"),
        ("here", "chat"),
    ):
        conversation = kept.begin(owner, channel, "en")
        answer = answers.ask(CACHED, scope=EVERYTHING)
        messages.append(kept.add(conversation, "user", f"About ZEBRA-7731 {INTERNAL}asked", owner=owner))
        messages.append(
            kept.add(conversation, "assistant", answer.answer, answer_to_json(answer, explain=True), owner=owner)
        )
        kept.rate(messages[-1], owner, -1, "wrong", f"{INTERNAL}comment")
        conversations.append(conversation)
    return conversations, messages


def _customers(database: Database, conversations: list[str]) -> tuple[str, list[str]]:
    """The attacker's site, another one, and what another visitor handed over."""
    sites = Sites(database)
    shop = sites.add(Site(id="shop", name="Shop", origins=(SHOP,), products=KETTLE, daily_questions=0))
    sites.add(Site(id=f"{OTHER}-site", name=f"{OTHER}site", origins=("https://lamps.example",), products=("lamp",)))
    handed = HandOver(
        id=secrets.token_hex(16),
        site=shop.id,
        site_name=shop.name,
        created_at=now(),
        conversation=conversations[1],
        wish=Wish(contact=f"{INTERNAL}@mail.example", name=f"{INTERNAL}customer"),
        transcript=(Said(role="customer", text=f"{INTERNAL}handed", at=now()),),
    )
    HandOvers(database).put(handed, shop)
    return shop.id, [handed.id]


def _desk(database: Database) -> list[str]:
    """Gaps, labels, people, their sessions, and the log."""
    gaps = Gaps(database, lambda: None)
    gaps.note(f"What is {INTERNAL}gap?", "refused", audience="internal", product="kettle", comment=f"{INTERNAL}why")
    gaps.settle()
    Labels(database).add(LabelKind.CATEGORY, f"{INTERNAL}category", ["ZEBRA-7731"])
    people = People(database)
    agent = people.add(f"{INTERNAL}.agent", Rights(Role.AGENT), shown_name=f"{INTERNAL} Agent", email="a@example.com")
    session = Sessions(database).start(agent, browser=f"{INTERNAL}browser")[1]
    Audit(database).note(f"{INTERNAL}.agent", "site.changed", f"{INTERNAL}target", {"what": f"{INTERNAL}detail"})
    return ["1", "2", "3", agent.id, session.id]


def told_json(told: Told) -> str:
    return json.dumps(asdict(told))


def told_from(text: str) -> Told:
    return Told(**json.loads(text))
