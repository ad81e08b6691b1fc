"""Transactions of one's workspace."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.cli.person import As, AsJson, Data
from farthing.cli.wanted import Account, Category, Date, From, Search, Tags, To, Wanted
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api

app = typer.Typer(
    help="Transactions: list, add, edit, delete, restore, batch, export, summary.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
COLUMNS = ("date", "amount", "currency", "merchant", "description", "category", "account", "tags", "status", "id")
SUMS = ("currency", "from", "to", "count", "income", "expenses", "net", "not_booked", "top_categories")
_SIGNED: dict[str, Any] = {"ignore_unknown_options": True}
"""So that -12.34 is an amount and no option."""

Amount = Annotated[str, typer.Argument(help="Signed: -12.34 is an expense.")]
NewAmount = Annotated[str | None, typer.Option("--amount")]
OnAccount = Annotated[str | None, typer.Option("--account", help="Name or id; else the default account.")]
OnDay = Annotated[str | None, typer.Option("--date", help="today, yesterday or YYYY-MM-DD.")]
OfCategory = Annotated[str | None, typer.Option("--category", help="An unknown one is made.")]
Text = Annotated[str | None, typer.Option()]
WithTags = Annotated[str | None, typer.Option("--tags", help="Separated by commas.")]
Status = Annotated[str | None, typer.Option(help="booked, pending or void.")]
Reason = Annotated[str | None, typer.Option(help="Why, where a month is closed.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...")]


class FormatUnknown(FarthingError):
    """This format is not known."""


@app.command("list")
def list_transactions(
    search: Search = None,
    date: Date = None,
    first: From = None,
    last: To = None,
    account: Account = None,
    category: Category = None,
    tags: Tags = None,
    sort: Annotated[str | None, typer.Option(help="date, -date, amount or -amount.", show_default="-date")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """List transactions, newest first."""
    import sys

    from farthing.cli.output import show
    from farthing.cli.person import call

    wanted = Wanted(search, date, first, last, account, category, tags)

    async def act(api: "Api") -> list[Any]:
        found: list[Any] = []
        async for row in wanted.rows(api, sort=sort, per_page=min(limit + 1, 1000)):
            found.append(row)
            if len(found) > limit:
                break
        return found

    found = call(data, name, act)
    show(found[:limit], COLUMNS, as_json=as_json)
    if len(found) > limit:
        print(f"There are more than {limit:,}; --limit shows more, `export` all.", file=sys.stderr)


@app.command(context_settings=_SIGNED)
def add(
    amount: Amount,
    date: OnDay = None,
    account: OnAccount = None,
    category: OfCategory = None,
    description: Text = None,
    merchant: Text = None,
    payee: Text = None,
    location: Text = None,
    reference: Text = None,
    note: Text = None,
    tags: WithTags = None,
    status: Status = None,
    reason: Reason = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Post a transaction."""
    from farthing.cli.output import tell
    from farthing.cli.person import call, given

    body = given(
        amount=amount,
        date=_day(date or "today"),
        category=category,
        description=description,
        merchant=merchant,
        payee=payee,
        location=location,
        reference=reference,
        note=note,
        tags=_words(tags),
        status=status,
    )

    async def act(api: "Api") -> Any:
        return await api("POST", "/api/transactions", body | await _on(api, account), reason=reason)

    tell(call(data, name, act), COLUMNS, as_json=as_json)


