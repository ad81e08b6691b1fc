"""Passwords: what is too weak, how hashes are checked, and which ones are made better."""

import bcrypt
import pytest

from farthing.auth.errors import PasswordWeak
from farthing.auth.passwords import Passwords, check_strength

RIGHT = "correct-horse-battery"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords(rounds=1, memory_kib=64)


@pytest.mark.parametrize(
    ("password", "names"),
    [
        ("password123", ()),
        ("Password123", ()),
        ("aaaaaaaaaaaa", ()),
        ("abababababab", ()),
        ("jan.kowalski", ("jan.kowalski",)),
        ("JAN.kowalski", ("jan.kowalski", None)),
        ("jankowalski", (None, "jankowalski@example.com")),
        ("jankowalski@example.com", (None, "jankowalski@example.com")),
    ],
)
def test_what_anybody_would_try_first_is_refused(password: str, names: tuple[str | None, ...]) -> None:
    with pytest.raises(PasswordWeak):
        check_strength(password, *names)


@pytest.mark.parametrize("password", [RIGHT, "zażółć gęślą", "p@ssw0rd-of-mine", "jan.kowalski.1"])
def test_a_password_of_ones_own_is_accepted(password: str) -> None:
    check_strength(password, "jan.kowalski", None)


async def test_a_hash_is_argon2id_and_opens_only_for_its_password(passwords: Passwords) -> None:
    stored = await passwords.hash(RIGHT)
    assert stored.startswith("$argon2id$")
    assert RIGHT not in stored
    assert await passwords.verify(RIGHT, stored) == (True, None)
    assert await passwords.verify(RIGHT + " ", stored) == (False, None)


async def test_the_same_password_is_never_hashed_alike(passwords: Passwords) -> None:
    assert await passwords.hash(RIGHT) != await passwords.hash(RIGHT)


async def test_nobody_has_any_password(passwords: Passwords) -> None:
    assert await passwords.verify("the password of nobody", None) == (False, None)


async def test_a_bcrypt_hash_is_checked_and_made_better(passwords: Passwords) -> None:
    stored = bcrypt.hashpw(RIGHT.encode(), bcrypt.gensalt(4)).decode()
    right, better = await passwords.verify(RIGHT, stored)
    assert right
    assert better is not None
    assert better.startswith("$argon2id$")
    assert await passwords.verify(RIGHT, better) == (True, None)
    assert await passwords.verify("wrong", stored) == (False, None)


async def test_bcrypt_never_sees_more_than_it_compares(passwords: Passwords) -> None:
    stored = bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4)).decode()
    assert await passwords.verify("x" * 72 + "and more", stored) == (False, None)


async def test_a_cheaper_hash_is_made_better() -> None:
    stored = await Passwords(rounds=1, memory_kib=64).hash(RIGHT)
    right, better = await Passwords(rounds=2, memory_kib=64).verify(RIGHT, stored)
    assert right
    assert better is not None
    assert "t=2" in better


@pytest.mark.parametrize("stored", ["", "plain text", "$argon2id$broken", "$2b$12$broken"])
async def test_a_hash_that_is_none_opens_for_nobody(passwords: Passwords, stored: str) -> None:
    right, _ = await passwords.verify(RIGHT, stored)
    assert not right


async def test_nobodys_hash_costs_what_everybodys_does() -> None:
    passwords = Passwords(rounds=2, memory_kib=128)
    stored = await passwords.hash(RIGHT)
    assert passwords._nobodys_hash.split("$")[:4] == stored.split("$")[:4]
