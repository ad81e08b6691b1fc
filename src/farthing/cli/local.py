"""The house beside the data folder: the same application that a server runs, called without one."""

import asyncio
import os
import secrets
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from farthing.bootstrap import House, addresses, build, living, migrate
from farthing.infra.telemetry import configure_logging
from farthing.kernel.errors import FarthingError
from farthing.migrations.upgrade import found_revision
from farthing.settings import Settings, ensure_secrets, load

Result = TypeVar("Result")
_OTHERS_BITS = 0o077


class NothingHere(FarthingError):
    """There is no data in this folder."""


def settings_of(data: Path | None, **overrides: Any) -> Settings:
    """Settings as the operator has them, strangers in `.env` pointed out; files made from here on are his alone."""
    os.umask(_OTHERS_BITS)
    return load(warn=lambda text: print(f"farthing: {text}", file=sys.stderr), data_dir=data, **overrides)


def in_house(data: Path | None, act: Callable[[House], Awaitable[Result]], *, may_begin: bool = True) -> Result:
    """Open the house, migrated, act in it as its operator, and close it again."""
    settings = settings_of(data)
    if not may_begin and found_revision(addresses(settings).owner) is None:
        raise NothingHere(
            f"There is no data in {settings.data_dir}. Sign in to a server with `farthing login URL`, name a folder "
            "with --data, or begin one with `farthing users bootstrap NAME`."
        )
    settings = ensure_secrets(settings)
    configure_logging("WARNING", as_json=False)
    migrate(settings)
    house = build(settings, operator_key=secrets.token_urlsafe(32))

    async def run() -> Result:
        async with living(house, with_jobs=False):
            return await act(house)

    return asyncio.run(run())
