"""When two transactions look like one movement between own accounts. Pure."""

from farthing.ledger.models import Transaction

WINDOW_DAYS = 4


def looks_like_one(out: Transaction, into: Transaction) -> bool:
    """Whether two settled rows are still the same amount, close in time, from one account to another."""
    is_even = out.amount == -into.amount < 0 and out.currency == into.currency
    return is_even and out.account_id != into.account_id and _days_apart(out, into) <= WINDOW_DAYS


def why_one(out: Transaction, into: Transaction) -> str:
    days = _days_apart(out, into)
    when = "on the same day" if days == 0 else f"{days} day{'s' if days > 1 else ''} apart"
    return f"the same amount out of one account and into another, {when}"


def _days_apart(out: Transaction, into: Transaction) -> int:
    return abs((out.date - into.date).days)
