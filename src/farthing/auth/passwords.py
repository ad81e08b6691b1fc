"""Passwords: which ones are accepted, and how they are kept."""

import asyncio

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from farthing.auth.errors import PasswordWeak

MIN_LENGTH = 8
MAX_LENGTH = 255
_BCRYPT_BYTES_MAX = 72
_LANES = 4
_COMMON = frozenset(
    (  # noqa: SIM905  words read better than a column of quotes
        "password password1 password12 password123 passw0rd 12345678 123456789 1234567890 qwertyui qwertyuiop "
        "qwerty123 1q2w3e4r 1qaz2wsx iloveyou sunshine princess football baseball welcome1 letmein1 admin123 "
        "administrator trustno1 superman starwars dragon123 monkey123 abc12345 abcd1234 changeme whatever computer "
        "internet michelle"
    ).split()
)


def check_strength(password: str, *names: str | None) -> None:
    """Refuse what anybody would try first."""
    folded = password.casefold()
    own = {name.casefold() for name in names if name} | {name.split("@")[0].casefold() for name in names if name}
    if folded in _COMMON or folded in own or len(set(folded)) < 3:  # noqa: PLR2004  two letters are one pattern
        raise PasswordWeak


class Passwords:
    """Argon2id, slow on purpose: in threads, two at a time, so that guessing cannot starve everybody else."""

    def __init__(self, *, rounds: int = 3, memory_kib: int = 65_536) -> None:
        argon2 = Argon2Hasher(time_cost=rounds, memory_cost=memory_kib, parallelism=_LANES)
        self._hasher = PasswordHash((argon2, BcryptHasher()))
        self._nobodys_hash = f"$argon2id$v=19$m={memory_kib},t={rounds},p={_LANES}${'A' * 22}${'A' * 43}"
        self._seats = asyncio.Semaphore(2)

    async def hash(self, password: str) -> str:
        async with self._seats:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Whether it is right, and a better hash to keep where the old one is out of date.

        Without a stored hash the same time is spent on nobody's.
        """
        async with self._seats:
            right, better = await asyncio.to_thread(self._verify, password, stored or self._nobodys_hash)
        return right and stored is not None, better if right else None

    def _verify(self, password: str, stored: str) -> tuple[bool, str | None]:
        if stored.startswith("$2") and len(password.encode()) > _BCRYPT_BYTES_MAX:
            return False, None
        try:
            return self._hasher.verify_and_update(password, stored)
        except UnknownHashError:
            return False, None
