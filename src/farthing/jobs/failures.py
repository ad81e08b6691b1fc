"""Failures as values, for the parts of the runner that must outlive whatever they run."""

from collections.abc import Awaitable
from typing import Any, TypeVar

from farthing.kernel.errors import FarthingError

Result = TypeVar("Result")


async def caught(work: Awaitable[Result]) -> Result | Exception:
    """What came of it, failure included: the only place of this room that takes whatever is thrown."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001  handlers may throw anything, and no job may take the runner down
        return error


def reason(failure: Exception) -> dict[str, Any]:
    """What the log says of it: our own failures in their words, others with their trace."""
    return {"reason": failure.detail} if isinstance(failure, FarthingError) else {"exc_info": failure}
