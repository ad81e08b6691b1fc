"""Demos, for the operator."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from farthing.bootstrap import House

app = typer.Typer(help="Demos: start one, remove those that are over.", no_args_is_help=True, rich_markup_mode=None)
Data = Annotated[Path | None, typer.Option(help="Folder of everything that is kept.", show_default="./data")]
_BATCH = 50


@app.command()
def start(
    samples: Annotated[bool, typer.Option(help="Fill it with sample data.")] = True,
    data: Data = None,
) -> None:
    """Start a demo and print its access token."""
    from farthing.cli.client import call

    made = call(data, lambda api: api("POST", "/api/auth/demo", samples=samples))
    print(f"Demo until {made['expires_at']}; access token:\n  {made['access_token']}")


@app.command()
def purge(data: Data = None) -> None:
    """Remove the demos that are over, now; the server does it every ten minutes."""
    from farthing.auth.tasks import forget_files
    from farthing.auth.workspaces import purge_expired
    from farthing.cli.local import in_house
    from farthing.infra.db import SYSTEM

    async def act(house: "House") -> int:
        purged = 0
        while True:
            async with house.database.write(SYSTEM) as work:
                some = await purge_expired(work, house.clock, _BATCH)
            purged += some
            if some < _BATCH:
                await forget_files(house.database, (house.blobs, house.lake))
                return purged

    print(f"{in_house(data, act)} demos removed")
