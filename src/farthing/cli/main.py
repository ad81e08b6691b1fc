"""The terminal door. Commands import what they need when they run, so that help comes at once."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from farthing import __version__
from farthing.cli import (
    accounts,
    categories,
    database,
    demo,
    imports,
    ledger,
    read,
    rebuilding,
    rules,
    secrets,
    signing,
    tenants,
    transactions,
    users,
)
from farthing.kernel.errors import FarthingError

app = typer.Typer(
    help="Farthing: every farthing accounted for.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(signing.login)
app.command()(signing.logout)
app.command()(signing.use)
app.command()(signing.whoami)
app.command()(read.read)
app.command("import")(imports.bring)
app.command()(rebuilding.rebuild)
app.command()(imports.undo)
app.add_typer(imports.app, name="imports")
app.add_typer(accounts.app, name="accounts")
app.add_typer(transactions.app, name="transactions")
app.add_typer(categories.app, name="categories")
app.add_typer(rules.app, name="rules")
app.add_typer(tenants.app, name="tenants")
app.add_typer(ledger.app, name="ledger")
app.add_typer(database.app, name="db")
app.add_typer(users.app, name="users")
app.add_typer(demo.app, name="demo")
app.add_typer(secrets.app, name="secrets")

Host = Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.", show_default="8000")]
Data = Annotated[Path | None, typer.Option(help="Folder of everything that is kept.", show_default="./data")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _say_version(is_wanted: bool) -> None:
    if is_wanted:
        print(f"farthing {__version__}")
        raise typer.Exit


@app.callback()
def about(
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Farthing: every farthing accounted for."""


@app.command()
def up(
    host: Host = None,
    port: Port = None,
    data: Data = None,
    sandbox: Annotated[bool, typer.Option(help="Try it out: open registration, demo on; loopback only.")] = False,
    reload: Annotated[bool, typer.Option(help="Start again when the code changes.")] = False,
) -> None:
    """Serve everything: the API, background jobs and schedules, in one process."""
    from farthing.cli.server import serve

    serve(host=host, port=port, data=data, sandbox=sandbox, reload=reload)


@app.command()
def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Look whether everything that Farthing needs is well, and say what to do where it is not."""
    from farthing.cli.doctor import examine

    if not examine(data, as_json=as_json):
        raise typer.Exit(1)


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the version."""
    print(f'{{"version": "{__version__}"}}' if as_json else f"farthing {__version__}")


@app.command()
def openapi() -> None:
    """Print the description of the API."""
    from farthing.cli.description import openapi_json

    print(openapi_json(), end="")


def main() -> None:
    """Run a command; whatever goes wrong is one line that says what to do."""
    try:
        app()
    except FarthingError as error:
        _fail(error.detail)
    except BrokenPipeError:
        # Whoever read what is printed has seen enough; Python must not complain once more when it closes the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        if os.environ.get("FARTHING_TRACEBACK"):
            raise
        _fail(f"unexpected {type(error).__name__}: {error}. Set FARTHING_TRACEBACK=1 to see where it happened.")


def _fail(message: str) -> None:
    one_line = " ".join(message.split())
    print(f"farthing: {one_line}", file=sys.stderr)
    raise SystemExit(1) from None
