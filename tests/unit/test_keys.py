"""API keys: shown once, kept as a hash, ended at once, and never wider than their role."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.audience import Audience
from ingest.errors import SettingError
from serving.keys import HERE, Caller, Forbidden, KeyRefused, Role, parts_of
from serving.keys_store import KeyStore


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "home")


def test_a_key_opens_what_it_was_made_for(store: KeyStore) -> None:
    text, made = store.create("web  shop", Role.AGENT, products=("Kettle", "Kettle", "Lamp"))
    caller = store.verify(text)
    assert caller == Caller(role=Role.AGENT, audience=Audience.INTERNAL, products=("Kettle", "Lamp"), name=made.number)
    assert made.label == "web shop"
    assert store.any_active()


def test_only_a_hash_is_kept_and_only_for_the_owner(store: KeyStore) -> None:
    text, _made = store.create("shop", Role.CUSTOMER)
    secret = (parts_of(text) or ("", ""))[1]
    assert len(secret) >= 40
    assert secret.encode() not in store.path.read_bytes()
    assert store.path.stat().st_mode & 0o077 == 0
    assert secret not in repr(store.all())


def test_what_is_no_valid_key_is_refused_in_the_same_words(store: KeyStore) -> None:
    text, made = store.create("shop", Role.CUSTOMER)
    revoked, gone = store.create("old shop", Role.CUSTOMER)
    store.revoke(gone.number)
    wrong = f"mdk_{made.number}_{'x' * 43}"
    words = set()
    for written in ("", "mdk", "mdk__", text[:-1], text + "x", wrong, revoked, "Ü" * 50, "x" * 10_000, "mdk_\0_y"):
        with pytest.raises(KeyRefused) as refused:
            store.verify(written)
        words.add((refused.value.message, refused.value.hint))
    assert len(words) == 1
    assert store.verify(text).role is Role.CUSTOMER


def test_a_key_ends_when_it_expires(store: KeyStore) -> None:
    text, made = store.create("guest", Role.AGENT, days=1)
    assert store.verify(text)
    late = datetime.now(UTC) + timedelta(days=1, seconds=1)
    assert made.state(late.isoformat(timespec="seconds")) == "expired"
    assert made.state(made.created_at) == "active"


def test_a_store_without_keys_opens_nothing(store: KeyStore) -> None:
    assert not store.any_active()
    assert store.all() == []
    with pytest.raises(KeyRefused):
        store.verify("mdk_0_0")
    assert not store.path.exists()
    with pytest.raises(SettingError, match="no key"):
        store.revoke("none")
    text, made = store.create("only", Role.ADMIN)
    store.revoke(made.number)
    assert not store.any_active()
    with pytest.raises(KeyRefused):
        store.verify(text)


def test_last_use_is_noted(store: KeyStore) -> None:
    text, made = store.create("shop", Role.CUSTOMER)
    assert made.last_used_at == ""
    store.verify(text)
    assert store.all()[0].last_used_at


def test_a_customer_reads_public_manuals_whatever_is_asked_for(store: KeyStore) -> None:
    with pytest.raises(SettingError, match="public"):
        store.create("shop", Role.CUSTOMER, audience=Audience.INTERNAL)
    text, _made = store.create("shop", Role.CUSTOMER)
    assert store.verify(text).scope.audience is Audience.PUBLIC


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_who_changes_manuals_reads_all_of_them(store: KeyStore, role: Role) -> None:
    with pytest.raises(SettingError):
        store.create("editor", role, products=("Kettle",))
    with pytest.raises(SettingError):
        store.create("editor", role, audience=Audience.PUBLIC)
    assert store.create("editor", role)[1].audience is Audience.INTERNAL


@pytest.mark.parametrize("label", ["", "  ", "a\0b", "x" * 201, "\udc80"])
def test_a_label_says_something(store: KeyStore, label: str) -> None:
    with pytest.raises(SettingError):
        store.create(label, Role.AGENT)


def test_roles_cover_the_ones_before_them() -> None:
    order = list(Role)
    for place, role in enumerate(order):
        assert [role.covers(other) for other in order] == [other in order[: place + 1] for other in order]
    HERE.require(Role.EDITOR, "This")
    with pytest.raises(Forbidden, match="editor"):
        Caller(role=Role.AGENT, audience=Audience.INTERNAL).require(Role.EDITOR, "Uploading")


def test_a_product_that_is_not_allowed_is_like_one_that_is_not_there() -> None:
    caller = Caller(role=Role.AGENT, audience=Audience.INTERNAL, products=("Kettle",))
    assert caller.narrowed("Kettle").products == ("Kettle",)
    assert caller.narrowed("Lamp").products == ()
    assert caller.narrowed("").products == ("Kettle",)
    assert HERE.narrowed("Lamp").products == ("Lamp",)
    assert HERE.narrowed(None).products is None
