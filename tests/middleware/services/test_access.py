"""Who may ask: API keys and Twilio-style tokens, until they end, are withdrawn or become others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from middleware.errors import NotAllowed, NotAuthenticated, StoreUnavailable
from middleware.keyed_hash import digest
from middleware.services.access import Access, new_account_sid, new_api_key, require_role
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.store.catalogue import Credential, raise_generation
from middleware.store.database import Database
from middleware.store.models import CredentialRow
from tests.builders import NOON
from tests.rows import insert_campaign, insert_credential
from tests.stopped_clock import StoppedClock

SECRET = b"the secret that tokens are derived from"
SID = "AC" + "0123456789abcdef" * 2
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(NOON)


@pytest.fixture
def access(sqlite_store: Database, clock: StoppedClock) -> Access:
    """Who asks in a process that has had its copy of the catalogue for long."""
    catalogue = CurrentCatalogue(sqlite_store)
    catalogue.get()
    return Access(catalogue, clock, SECRET)


def change(store: Database, credential_id: str, **values: object) -> None:
    """What an administrator does, in another process."""
    with store.writing() as connection:
        connection.execute(update(CredentialRow).where(CredentialRow.id == credential_id).values(**values))
        raise_generation(connection)


def insert_account(store: Database, sid: str = SID, **changes: object) -> Callable[[Access], str]:
    """A Twilio-style credential of the campaign `spring`; returns what tells its token."""
    insert_campaign(store)
    twilio: dict[str, object] = {"kind": "twilio", "account_sid": sid, "campaign_id": "spring", "secret_hash": None}
    insert_credential(store, "account", "dialer", controller_id="acme", **(twilio | changes))
    return lambda access: access.token_of(CurrentCatalogue(store).get().by_account_sid[sid])


# ---------------------------------------------------------------- API keys


@pytest.mark.parametrize("is_rechecked", [False, True])
def test_a_key_made_a_moment_ago_is_known_at_once(sqlite_store: Database, access: Access, is_rechecked: bool) -> None:
    key = insert_credential(sqlite_store, "k1", "auditor", controller_id=None)

    assert access.by_api_key(key, is_rechecked=is_rechecked).id == "k1"


@pytest.mark.parametrize("is_rechecked", [False, True])
@pytest.mark.parametrize(
    "spoiled",
    [
        "{key}x",
        "x{key}",
        "{key} ",
        "",
        "rf_",
        "rf_k1",
        "rf_k1.",
        "rf_.",
        "rf_.secret-of-k1",
        "k1.secret-of-k1",
        "rf_rf_k1.secret-of-k1",
        "rf_k2.secret-of-k1",
        "rf_account.",
        "rf_K1.secret-of-k1",
        "rf_k1.sæcret",
        "rf_k1.\x00",
    ],
)
def test_nothing_but_the_very_key_opens(
    sqlite_store: Database, access: Access, spoiled: str, is_rechecked: bool
) -> None:
    key = insert_credential(sqlite_store, "k1")
    insert_account(sqlite_store)
    access.by_api_key(key)

    with pytest.raises(NotAuthenticated):
        access.by_api_key(spoiled.format(key=key), is_rechecked=is_rechecked)


def test_a_new_key_opens_and_only_its_hash_is_kept(sqlite_store: Database, access: Access) -> None:
    key, hashed = new_api_key("fresh")
    insert_credential(sqlite_store, "fresh", "caller", secret_hash=hashed)

    assert access.by_api_key(key).role == "caller"
    assert len(hashed) == 64
    assert hashed not in key
    assert new_api_key("fresh")[0] != key


def test_a_key_may_have_dots_in_its_secret(sqlite_store: Database, access: Access) -> None:
    insert_credential(sqlite_store, "k1", secret_hash=digest(b"se.cr.et"))

    assert access.by_api_key("rf_k1.se.cr.et").id == "k1"


# ---------------------------------------------------------------- Twilio-style credentials


@pytest.mark.parametrize("is_rechecked", [False, True])
def test_an_account_and_its_token_open(sqlite_store: Database, access: Access, is_rechecked: bool) -> None:
    token = insert_account(sqlite_store)(access)

    assert access.by_account(SID, token, is_rechecked=is_rechecked).campaign_id == "spring"
    assert len(token) == 32
    assert token.isalnum()  # one of Twilio's SDKs sends no other


@pytest.mark.parametrize("token", ["", "0" * 32, "sæcret", "\x00"])
@pytest.mark.parametrize("sid", [SID, SID.lower(), "AC" + "f" * 32, ""])
def test_no_other_pair_opens(sqlite_store: Database, access: Access, sid: str, token: str) -> None:
    insert_account(sqlite_store)

    with pytest.raises(NotAuthenticated):
        access.by_account(sid, token)


def test_an_api_key_has_no_token(sqlite_store: Database, access: Access) -> None:
    insert_credential(sqlite_store, "k1")
    key = CurrentCatalogue(sqlite_store).get().credentials["k1"]

    for user in ("k1", "None", ""):
        with pytest.raises(NotAuthenticated):
            access.by_account(user, access.token_of(key))


def test_tokens_differ_by_account_by_serial_and_by_secret(
    sqlite_store: Database, access: Access, clock: StoppedClock
) -> None:
    token_of = insert_account(sqlite_store)
    first = token_of(access)
    other_secret = token_of(Access(CurrentCatalogue(sqlite_store), clock, b"another"))
    change(sqlite_store, "account", token_serial=2)
    second = token_of(access)
    change(sqlite_store, "account", account_sid=new_account_sid(), token_serial=1)

    current = CurrentCatalogue(sqlite_store).get().credentials["account"]
    assert len({first, other_secret, second, access.token_of(current)}) == 4


# ---------------------------------------------------------------- until they end


@pytest.mark.parametrize("is_rechecked", [False, True])
def test_it_works_until_its_last_instant(
    sqlite_store: Database, access: Access, clock: StoppedClock, is_rechecked: bool
) -> None:
    key = insert_credential(sqlite_store, "k1", expires_at=NOON + SECOND)
    assert access.by_api_key(key, is_rechecked=is_rechecked)

    clock.move(SECOND)

    with pytest.raises(NotAuthenticated):
        access.by_api_key(key, is_rechecked=is_rechecked)


@pytest.mark.parametrize("is_rechecked", [False, True])
def test_one_that_was_prolonged_works_again_at_once(
    sqlite_store: Database, access: Access, clock: StoppedClock, is_rechecked: bool
) -> None:
    key = insert_credential(sqlite_store, "k1", expires_at=NOON)
    with pytest.raises(NotAuthenticated):
        access.by_api_key(key, is_rechecked=is_rechecked)

    change(sqlite_store, "k1", expires_at=NOON + SECOND)

    assert access.by_api_key(key, is_rechecked=is_rechecked)


def test_a_withdrawn_key_reads_nothing_any_more(sqlite_store: Database, access: Access) -> None:
    key = insert_credential(sqlite_store, "k1")
    access.by_api_key(key)

    change(sqlite_store, "k1", revoked_at=NOON)

    with pytest.raises(NotAuthenticated):
        access.by_api_key(key)


def test_a_credential_that_was_deleted_opens_nothing(sqlite_store: Database, access: Access) -> None:
    key = insert_credential(sqlite_store, "k1")
    access.by_api_key(key)

    with sqlite_store.writing() as connection:
        connection.execute(delete(CredentialRow))
        raise_generation(connection)

    with pytest.raises(NotAuthenticated):
        access.by_api_key(key)


@pytest.mark.parametrize("is_rechecked", [False, True])
def test_a_new_serial_is_a_new_token_at_once(sqlite_store: Database, access: Access, is_rechecked: bool) -> None:
    token_of = insert_account(sqlite_store)
    old = token_of(access)
    access.by_account(SID, old)

    change(sqlite_store, "account", token_serial=2)

    assert access.by_account(SID, token_of(access), is_rechecked=is_rechecked)
    with pytest.raises(NotAuthenticated):
        access.by_account(SID, old, is_rechecked=is_rechecked)


@pytest.mark.parametrize("is_rechecked", [False, True])
def test_a_new_secret_is_a_new_key_at_once(sqlite_store: Database, access: Access, is_rechecked: bool) -> None:
    old = insert_credential(sqlite_store, "k1")
    access.by_api_key(old)
    new, hashed = new_api_key("k1")

    change(sqlite_store, "k1", secret_hash=hashed)

    assert access.by_api_key(new, is_rechecked=is_rechecked)
    with pytest.raises(NotAuthenticated):
        access.by_api_key(old, is_rechecked=is_rechecked)


def test_memory_alone_serves_who_looks_again(sqlite_store: Database, access: Access) -> None:
    key = insert_credential(sqlite_store, "k1")
    access.by_api_key(key)
    with sqlite_store.writing() as connection:
        connection.execute(update(CredentialRow).values(revoked_at=NOON))  # without a word to anybody

    assert access.by_api_key(key, is_rechecked=True)


@pytest.mark.parametrize("is_rechecked", [False, True])
def test_nobody_is_let_in_on_a_guess(clock: StoppedClock, is_rechecked: bool) -> None:
    nowhere = Database("postgresql+psycopg://x@/x?host=/nowhere")

    with pytest.raises(StoreUnavailable):
        Access(CurrentCatalogue(nowhere), clock, SECRET).by_api_key("rf_k.s", is_rechecked=is_rechecked)


# ---------------------------------------------------------------- roles


def a_credential(role: str) -> Credential:
    return Credential("k", "api_key", role, None, None, None, 1, "h", "", None, None)


@pytest.mark.parametrize("role", ["dialer", "caller", "auditor", "admin"])
def test_a_role_opens_what_names_it_and_nothing_else(role: str) -> None:
    require_role(a_credential(role), "x", role)

    with pytest.raises(NotAllowed, match=f"has the role {role}"):
        require_role(a_credential(role), *({"dialer", "caller", "auditor", "admin"} - {role}))
    with pytest.raises(NotAllowed):
        require_role(a_credential(role))


def test_account_names_are_what_twilios_sdks_insist_on() -> None:
    sid = new_account_sid()

    assert sid[:2] == "AC"
    assert len(sid) == 34
    assert set(sid[2:]) <= set("0123456789abcdef")
    assert new_account_sid() != sid
