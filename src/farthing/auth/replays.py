"""Answers kept for an Idempotency-Key, so that a client which asks twice gets one deed and two equal answers."""

from dataclasses import dataclass
from uuid import UUID

from farthing.auth.errors import ReplayMismatch, ReplayUnderWay
from farthing.auth.models import Replay
from farthing.auth.repository import Replays
from farthing.infra.crypto import decrypt, derive_key, encrypt, sha256
from farthing.infra.db import Work, unique_or
from farthing.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    status: int
    headers: dict[str, str]
    body: bytes


class ReplayKeeper:
    """Seals what it keeps, because an answer may show something once that must not lie open afterwards."""

    def __init__(self, secret_key: str, clock: Clock) -> None:
        self._key = derive_key(secret_key, "replay")
        self._clock = clock

    async def find(self, work: Work, user_id: UUID, key: str, request: str) -> KeptAnswer | None:
        kept = await Replays(work).get(_row_key(user_id, key))
        if kept is None:
            return None
        if kept.request_hash != sha256(request):
            raise ReplayMismatch
        headers = dict(kept.headers)
        return KeptAnswer(kept.status, headers, decrypt(self._key, kept.body, str(user_id)))

    async def keep(self, work: Work, user_id: UUID, key: str, request: str, answer: KeptAnswer) -> None:
        row = Replay(
            key=_row_key(user_id, key),
            user_id=user_id,
            request_hash=sha256(request),
            status=answer.status,
            headers=answer.headers,
            body=encrypt(self._key, answer.body, str(user_id)),
            created_at=self._clock(),
        )
        with unique_or(ReplayUnderWay()):
            await Replays(work).add(row)


def _row_key(user_id: UUID, key: str) -> bytes:
    return sha256(f"{user_id}/{key}")
