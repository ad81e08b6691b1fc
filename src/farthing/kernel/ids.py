"""UUIDv7: sortable by the moment of creation, the only id that leaves the house."""

import os
import threading
import time
from uuid import UUID

from farthing.kernel.errors import NotFound

_RANDOM_BITS = 74
_lock = threading.Lock()
_last_ms = 0
_last_tail = 0


def new_id() -> UUID:
    """The next id; within one millisecond and one process ids still ascend."""
    global _last_ms, _last_tail  # noqa: PLW0603  the sequence belongs to the process
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, _last_tail = now_ms, int.from_bytes(os.urandom(10), "big") >> 7
        else:
            _last_tail += 1 + (os.urandom(1)[0] << 8)
            if _last_tail >> _RANDOM_BITS:
                _last_ms, _last_tail = _last_ms + 1, int.from_bytes(os.urandom(9), "big")
        return _assemble(_last_ms, _last_tail)


def new_ids(count: int) -> list[UUID]:
    """Many at once, ascending as if they had been made one by one."""
    return [UUID(int=number) for number in _new_numbers(count)]


def new_ids_in_bytes(count: int) -> list[bytes]:
    """The same as SQLite keeps them."""
    return [number.to_bytes(16, "big") for number in _new_numbers(count)]


def _new_numbers(count: int) -> list[int]:
    global _last_tail  # noqa: PLW0603  the sequence belongs to the process
    new_id()
    steps, found = os.urandom(2 * count), []
    with _lock:
        ms, tail = _last_ms, _last_tail
        has_room = (tail + (count << 17)) >> _RANDOM_BITS == 0
        for at in range(0, 2 * count if has_room else 0, 2):
            tail += 1 + (steps[at] << 8 | steps[at + 1])
            found.append(_number(ms, tail))
        _last_tail = tail
    return found if has_room else [new_id().int for _ in range(count)]


def _assemble(unix_ms: int, tail: int) -> UUID:
    return UUID(int=_number(unix_ms, tail))


def _number(unix_ms: int, tail: int) -> int:
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return (unix_ms & ((1 << 48) - 1)) << 80 | 7 << 76 | high << 64 | 2 << 62 | low


def parse_id(text: str) -> UUID:
    """An id as somebody wrote it; what is none names nothing that exists."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(f"{text!r} is not an id.") from error
