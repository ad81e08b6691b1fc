"""Categories of one's workspace."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.cli.person import As, AsJson, Data
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api

app = typer.Typer(help="Categories: list, add, edit, delete.", no_args_is_help=True, rich_markup_mode=None)
LEARNED = ("category", "examples", "tried", "decided", "right", "threshold")
COLUMNS = ("name", "type", "parent", "color", "icon", "id")


Which = Annotated[str, typer.Argument(metavar="CATEGORY", help="Name or id.")]
Color = Annotated[str | None, typer.Option(help="Such as #22c55e.")]
Icon = Annotated[str | None, typer.Option(help="Such as shopping-basket, or an emoji.")]
Parent = Annotated[str | None, typer.Option(help="Name or id of the category that it is part of.")]


class NoSuchCategory(FarthingError):
    """There is no such category. See `farthing categories list`."""


@app.command("list")
def list_categories(data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """List the categories, for income and for expense."""
    from farthing.cli.output import show
    from farthing.cli.person import call

    found = call(data, name, every)
    show([_with_parent(one, found) for one in found], COLUMNS, as_json=as_json)


@app.command()
def learning(data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """Show what was learned from your decisions, and how often it is right."""
    from farthing.cli.output import describe, show
    from farthing.cli.person import call

    async def act(api: "Api") -> dict[str, Any]:
        return dict(await api("GET", "/api/categories/learning"))

    told = call(data, name, act)
    if as_json:
        describe(told, as_json=True)
        return
    print(f"{told['state']}: {told['examples']} decisions learned, {told['new_decisions']} new since then.")
    show(told["categories"], LEARNED, as_json=False)


@app.command()
def add(
    called: Annotated[str, typer.Argument(metavar="NAME")],
    kind: Annotated[str, typer.Option("--type", help="income or expense.")] = "expense",
    color: Color = None,
    icon: Icon = None,
    parent: Parent = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Make a category."""
    from farthing.cli.output import tell
    from farthing.cli.person import call, given

    async def act(api: "Api") -> Any:
        above = (await find(api, parent, kind))["id"] if parent else None
        body = given(name=called, type=kind, color=color, icon=icon, parent_id=above)
        return _with_parent(await api("POST", "/api/categories", body), await every(api))

    tell(call(data, name, act), COLUMNS, as_json=as_json)


@app.command()
def edit(
    which: Which,
    called: Annotated[str | None, typer.Option("--name", help="A new name.")] = None,
    color: Color = None,
    icon: Icon = None,
    parent: Parent = None,
    position: Annotated[int | None, typer.Option(help="Place in lists.")] = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given; an empty text clears."""
    from farthing.cli.output import tell
    from farthing.cli.person import call, changes

    body = changes(name=called, color=color, icon=icon, parent_id=parent, position=position)

    async def act(api: "Api") -> Any:
        category = await find(api, which)
        if parent:
            body["parent_id"] = (await find(api, parent, category["type"]))["id"]
        return _with_parent(await api("PATCH", f"/api/categories/{category['id']}", body), await every(api))

    tell(call(data, name, act), COLUMNS, as_json=as_json)


@app.command()
def delete(
    which: Which,
    move_to: Annotated[
        str | None, typer.Option(help="Where its transactions go; else they lose their category.")
    ] = None,
    data: Data = None,
    name: As = None,
) -> None:
    """Delete a category; its transactions stay."""
    from farthing.cli.person import call

    async def act(api: "Api") -> str:
        gone = await find(api, which)
        target = (await find(api, move_to, gone["type"]))["id"] if move_to else None
        await api("DELETE", f"/api/categories/{gone['id']}", move_to=target)
        return str(gone["name"])

    print(f"{call(data, name, act)} is deleted.")


def _with_parent(one: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
    return one | {"parent": next((above["name"] for above in others if above["id"] == one["parent_id"]), None)}


async def every(api: "Api") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api("GET", "/api/categories"))["categories"]
    return found


async def find(api: "Api", which: str, kind: str | None = None) -> dict[str, Any]:
    """The one category of that name or id, best of that kind."""
    wanted = which.strip().casefold()
    found = [one for one in await every(api) if wanted in (one["id"], one["name"].casefold())]
    found = [one for one in found if one["type"] == kind] or found
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoSuchCategory(f"There is no category {which!r}. See `farthing categories list`.")
    ids = ", ".join(f"{one['id']} ({one['type']})" for one in found)
    raise NoSuchCategory(f"Several categories are called {which!r}. Say which by id: {ids}.")
