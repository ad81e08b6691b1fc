"""Files brought into the ledger: looked at, posted, taken back."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.cli.looking import COLUMNS, doubts, flat
from farthing.cli.person import As, AsJson, Data

if TYPE_CHECKING:
    from farthing.cli.client import Api

app = typer.Typer(help="Imports: list, show, rows, review.", no_args_is_help=False, rich_markup_mode=None)
ROW_COLUMNS = (
    "row",
    "line",
    "state",
    "date",
    "amount",
    "currency",
    "payee",
    "description",
    "category",
    "reason",
    "text",
)
Which = Annotated[str, typer.Argument(metavar="ID", help="What `farthing imports` lists.")]


def bring(
    files: Annotated[list[Path], typer.Argument(help="Statements of banks, of any format.", show_default=False)],
    account: Annotated[str | None, typer.Option(help="Name or id of the account they are of.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Post without asking.")] = False,
    date_order: Annotated[str | None, typer.Option(help="dmy, mdy or ymd.")] = None,
    profile: Annotated[Path | None, typer.Option(help="How to read: a profile that `farthing read` saved.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, where a month is closed.")] = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Bring files of banks into the ledger: shows what would be posted, asks, and posts what is new."""
    from farthing.cli.bringing import Bringing, Manner
    from farthing.cli.person import call

    wishes = json.dumps({"date_order": date_order}) if date_order else None
    manner = Manner(account, wishes, profile, reason, is_sure=yes, as_json=as_json)
    call(data, name, lambda api: Bringing(api, manner).bring(files))


def undo(
    which: Which,
    reason: Annotated[str | None, typer.Option(help="Why, where a month is closed.")] = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Take back what an import posted, which importing the file again brings back; or what a rebuild changed."""
    from farthing.cli.bringing import settled
    from farthing.cli.client import Refused
    from farthing.cli.output import describe, tell
    from farthing.cli.person import call
    from farthing.cli.rebuilding import undo_rebuild

    async def act(api: "Api") -> Any:
        try:
            return await settled(api, await api("POST", f"{_path(which)}/undo", {"reason": reason}))
        except Refused:
            if which not in {one["id"] async for one in api.rows("/api/imports/rebuilds", "rebuilds")}:
                raise
            return await undo_rebuild(api, which, reason)

    done = call(data, name, act)
    if "is_dry_run" not in done:
        tell(flat(done), COLUMNS, as_json=as_json)
    elif as_json:
        describe(done, as_json=True)
    else:
        print("The rebuild is taken back.")


@app.callback(invoke_without_command=True)
def imports(context: typer.Context) -> None:
    """Imports: list, show, rows, review."""
    if context.invoked_subcommand is None:
        list_imports()


@app.command("list")
def list_imports(
    assumed: Annotated[bool, typer.Option("--assumed", help="Only those posted by a guess.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="So many, the newest.")] = 50,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """List the imports, the newest first."""
    from farthing.cli.output import show
    from farthing.cli.person import call

    found = call(data, name, lambda api: api("GET", "/api/imports", limit=limit, assumed=assumed or None))
    rows = found["imports"]
    show(rows if as_json else [flat(one) for one in rows], COLUMNS, as_json=as_json)


@app.command("show")
def show_import(which: Which, data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """Show how a file was understood, and what became of its rows."""
    from farthing.cli.output import describe
    from farthing.cli.person import call

    one = call(data, name, lambda api: api("GET", _path(which)))
    describe(
        one if as_json else flat(one) | {"doubts": doubts(one), "sums": one["summary"]["by_currency"]}, as_json=as_json
    )


@app.command("rows")
def list_rows(
    which: Which,
    state: Annotated[str | None, typer.Option(help="new, same, suspect, error or skipped.")] = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """List the rows of an import, each with what becomes of it and why."""
    from farthing.cli.output import show
    from farthing.cli.person import call

    path = f"{_path(which)}/rows"
    show(call(data, name, lambda api: api.pages(path, "rows", state=state)), ROW_COLUMNS, as_json=as_json)


@app.command("review")
def review(data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """List the rows of posted imports that wait for your decision."""
    from farthing.cli.output import show
    from farthing.cli.person import call

    found = call(data, name, lambda api: api.pages("/api/imports/review", "rows"))
    show(found, (*ROW_COLUMNS, "import_id"), as_json=as_json)


def _path(which: str) -> str:
    from farthing.cli.person import an_id

    return f"/api/imports/{an_id(which, 'See `farthing imports list`.')}"
