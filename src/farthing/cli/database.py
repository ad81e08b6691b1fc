"""The database, for the operator."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The database: bring it up to date, look at it.", no_args_is_help=True, rich_markup_mode=None)
Data = Annotated[Path | None, typer.Option(help="Folder of everything that is kept.", show_default="./data")]


@app.command()
def upgrade(data: Data = None) -> None:
    """Bring the database to this program's revision; `farthing up` does it by itself."""
    from farthing.bootstrap import migrate
    from farthing.cli.local import settings_of
    from farthing.settings import ensure_secrets

    print(migrate(ensure_secrets(settings_of(data))))


@app.command()
def status(data: Data = None) -> None:
    """Say which revision the database is at, and which one this program wants."""
    from farthing.cli.doctor import database_revision
    from farthing.cli.local import settings_of
    from farthing.migrations import HEAD

    found = database_revision(settings_of(data))
    print(f"database: {found or 'empty'}, program: {HEAD}")
    raise typer.Exit(0 if found == HEAD else 1)
