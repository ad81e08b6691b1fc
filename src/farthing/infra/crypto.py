"""The only room that knows cryptography: sealing secrets, deriving keys, comparing digests."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from farthing.kernel.errors import FarthingError

_NONCE_BYTES = 12
KEY_BYTES = 32


class KeyUnknown(FarthingError):
    """The key that sealed this secret is not in SECRETS_KEY. Add the old key behind the new one, after a comma."""


class Tampered(FarthingError):
    """A sealed value does not open: it was altered, moved to another row, or sealed with another key."""


def derive_key(secret: str, purpose: str, length: int = KEY_BYTES) -> bytes:
    """A key of its own for each purpose, so that what one key signs no other key accepts."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=f"farthing/{purpose}".encode())
    return kdf.derive(secret.encode())


def random_token() -> str:
    return secrets.token_urlsafe(32)


def new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def keyed_token(key: bytes, message: str) -> str:
    """A token that only the holder of the key can foretell."""
    return base64.urlsafe_b64encode(hmac.digest(key, message.encode(), "sha256")).decode().rstrip("=")


def keyed_digest(key: str, message: bytes) -> str:
    """HMAC-SHA256 in hexadecimal digits, as other systems sign their messages."""
    return hmac.digest(key.encode(), message, "sha256").hex()


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value under a data key of its own, and that data key under one of the ring's."""

    key_id: str
    wrapped_key: bytes
    ciphertext: bytes


class KeyRing:
    """The keys that wrap data keys: the first one seals, all of them open."""

    def __init__(self, keys: Sequence[str], read_again: Callable[[], Sequence[str]] | None = None) -> None:
        """`read_again` is asked before sealing and when a key is unknown: another process may have rotated them."""
        self._read_again = read_again
        self._take(keys)

    def _take(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a key ring needs a key")
        raw = [decode_key(key) for key in keys]
        self._keys = {hashlib.sha256(key).hexdigest()[:16]: key for key in raw}
        self.primary_id = next(iter(self._keys))

    def seal(self, value: str, context: str) -> Sealed:
        """Under today's primary key: what is sealed under a key that was rotated away twice would open no more."""
        self._refresh()
        data_key = AESGCM.generate_key(256)
        return Sealed(
            self.primary_id,
            encrypt(self._keys[self.primary_id], data_key, context),
            encrypt(data_key, value.encode(), context),
        )

    def open(self, sealed: Sealed, context: str) -> str:
        return decrypt(self._data_key(sealed, context), sealed.ciphertext, context).decode()

    def rewrap(self, sealed: Sealed, context: str) -> Sealed:
        """The same value under the primary key; the value itself is not decrypted."""
        wrapped = encrypt(self._keys[self.primary_id], self._data_key(sealed, context), context)
        return Sealed(self.primary_id, wrapped, sealed.ciphertext)

    def _refresh(self) -> None:
        if self._read_again and (keys := self._read_again()):
            self._take(keys)

    def _data_key(self, sealed: Sealed, context: str) -> bytes:
        if sealed.key_id not in self._keys:
            self._refresh()
        if sealed.key_id not in self._keys:
            raise KeyUnknown
        return decrypt(self._keys[sealed.key_id], sealed.wrapped_key, context)


def decode_key(key: str) -> bytes:
    """Thirty-two bytes from base64, or a ValueError that says so."""
    try:
        raw = base64.urlsafe_b64decode(key.strip().replace("+", "-").replace("/", "_"))
    except ValueError as error:
        raise ValueError("not base64") from error
    if len(raw) != KEY_BYTES:
        raise ValueError(f"{len(raw)} bytes instead of {KEY_BYTES}")
    return raw


def encrypt(key: bytes, plain: bytes, context: str) -> bytes:
    """Seal bytes, bound to a context without which they do not open."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def decrypt(key: bytes, sealed: bytes, context: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise Tampered from error
