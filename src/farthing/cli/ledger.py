"""The ledger as a whole."""

import typer

from farthing.cli.person import As, AsJson, Data

app = typer.Typer(help="The ledger: count it again.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def about() -> None:
    """The ledger: count it again."""


@app.command()
def check(data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """Count every balance and total again from the transactions; name what is wrong, the earliest day first."""
    from farthing.cli.output import show, tell
    from farthing.cli.person import call

    found = call(data, name, lambda api: api("GET", "/api/ledger/check"))
    if as_json:
        tell(found, (), as_json=True)
    elif found["is_well"]:
        print("Every balance and total is what its transactions say.")
    else:
        show(found["faults"], ("day", "what", "account_id", "kept", "counted"), as_json=False)
    raise typer.Exit(0 if found["is_well"] else 1)
