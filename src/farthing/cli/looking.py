"""An import as the terminal tells of it."""

from typing import Any

COLUMNS = ("created_at", "name", "state", "format", "account", "rows", "new", "same", "suspect", "error", "id")


def flat(one: dict[str, Any]) -> dict[str, Any]:
    """An import in one line."""
    accounts = [statement["account_name"] for statement in one["statements"] if statement["account_name"]]
    counts = {state: one["summary"].get(state) or None for state in ("new", "same", "suspect", "error", "skipped")}
    days = {"from": one["summary"].get("first_day"), "to": one["summary"].get("last_day")}
    return one | counts | days | {"account": ", ".join(dict.fromkeys(accounts)), "created_at": one["created_at"][:16]}


def doubts(one: dict[str, Any]) -> list[str]:
    """What a file leaves open, and what was assumed."""
    return [
        f"{doubt['doubt'].replace('_', ' ')}: {doubt['assumed']} was assumed, it may be "
        f"{' or '.join(doubt['alternatives'])} ({doubt['because']})"
        for doubt in one["reading"].get("ambiguities", [])
    ]
