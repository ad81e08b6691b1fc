"""Our own tokens: signed access tokens, the refresh chain, one-time links, the mark of a known device.

Every kind has a key of its own, derived from the secret key, so none passes as another, nor as an outside issuer's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import jwt

from farthing.auth.errors import TokenInvalid
from farthing.infra.crypto import derive_key, keyed_token, random_token, same

_KEY_ID = "farthing"
_JWT_KEY_BYTES = 64
_DEVICE_PARTS = 3
_PROVEN_MAX = 4096


@dataclass(frozen=True, slots=True)
class AccessClaims:
    user_id: UUID
    session_id: UUID
    workspace_id: UUID | None


class Tokens:
    def __init__(self, secret_key: str, algorithm: str = "HS256") -> None:
        self._algorithm = algorithm
        self._access_key = derive_key(secret_key, "access", _JWT_KEY_BYTES)
        self._refresh_key = derive_key(secret_key, "refresh")
        self._link_key = derive_key(secret_key, "link")
        self._device_key = derive_key(secret_key, "device")
        self._proven: dict[str, tuple[AccessClaims, int]] = {}
        """What tokens say whose signature was found to be ours, and until when."""

    def issue_access(self, claims: AccessClaims, now: datetime, ttl: timedelta) -> str:
        body = {
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "wid": str(claims.workspace_id) if claims.workspace_id else None,
            "iat": now,
            "exp": now + ttl,
        }
        return jwt.encode(body, self._access_key, self._algorithm, headers={"kid": _KEY_ID})

    def read_access(self, token: str, now: datetime) -> AccessClaims:
        """What a token of ours says, if we signed it and it has not expired by our clock."""
        claims, expires_at = self._proven.get(token) or self._prove(token)
        if expires_at <= now.timestamp():
            raise TokenInvalid
        return claims

    def _prove(self, token: str) -> tuple[AccessClaims, int]:
        """A signature is looked at once: a client shows the same token with every request."""
        try:
            options: jwt.types.Options = {"require": ["sub", "sid", "exp"], "verify_exp": False, "verify_iat": False}
            body = jwt.decode(token, self._access_key, [self._algorithm], options=options)
            workspace = body.get("wid")
            claims = AccessClaims(UUID(body["sub"]), UUID(body["sid"]), UUID(workspace) if workspace else None)
            proven = claims, int(body["exp"])
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError) as error:
            raise TokenInvalid from error
        if len(self._proven) >= _PROVEN_MAX:
            self._proven.clear()
        self._proven[token] = proven
        return proven

    def is_ours(self, token: str) -> bool:
        """Whether a token claims to be ours; who claims it falsely is refused, not passed on."""
        if token in self._proven:
            return True
        try:
            return jwt.get_unverified_header(token).get("kid") == _KEY_ID
        except jwt.InvalidTokenError as error:
            raise TokenInvalid from error

    @staticmethod
    def first_refresh() -> str:
        return random_token()

    def next_refresh(self, token: str) -> str:
        """The one successor of a refresh token: two tabs that exchange the same one get the same next."""
        return keyed_token(self._refresh_key, token)

    def link(self, purpose: str, row_id: UUID) -> str:
        """A one-time token that can be made again from its row, so a mail job needs no plain copy of it."""
        return keyed_token(self._link_key, f"{purpose}/{row_id}")

    def mark_device(self, user_id: UUID) -> str:
        body = f"{user_id.hex}.{uuid4().hex}"
        return f"{body}.{keyed_token(self._device_key, body)}"

    def device_of(self, mark: str | None, user_id: UUID) -> str | None:
        """The device's own name, if this person has signed in on it before."""
        parts = (mark or "").split(".")
        if len(parts) != _DEVICE_PARTS or parts[0] != user_id.hex:
            return None
        genuine = same(keyed_token(self._device_key, f"{parts[0]}.{parts[1]}"), parts[2])
        return parts[1] if genuine else None
