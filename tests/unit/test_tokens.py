"""Tokens: each kind has a key of its own, and a door that only it opens."""

from datetime import timedelta
from uuid import UUID, uuid4

import jwt
import pytest

from fakes.clock import TestClock
from farthing.auth.errors import TokenInvalid
from farthing.auth.tokens import AccessClaims, Tokens
from farthing.infra.crypto import derive_key

SECRET = "a secret key for tests, of sufficient length"
HOUR = timedelta(hours=1)
tokens = Tokens(SECRET)
claims = AccessClaims(uuid4(), uuid4(), uuid4())


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("workspace_id", [uuid4(), None])
def test_an_access_token_says_what_was_put_in(clock: TestClock, algorithm: str, workspace_id: UUID | None) -> None:
    ours = Tokens(SECRET, algorithm)
    put_in = AccessClaims(uuid4(), uuid4(), workspace_id)
    token = ours.issue_access(put_in, clock(), HOUR)
    assert ours.read_access(token, clock()) == put_in
    assert ours.is_ours(token)


def test_an_access_token_ends_to_the_second(clock: TestClock) -> None:
    token = tokens.issue_access(claims, clock(), HOUR)
    clock.advance(minutes=59, seconds=59)
    assert tokens.read_access(token, clock()) == claims
    clock.advance(seconds=1)
    with pytest.raises(TokenInvalid):
        tokens.read_access(token, clock())


def test_another_secret_key_signs_for_nobody_here(clock: TestClock) -> None:
    token = Tokens("another secret key, of sufficient length").issue_access(claims, clock(), HOUR)
    with pytest.raises(TokenInvalid):
        tokens.read_access(token, clock())


@pytest.mark.parametrize("key", [SECRET, derive_key(SECRET, "refresh", 64), derive_key(SECRET, "access", 32)])
def test_no_other_key_of_ours_signs_access_tokens(clock: TestClock, key: str | bytes) -> None:
    body = {"sub": str(uuid4()), "sid": str(uuid4()), "exp": clock() + HOUR}
    token = jwt.encode(body, key, "HS256", headers={"kid": "farthing"})
    with pytest.raises(TokenInvalid):
        tokens.read_access(token, clock())


def test_an_unsigned_token_is_refused(clock: TestClock) -> None:
    body = {"sub": str(uuid4()), "sid": str(uuid4()), "exp": clock() + HOUR}
    token = jwt.encode(body, "", "none", headers={"kid": "farthing"})
    with pytest.raises(TokenInvalid):
        tokens.read_access(token, clock())


@pytest.mark.parametrize(
    "changed",
    [{"sub": "nobody"}, {"sid": 7}, {"wid": "elsewhere"}, {"exp": "soon"}, {"sub": None}, {"sid": ""}],
)
def test_a_token_with_nonsense_in_it_is_refused(clock: TestClock, changed: dict[str, object]) -> None:
    body = {"sub": str(uuid4()), "sid": str(uuid4()), "exp": clock() + HOUR} | changed
    token = jwt.encode(body, derive_key(SECRET, "access", 64), "HS256", headers={"kid": "farthing"})
    with pytest.raises(TokenInvalid):
        tokens.read_access(token, clock())


@pytest.mark.parametrize("missing", ["sub", "sid", "exp"])
def test_a_token_that_lacks_something_is_refused(clock: TestClock, missing: str) -> None:
    body = {"sub": str(uuid4()), "sid": str(uuid4()), "exp": clock() + HOUR}
    del body[missing]
    token = jwt.encode(body, derive_key(SECRET, "access", 64), "HS256", headers={"kid": "farthing"})
    with pytest.raises(TokenInvalid):
        tokens.read_access(token, clock())


def test_who_is_ours_is_told_by_the_key_id_and_not_by_hope(clock: TestClock) -> None:
    foreign = jwt.encode({"sub": "x", "exp": clock() + HOUR}, "f" * 32, "HS256")
    assert not tokens.is_ours(foreign)
    with pytest.raises(TokenInvalid):
        tokens.is_ours("not a token")


def test_two_tabs_that_exchange_the_same_refresh_token_get_the_same_next() -> None:
    first = tokens.first_refresh()
    assert tokens.next_refresh(first) == tokens.next_refresh(first) != first
    assert tokens.next_refresh(first) != Tokens("another secret key, of sufficient length").next_refresh(first)
    assert tokens.first_refresh() != first


def test_a_link_belongs_to_its_row_and_its_purpose() -> None:
    row = uuid4()
    assert tokens.link("invite", row) == tokens.link("invite", row)
    assert len({tokens.link("invite", row), tokens.link("set-password", row), tokens.link("invite", uuid4())}) == 3


def test_a_device_is_known_to_its_person_only() -> None:
    person = uuid4()
    mark = tokens.mark_device(person)
    assert tokens.device_of(mark, person) == mark.split(".")[1]
    assert tokens.device_of(mark, uuid4()) is None
    assert tokens.mark_device(person) != mark


@pytest.mark.parametrize("mark", [None, "", "a.b", "a.b.c", "....", "ż.ż.ż"])
def test_a_mark_that_we_never_made_is_no_device(mark: str | None) -> None:
    assert tokens.device_of(mark, uuid4()) is None


def test_a_forged_mark_is_no_device() -> None:
    person = uuid4()
    body, _, seal = tokens.mark_device(person).rpartition(".")
    assert tokens.device_of(f"{body}x.{seal}", person) is None
    assert tokens.device_of(f"{person.hex}.{uuid4().hex}.{seal}", person) is None
