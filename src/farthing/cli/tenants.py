"""Workspaces that one belongs to."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.cli.person import As, AsJson, Data
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api

app = typer.Typer(help="Workspaces: list, add, switch, rename, members.", no_args_is_help=True, rich_markup_mode=None)
COLUMNS = ("name", "kind", "role", "is_current", "id")
MEMBERS = ("username", "email", "role", "is_active", "user_id")
Called = Annotated[str, typer.Argument(metavar="NAME")]
Role = Annotated[str, typer.Option(help="owner, admin, member or viewer.")]
Member = Annotated[str, typer.Argument(metavar="MEMBER", help="Name, e-mail address or id.")]


class NoSuchWorkspace(FarthingError):
    """You belong to no such workspace. See `farthing tenants list`."""


class NoSuchMember(FarthingError):
    """Nobody of that name belongs to this workspace. See `farthing tenants members`."""


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
def add(called: Called, data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """Make another workspace; `switch` goes there."""
    from farthing.cli.output import tell
    from farthing.cli.person import call

    made = call(data, name, lambda api: api("POST", "/api/tenants", {"name": called}))
    tell(made, COLUMNS, as_json=as_json)


@app.command()
def rename(called: Called, data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """Give the current workspace another name."""
    from farthing.cli.output import tell
    from farthing.cli.person import call

    renamed = call(data, name, lambda api: api("PATCH", "/api/tenants/me", {"name": called}))
    tell(renamed, COLUMNS, as_json=as_json)


@app.command()
def leave(data: Data = None, name: As = None) -> None:
    """Leave the current workspace; the last owner hands over first."""
    from farthing.cli.person import call

    async def act(api: "Api") -> str:
        current = await api("GET", "/api/tenants/me")
        await api("POST", "/api/tenants/me/leave")
        return str(current["name"])

    print(f"You belong to {call(data, name, act)} no longer. `farthing tenants switch` goes to another.")


@app.command()
def members(data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """List who belongs to the current workspace."""
    from farthing.cli.output import show
    from farthing.cli.person import call

    show(call(data, name, lambda api: api.pages("/api/tenants/me/members", "members")), MEMBERS, as_json=as_json)


@app.command()
def invite(
    email: Annotated[str | None, typer.Option(help="Only this person may use the link.")] = None,
    role: Role = "member",
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Print a link that lets one person into the current workspace, once."""
    from farthing.cli.output import describe
    from farthing.cli.person import call, given

    body = given(email=email, role=role)
    describe(call(data, name, lambda api: api("POST", "/api/tenants/me/invites", body)), as_json=as_json)


@app.command()
def accept(
    token: Annotated[str, typer.Argument(help="What `invite` printed.")],
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Join the workspace that an invite leads to."""
    from farthing.cli.output import tell
    from farthing.cli.person import call

    joined = call(data, name, lambda api: api("POST", "/api/invites/accept", {"token": token}))
    tell(joined, COLUMNS, as_json=as_json)


@app.command("role")
def set_role(
    member: Member,
    role: Annotated[str, typer.Argument(help="owner, admin, member or viewer.")],
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Give a member another role."""
    from farthing.cli.output import tell
    from farthing.cli.person import call

    async def act(api: "Api") -> Any:
        whom = await _member(api, member)
        return await api("PATCH", f"/api/tenants/me/members/{whom['user_id']}/role", {"role": role})

    tell(call(data, name, act), MEMBERS, as_json=as_json)


@app.command()
def remove(member: Member, data: Data = None, name: As = None) -> None:
    """Take somebody out of the current workspace."""
    from farthing.cli.person import call

    async def act(api: "Api") -> str:
        whom = await _member(api, member)
        await api("DELETE", f"/api/tenants/me/members/{whom['user_id']}")
        return str(whom["username"])

    print(f"{call(data, name, act)} is out.")


async def _member(api: "Api", who: str) -> dict[str, Any]:
    wanted = who.strip().casefold()
    for one in await api.pages("/api/tenants/me/members", "members"):
        if wanted in (one["user_id"], one["username"].casefold(), (one["email"] or "").casefold()):
            return dict(one)
    raise NoSuchMember(f"Nobody called {who!r} belongs to this workspace. See `farthing tenants members`.")
