"""Sealing: what opens, what does not, and what a rotation leaves as it was."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.infra.crypto import (
    KeyRing,
    KeyUnknown,
    Sealed,
    Tampered,
    decode_key,
    decrypt,
    derive_key,
    encrypt,
    keyed_token,
    new_key,
    same,
)

OLD, NEW, OTHER = new_key(), new_key(), new_key()


@given(st.text(), st.text())
def test_what_is_sealed_opens_in_its_own_context(value: str, context: str) -> None:
    ring = KeyRing([OLD])
    assert ring.open(ring.seal(value, context), context) == value


@given(st.text(), st.text())
def test_nothing_opens_in_another_context(context: str, elsewhere: str) -> None:
    ring = KeyRing([OLD])
    sealed = ring.seal("value", context)
    if context != elsewhere:
        with pytest.raises(Tampered):
            ring.open(sealed, elsewhere)


@given(st.binary(), st.data())
def test_a_changed_bit_is_noticed(plain: bytes, data: st.DataObject) -> None:
    key = decode_key(OLD)
    sealed = bytearray(encrypt(key, plain, "here"))
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << at % 8
    with pytest.raises(Tampered):
        decrypt(key, bytes(sealed), "here")


@pytest.mark.parametrize("length", [0, 1, 11, 12, 27])
def test_a_sealed_value_cut_short_is_noticed(length: int) -> None:
    key = decode_key(OLD)
    with pytest.raises(Tampered):
        decrypt(key, encrypt(key, b"", "here")[:length], "here")


def test_the_same_value_is_sealed_differently_every_time() -> None:
    ring = KeyRing([OLD])
    one, other = ring.seal("value", "here"), ring.seal("value", "here")
    assert one.ciphertext != other.ciphertext
    assert one.wrapped_key != other.wrapped_key
    assert b"value" not in one.ciphertext


def test_two_values_cannot_exchange_their_data_keys() -> None:
    ring = KeyRing([OLD])
    one, other = ring.seal("one", "here"), ring.seal("other", "here")
    with pytest.raises(Tampered):
        ring.open(Sealed(one.key_id, other.wrapped_key, one.ciphertext), "here")


def test_the_first_key_seals_and_all_of_them_open() -> None:
    before = KeyRing([OLD]).seal("value", "here")
    ring = KeyRing([NEW, OLD])
    assert ring.open(before, "here") == "value"
    assert ring.seal("value", "here").key_id == KeyRing([NEW]).primary_id


def test_rewrapping_leaves_the_sealed_value_alone() -> None:
    before = KeyRing([OLD]).seal("value", "here")
    after = KeyRing([NEW, OLD]).rewrap(before, "here")
    assert after.ciphertext == before.ciphertext
    assert KeyRing([NEW]).open(after, "here") == "value"
    with pytest.raises(KeyUnknown):
        KeyRing([OLD]).open(after, "here")


def test_an_unknown_key_is_looked_for_once_more() -> None:
    kept = [OLD]
    ring = KeyRing(kept, lambda: kept)
    kept[:] = [NEW, OLD]
    assert ring.open(KeyRing([NEW]).seal("value", "here"), "here") == "value"


def test_a_ring_seals_with_the_key_of_today() -> None:
    kept = [OLD]
    ring = KeyRing(kept, lambda: kept)
    kept[:] = [NEW, OLD]
    assert ring.seal("value", "here").key_id == KeyRing([NEW]).primary_id


def test_a_key_that_nobody_has_says_what_to_do() -> None:
    with pytest.raises(KeyUnknown, match="SECRETS_KEY"):
        KeyRing([OTHER]).open(KeyRing([OLD]).seal("value", "here"), "here")


def test_a_ring_without_keys_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        KeyRing([])


@given(st.binary(min_size=32, max_size=32))
def test_a_key_is_read_from_either_base64(raw: bytes) -> None:
    assert decode_key(base64.b64encode(raw).decode()) == raw
    assert decode_key(base64.urlsafe_b64encode(raw).decode()) == raw


@pytest.mark.parametrize("key", ["", "short", "ż" * 44, base64.b64encode(b"x" * 31).decode(), "a" * 45])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"base64|bytes instead of 32"):
        decode_key(key)


def test_each_purpose_has_a_key_of_its_own() -> None:
    purposes = ("access", "refresh", "link", "device", "replay", "database-roles")
    assert len({derive_key("secret", purpose) for purpose in purposes}) == len(purposes)
    assert derive_key("secret", "access") == derive_key("secret", "access")
    assert derive_key("secret", "access") != derive_key("another", "access")
    assert len(derive_key("secret", "access", 64)) == 64


def test_a_keyed_token_is_safe_in_an_address() -> None:
    token = keyed_token(b"key", "message")
    assert token == keyed_token(b"key", "message") != keyed_token(b"key", "other")
    assert token.replace("-", "").replace("_", "").isalnum()


@given(st.text(), st.text())
def test_comparing_is_comparing(left: str, right: str) -> None:
    assert same(left, right) == (left == right)
