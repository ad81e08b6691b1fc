"""People, for the operator of the data folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api

app = typer.Typer(help="People of the local data folder: list, create.", no_args_is_help=True, rich_markup_mode=None)

Data = Annotated[Path | None, typer.Option(help="Folder of everything that is kept.", show_default="./data")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="Username or e-mail address.")]
COLUMNS = ("username", "email", "is_superuser", "is_active", "must_change_password", "created_at")


class NobodyNamed(FarthingError):
    """Nobody has that name. See `farthing users list`."""


@app.command("list")
def list_people(data: Data = None, as_json: AsJson = False) -> None:
    """List everybody who has an account."""
    from farthing.cli.client import call
    from farthing.cli.output import show

    show(call(data, lambda api: api.pages("/api/users", "users")), COLUMNS, as_json=as_json)


@app.command()
def bootstrap(
    name: Name,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="FARTHING_PASSWORD")
    ],
    data: Data = None,
) -> None:
    """Create the first superuser; the password is asked for, or read from FARTHING_PASSWORD."""
    from farthing.cli.client import call

    body = {"username": name, "password": password}
    made = call(data, lambda api: api("POST", "/api/system/bootstrap", body))
    print(f"{made['username']} is the first superuser. Sign in with that name and password.")


@app.command()
def create(
    name: Name,
    email: Annotated[str | None, typer.Option(help="E-mail address.")] = None,
    superuser: Annotated[bool, typer.Option(help="May administer people.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Create a person and print the one-time token that sets the password."""
    from farthing.cli.client import call

    body = {"username": name, "email": email, "is_superuser": superuser}
    _print_link(call(data, lambda api: api("POST", "/api/users", body)), as_json=as_json)


@app.command()
def invite(name: Name, data: Data = None, as_json: AsJson = False) -> None:
    """Print a new one-time token that sets somebody's password."""
    _print_link(_to(data, name, "POST", "/invite"), as_json=as_json)


@app.command()
def disable(name: Name, data: Data = None) -> None:
    """Lock somebody out at once."""
    _to(data, name, "POST", "/disable")


@app.command()
def enable(name: Name, data: Data = None) -> None:
    """Let somebody in again."""
    _to(data, name, "POST", "/enable")


@app.command()
def promote(name: Name, data: Data = None) -> None:
    """Make somebody a superuser."""
    _to(data, name, "POST", "/promote")


@app.command()
def demote(name: Name, data: Data = None) -> None:
    """Make a superuser a person like others."""
    _to(data, name, "POST", "/demote")


@app.command()
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
) -> None:
    """Delete somebody for good, with the workspaces that nobody else uses."""
    if not yes:
        typer.confirm(f"Delete {name} and everything that only {name} has?", abort=True)
    _to(data, name, "DELETE", "")


def _to(data: Path | None, name: str, method: str, verb: str) -> Any:
    """Do something to the person of that name."""
    from farthing.cli.client import call

    async def act(api: "Api") -> Any:
        people = await api.pages("/api/users", "users")
        wanted = name.strip().lower()
        found = next((p for p in people if wanted in (p["username"], p["email"], p["id"])), None)
        if found is None:
            raise NobodyNamed(f"Nobody is called {name!r}. See `farthing users list`.")
        return await api(method, f"/api/users/{found['id']}{verb}")

    return call(data, act)


def _print_link(made: dict[str, Any], *, as_json: bool) -> None:
    import json

    if as_json:
        print(json.dumps(made, indent=2))
        return
    where = made["invite_url"] or "POST /api/auth/set-password"
    print(f"One-time token, valid until {made['expires_at']}:\n  {made['token']}\nUse it at {where}.")
