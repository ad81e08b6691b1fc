"""Rules of one's workspace: shown, exchanged as files, tested, run over the history."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.cli.person import As, AsJson, Data
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api

app = typer.Typer(
    help="Rules: list, show, import, export, test, run, undo.", no_args_is_help=True, rich_markup_mode=None
)
COLUMNS = ("name", "group", "priority", "enabled", "does", "id")
COUNTED = ("name", "matched", "changed", "left_alone", "switched_off")
EXAMPLES = ("date", "amount", "currency", "payee", "description", "changes", "rules")
RUNS = ("created_at", "status", "seen", "changed", "undone", "actor_name", "id")
USUAL = {"group": "", "priority": 100, "enabled": True, "changed": 0, "undone": 0}

Which = Annotated[str, typer.Argument(metavar="RULE", help="Name or id.")]
Search = Annotated[str | None, typer.Option(help="Only what this search finds.")]
Only = Annotated[list[str] | None, typer.Option("--rule", help="Only this rule, by name or id; more than once.")]
Override = Annotated[bool, typer.Option("--override", help="Also where somebody chose the category.")]
Reason = Annotated[str | None, typer.Option(help="Why, where it touches closed months.")]


class NoSuchRule(FarthingError):
    """There is no such rule. See `farthing rules list`."""


class TestsFailed(FarthingError):
    """Rules do not keep what their tests promise."""


class RunFailed(FarthingError):
    """The run was not finished."""


@app.command("list")
def list_rules(data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """List the rules in the order in which they are kept."""
    from farthing.cli.output import show
    from farthing.cli.person import call

    found = call(data, name, every)
    rows = found if as_json else [one | {"does": ", ".join(one["then"])} for one in found]
    show(rows, COLUMNS, as_json=as_json, usual=USUAL)


@app.command("show")
def show_rule(which: Which, data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """Show one rule in full."""
    import yaml

    from farthing.cli.output import describe
    from farthing.cli.person import call

    async def act(api: "Api") -> Any:
        return await find(api, which)

    found = call(data, name, act)
    if as_json:
        describe(found, as_json=True)
        return
    kept = ("name", "group", "priority", "enabled", "stop", "if", "then", "tests", "expect")
    said = {key: found[key] for key in kept if found[key] not in (None, [], "")}
    print(yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=100), end="")


@app.command("export")
def export_rules(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file; else it is printed.")] = None,
    data: Data = None,
    name: As = None,
) -> None:
    """Print all rules as YAML."""
    from farthing.cli.person import call

    async def act(api: "Api") -> str:
        return await api.text("/api/rules.yaml")

    text = call(data, name, act)
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, encoding="utf-8")


@app.command("import")
def import_rules(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="As `export` prints it; - reads what is piped in.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Replace all rules by those of a file, if its tests pass."""
    from farthing.cli.output import describe
    from farthing.cli.person import call

    text = _read(file)

    async def act(api: "Api") -> Any:
        return await api("PUT", "/api/rules.yaml", text, dry_run=dry_run or None)

    replaced = call(data, name, act)
    describe(replaced, as_json=as_json)
    _refuse_failures(replaced["failures"])


@app.command("test")
def try_rules(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE.yaml", help="Rules to try that are not kept yet.")
    ] = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Try the tests of all rules, and what they expect of the history; exit code 1 if one fails."""
    from farthing.cli.output import describe
    from farthing.cli.person import call

    body = {} if file is None else {"yaml": _read(file).decode(errors="replace")}

    async def act(api: "Api") -> Any:
        return await api("POST", "/api/rules/test", body)

    tried = call(data, name, act)
    if as_json:
        describe(tried, as_json=True)
    elif tried["passed"]:
        print(f"{tried['tests']} tests of {tried['rules']} rules pass.")
    _refuse_failures(tried["failures"])


@app.command("run")
def run_rules(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change, with examples.")] = False,
    search: Search = None,
    only: Only = None,
    override: Override = False,
    reason: Reason = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Apply rules to the history; `undo` takes it back."""
    from farthing.cli.person import call

    async def act(api: "Api") -> Any:
        chosen = [(await find(api, one))["id"] for one in only] if only else None
        wanted = {"rule_ids": chosen, "search": search, "overrides_choices": override}
        if dry_run:
            return await api("POST", "/api/rules/preview", wanted)
        return await _done(api, await api("POST", "/api/rules/run", wanted | {"reason": reason}))

    _tell(call(data, name, act), as_json=as_json)


