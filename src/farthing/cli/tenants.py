"""Workspaces that one belongs to."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.cli.person import As, AsJson, Data
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api

app = typer.Typer(help="Workspaces: list, show, switch, members.", no_args_is_help=True, rich_markup_mode=None)
COLUMNS = ("name", "kind", "role", "is_current", "id")
MEMBERS = ("username", "email", "role", "is_active", "user_id")


class NoSuchWorkspace(FarthingError):
    """You belong to no such workspace. See `farthing tenants list`."""


@app.command("list")
def list_workspaces(data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """List the workspaces that one belongs to."""
    from farthing.cli.output import show
    from farthing.cli.person import call

    async def act(api: "Api") -> list[dict[str, Any]]:
        current = (await api("GET", "/api/me"))["workspace"] or {}
        mine = await api.pages("/api/tenants", "tenants")
        return [one | {"is_current": one["id"] == current.get("id")} for one in mine]

    show(call(data, name, act), COLUMNS, as_json=as_json)


@app.command("show")
def show_workspace(data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """Show the current workspace."""
    from farthing.cli.output import tell
    from farthing.cli.person import call

    current = call(data, name, lambda api: api("GET", "/api/tenants/me"))
    tell(current, ("name", "kind", "role", "created_at", "id"), as_json=as_json)


@app.command()
def switch(
    which: Annotated[str, typer.Argument(metavar="WORKSPACE", help="Name or id.")],
    data: Data = None,
    name: As = None,
) -> None:
    """Work in another workspace from now on."""
    from farthing.cli.person import call

    async def act(api: "Api") -> str:
        wanted = which.strip().casefold()
        mine = await api.pages("/api/tenants", "tenants")
        found = [one for one in mine if wanted in (one["id"], one["name"].casefold())]
        if len(found) != 1:
            names = ", ".join(f"{one['name']} ({one['id']})" for one in mine)
            said = "Several of your workspaces are" if found else "None of your workspaces is"
            raise NoSuchWorkspace(f"{said} called {which!r}. Yours: {names}.")
        moved = await api("POST", f"/api/tenants/{found[0]['id']}/switch")
        api.carry(moved["access_token"])
        return str(found[0]["name"])

    print(f"Commands work in {call(data, name, act)} from now on.")


@app.command()
def members(data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """List who belongs to the current workspace."""
    from farthing.cli.output import show
    from farthing.cli.person import call

    show(call(data, name, lambda api: api.pages("/api/tenants/me/members", "members")), MEMBERS, as_json=as_json)
