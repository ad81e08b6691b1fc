"""The keys that seal stored secrets, for the operator."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.bootstrap import House

app = typer.Typer(help="The keys that seal stored secrets.", no_args_is_help=True, rich_markup_mode=None)
Data = Annotated[Path | None, typer.Option(help="Folder of everything that is kept.", show_default="./data")]


class KeyIsYours(FarthingError):
    """SECRETS_KEY is set outside of the data folder, so only you can change it."""


@app.callback()
def about() -> None:
    """The keys that seal stored secrets."""


@app.command()
def rotate(data: Data = None) -> None:
    """Seal all stored secrets with a new key. The one before stays readable until the next rotation."""
    from farthing.cli.local import in_house, settings_of
    from farthing.infra.crypto import new_key
    from farthing.infra.db import SYSTEM
    from farthing.ingest.webhooks import rewrap
    from farthing.kernel.actor import HOUSE
    from farthing.secrets.service import Secrets
    from farthing.settings import ensure_secrets, is_generated, keep_secrets

    settings = ensure_secrets(settings_of(data))
    is_ours = is_generated(settings, "secrets_key")
    if is_ours:
        keep_secrets(settings.data_dir, {"secrets_key": ",".join([new_key(), *settings.sealing_keys])})
    elif len(settings.sealing_keys) == 1:
        raise KeyIsYours(
            f"SECRETS_KEY is set by you. Set it to `{new_key()},<the present key>`, then run this again; "
            "afterwards the present key may go."
        )

    async def act(house: "House") -> int:
        sealed = 0
        while True:
            async with house.database.write(SYSTEM) as work:
                some = await Secrets(work, HOUSE, house.ring, house.clock).rewrap()
                some += await rewrap(work, house.ring)
            if not some:
                return sealed
            sealed += some

    sealed = in_house(data, act)
    if is_ours:
        keep_secrets(settings.data_dir, {"secrets_key": ",".join(settings_of(data).sealing_keys[:2])})
    print(f"{sealed} secrets sealed with the new key.")