@app.command()
def runs(data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """List runs over the history, newest first."""
    from farthing.cli.output import show
    from farthing.cli.person import call

    async def act(api: "Api") -> Any:
        return await api.pages("/api/rules/runs", "runs")

    show(call(data, name, act), RUNS, as_json=as_json, usual=USUAL)


@app.command()
def undo(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="As `runs` shows it.")],
    reason: Reason = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Take a run back, except for what was changed since."""
    from farthing.cli.output import describe
    from farthing.cli.person import an_id, call

    which = an_id(run_id, "See `farthing rules runs`.")

    async def act(api: "Api") -> Any:
        return await _done(api, await api("POST", f"/api/rules/runs/{which}/undo", {"reason": reason}))

    undone = call(data, name, act)
    if as_json:
        describe(undone, as_json=True)
    else:
        print(f"{undone['undone']} transactions are what they were before the run.")


async def every(api: "Api") -> list[dict[str, Any]]:
    return await api.pages("/api/rules", "rules")


async def find(api: "Api", which: str) -> dict[str, Any]:
    """The rule of that name or id."""
    wanted = which.strip().casefold()
    for one in await every(api):
        if wanted in (one["id"], one["name"].casefold()):
            return one
    raise NoSuchRule(f"There is no rule {which!r}. See `farthing rules list`.")


async def _done(api: "Api", started: dict[str, Any]) -> Any:
    """The run when its job is over."""
    job = await api.job(started["job"]["id"])
    if job["status"] != "done":
        raise RunFailed(f"The run is {job['status']}: {job['error'] or 'see `farthing rules runs`'}.")
    return await api("GET", f"/api/rules/runs/{started['run']['id']}")


def _tell(found: dict[str, Any], *, as_json: bool) -> None:
    from farthing.cli.output import describe, show

    if as_json:
        describe(found, as_json=True)
        return
    counted = [one | {"left_alone": _counts(one["left_alone"])} for one in found["rules"]]
    show(counted, COUNTED, as_json=False)
    if examples := found.get("examples"):
        print()
        show([_example(one) for one in examples], EXAMPLES, as_json=False)
    said = "would change" if "examples" in found else "were changed"
    print(f"{found['changed']:,} of {found['seen']:,} transactions {said}.", file=sys.stderr)


def _example(one: dict[str, Any]) -> dict[str, Any]:
    changes = [f"{name}: {_plain(c['before'])} → {_plain(c['after'])}" for name, c in one["changes"].items()]
    if one["transfer"]:
        changes.append(f"transfer with {one['transfer']}")
    return one | {"changes": changes, "rules": [rule["name"] for rule in one["rules"]]}


def _plain(value: Any) -> str:
    if isinstance(value, list) and value:
        return ", ".join(" ".join(str(v) for v in one.values() if v) if isinstance(one, dict) else one for one in value)
    return str(value) if value else "none"


def _counts(left_alone: dict[str, int]) -> str:
    return "; ".join(f"{count} because {why}" for why, count in left_alone.items())


def _read(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise FarthingError(f"{file} cannot be read: {error.strerror}.") from error


def _refuse_failures(failures: list[dict[str, str]]) -> None:
    for one in failures:
        print(f"{one['place']} ({one['rule']}): {one['detail']}", file=sys.stderr)
    if failures:
        raise TestsFailed(f"{len(failures)} of the tests fail.")