@app.command(context_settings=_SIGNED)
def edit(
    transaction_id: Annotated[str, typer.Argument(metavar="ID")],
    amount: NewAmount = None,
    date: OnDay = None,
    account: OnAccount = None,
    category: OfCategory = None,
    description: Text = None,
    merchant: Text = None,
    payee: Text = None,
    location: Text = None,
    reference: Text = None,
    note: Text = None,
    tags: WithTags = None,
    status: Status = None,
    reason: Reason = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given; an empty text clears."""
    from farthing.cli.output import tell
    from farthing.cli.person import call, given

    body = given(
        amount=amount,
        date=_day(date),
        category=category,
        description=description,
        merchant=merchant,
        payee=payee,
        location=location,
        reference=reference,
        note=note,
        tags=_words(tags),
        status=status,
        reason=reason,
    )

    async def act(api: "Api") -> Any:
        return await api("PATCH", f"/api/transactions/{transaction_id}", body | await _on(api, account))

    tell(call(data, name, act), COLUMNS, as_json=as_json)


@app.command()
def delete(ids: Ids, reason: Reason = None, data: Data = None, name: As = None) -> None:
    """Put transactions away, all of them or none."""
    from farthing.cli.person import call

    body = {"transaction_ids": ids, "delete": True, "reason": reason}
    done = call(data, name, lambda api: api("POST", "/api/transactions/bulk", body))
    print(f"{done['updated_count']:,} put away. `farthing transactions restore {' '.join(ids)}` brings them back.")


@app.command()
def restore(ids: Ids, reason: Reason = None, data: Data = None, name: As = None) -> None:
    """Bring deleted transactions back."""
    from farthing.cli.person import call

    body = {"transaction_ids": ids}
    done = call(data, name, lambda api: api("POST", "/api/transactions/restore", body, reason=reason))
    print(f"{done['updated_count']:,} brought back.")


@app.command()
def batch(
    file: Annotated[
        Path, typer.Argument(help="CSV with amount,date in its first line, or JSON; - reads what is piped in.")
    ],
    account: OnAccount = None,
    kind: Annotated[str | None, typer.Option("--format", help="csv or json; else by the name of the file.")] = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Post a file of any size, in parts of 10,000 that are posted whole or not at all."""
    from farthing.cli.accounts import every, find
    from farthing.cli.batch import Posting
    from farthing.cli.output import show
    from farthing.cli.person import call
    from farthing.cli.rows import is_json, rows_of

    as_objects = is_json(file, _among(kind, "csv", "json"))

    async def act(api: "Api") -> Any:
        account_id = (await find(api, account))["id"] if account else None
        posting = Posting(api, await every(api), account_id, "Object" if as_objects else "Line")
        return await posting.post(rows_of(file, as_json=as_objects))

    parts = call(data, name, act)
    show(parts, ("first", "last", "count", "account", "total_amount", "account_balance"), as_json=as_json)


@app.command("export")
def export_transactions(
    search: Search = None,
    date: Date = None,
    first: From = None,
    last: To = None,
    account: Account = None,
    category: Category = None,
    tags: Tags = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; else the terminal.")] = None,
    kind: Annotated[str | None, typer.Option("--format", help="csv or jsonl; else by the name of the file.")] = None,
    data: Data = None,
    name: As = None,
) -> None:
    """Write all transactions that match, oldest first, as CSV that a spreadsheet opens safely or as JSON lines."""
    import sys

    from farthing.cli.export import export
    from farthing.cli.person import call

    is_lines = output is not None and output.suffix.lower() in (".jsonl", ".ndjson", ".json")
    kind = _among(kind, "csv", "jsonl") or ("jsonl" if is_lines else "csv")
    wanted = Wanted(search, date, first, last, account, category, tags)
    count = call(data, name, lambda api: export(wanted.rows(api, sort="date"), output, kind))
    if output:
        print(f"{count:,} transactions in {output}", file=sys.stderr)


@app.command()
def summary(
    search: Search = None,
    date: Date = None,
    first: From = None,
    last: To = None,
    account: Account = None,
    category: Category = None,
    tags: Tags = None,
    top: Annotated[int, typer.Option(min=1, help="So many categories.")] = 5,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Sum up all transactions that match, each currency for itself; transfers are neither income nor expense."""
    from farthing.cli.categories import every
    from farthing.cli.output import show, tell
    from farthing.cli.person import call
    from farthing.cli.summary import summarise, table

    wanted = Wanted(search, date, first, last, account, category, tags)

    async def act(api: "Api") -> Any:
        kinds = {one["id"]: one["type"] for one in await every(api)}
        return await summarise(wanted.rows(api), kinds, top)

    told = call(data, name, act)
    if as_json:
        tell(told, (), as_json=True)
    else:
        show(table(told), SUMS, as_json=False)


def _day(text: str | None) -> str | None:
    from farthing.cli.days import day_of, today

    return day_of(text, today()).isoformat() if text else None


def _words(text: str | None) -> list[str] | None:
    return None if text is None else [word.strip() for word in text.split(",") if word.strip()]


def _among(given: str | None, *known: str) -> str | None:
    if given is not None and given not in known:
        raise FormatUnknown(f"{given!r} is not a format. Possible are {' and '.join(known)}.")
    return given


async def _on(api: "Api", account: str | None) -> dict[str, str]:
    from farthing.cli.accounts import find

    return {"account_id": (await find(api, account))["id"]} if account else {}
