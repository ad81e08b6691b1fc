"""The one function that moves totals is a difference: steps add up, and standing still is nothing."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.ledger.kinds import CategoryKind
from farthing.ledger.totals import Bundle, Delta, Posted, bundled, column_of, delta

CATEGORIES = {UUID(int=number): kind for number, kind in enumerate(CategoryKind)}
ACCOUNT, DAY = UUID(int=10), date(2026, 2, 14)
INCOME, EXPENSE, NONE = CATEGORIES

ids = st.sampled_from(list(CATEGORIES))
minor = st.integers(-(10**9), 10**9)


@st.composite
def movements(draw: st.DrawFn) -> Posted:
    parts = draw(st.lists(st.tuples(ids, minor), max_size=3))
    return Posted(
        account_id=draw(st.sampled_from([ACCOUNT, UUID(int=11)])),
        day=draw(st.dates(date(2026, 1, 25), date(2026, 2, 5))),
        amount=sum(amount for _, amount in parts) if parts else draw(minor),
        currency=draw(st.sampled_from(["EUR", "PLN"])),
        status=draw(st.sampled_from(["booked", "pending", "void"])),
        category_id=draw(ids),
        is_transfer=draw(st.booleans()),
        is_deleted=draw(st.booleans()),
        splits=tuple(parts),
    )


ledgers = st.lists(movements(), max_size=6)


def added(one: Delta, other: Delta) -> Delta:
    both = delta([], [], CATEGORIES)
    for part in (one, other):
        for key, moved in part.daily.items():
            both.daily[key] = [a + b for a, b in zip(both.daily.get(key, [0] * 5), moved, strict=True)]
        for month, moved in part.months.items():
            both.months[month] = [a + b for a, b in zip(both.months.get(month, [0, 0]), moved, strict=True)]
        for account, moved_by in part.balances.items():
            both.balances[account] = both.balances.get(account, 0) + moved_by
    return Delta(
        {key: moved for key, moved in both.daily.items() if any(moved)},
        {key: moved for key, moved in both.months.items() if any(moved)},
        {key: moved for key, moved in both.balances.items() if moved},
    )


def booked(amount: int, category_id: UUID = EXPENSE, *, is_transfer: bool = False) -> Posted:
    return Posted(ACCOUNT, DAY, amount, "EUR", "booked", category_id, is_transfer=is_transfer)


@given(ledgers, ledgers, ledgers)
def test_two_steps_are_one(one: list[Posted], two: list[Posted], three: list[Posted]) -> None:
    assert added(delta(one, two, CATEGORIES), delta(two, three, CATEGORIES)) == delta(one, three, CATEGORIES)


@given(ledgers)
def test_standing_still_is_nothing(one: list[Posted]) -> None:
    assert delta(one, one, CATEGORIES) == Delta({}, {}, {})
    assert delta(one, one[::-1], CATEGORIES) == Delta({}, {}, {})


@given(ledgers, ledgers)
def test_there_and_back_is_nothing(one: list[Posted], two: list[Posted]) -> None:
    assert added(delta(one, two, CATEGORIES), delta(two, one, CATEGORIES)) == Delta({}, {}, {})


@given(ledgers)
def test_days_months_and_balances_tell_the_same(one: list[Posted]) -> None:
    moved = delta([], one, CATEGORIES)
    for account in {posted.account_id for posted in one}:
        gained = [t[0] - t[1] + t[2] - t[3] for key, t in moved.daily.items() if key[0] == account]
        net = [total[0] for month, total in moved.months.items() if month[0] == account]
        assert sum(gained) == sum(net) == moved.balances.get(account, 0)


@pytest.mark.parametrize(
    ("amount", "category", "is_transfer", "total"),
    [
        (500, INCOME, False, [500, 0, 0, 0, 1]),
        (-500, INCOME, False, [-500, 0, 0, 0, 1]),
        (-500, EXPENSE, False, [0, 500, 0, 0, 1]),
        (500, EXPENSE, False, [0, -500, 0, 0, 1]),
        (500, NONE, False, [500, 0, 0, 0, 1]),
        (-500, NONE, False, [0, 500, 0, 0, 1]),
        (500, EXPENSE, True, [0, 0, 500, 0, 1]),
        (-500, INCOME, True, [0, 0, 0, 500, 1]),
    ],
)
def test_a_refund_makes_its_expense_smaller_and_a_transfer_is_neither(
    amount: int, category: UUID, *, is_transfer: bool, total: list[int]
) -> None:
    moved = delta([], [booked(amount, category, is_transfer=is_transfer)], CATEGORIES)
    assert moved.daily == {(ACCOUNT, DAY, category, "EUR"): total}
    assert moved.balances == {ACCOUNT: amount}


def test_what_is_pending_is_counted_but_moves_nothing() -> None:
    waiting = Posted(ACCOUNT, DAY, -500, "EUR", "pending", EXPENSE)
    assert delta([], [waiting], CATEGORIES) == Delta({}, {(ACCOUNT, date(2026, 2, 1)): [0, 1]}, {})


def test_what_is_deleted_is_not_there() -> None:
    gone = Posted(ACCOUNT, DAY, -500, "EUR", "booked", EXPENSE, is_deleted=True)
    assert delta([], [gone], CATEGORIES) == Delta({}, {}, {})


def test_parts_count_where_the_whole_does_not() -> None:
    whole = Posted(ACCOUNT, DAY, -5, "EUR", "booked", NONE, splits=((EXPENSE, -8), (INCOME, 3)))
    assert delta([], [whole], CATEGORIES).daily == {
        (ACCOUNT, DAY, EXPENSE, "EUR"): [0, 8, 0, 0, 1],
        (ACCOUNT, DAY, INCOME, "EUR"): [3, 0, 0, 0, 1],
    }


@given(minor, st.sampled_from(list(CategoryKind)), st.booleans())
def test_a_transfer_is_never_negative(amount: int, kind: CategoryKind, is_transfer: bool) -> None:  # noqa: FBT001
    _, size = column_of(amount, kind, is_transfer=is_transfer)
    assert abs(size) == abs(amount)
    assert not is_transfer or size >= 0


def bundles_of(rows: list[Posted]) -> list[Bundle]:
    """As the database sums them up: what is whole by its category, parts for themselves."""
    found: list[Bundle] = []
    for row in rows:
        category = row.category_id if row.is_booked and not row.splits else None
        is_net = row.is_booked
        found.append(bundle(row, row.amount, category, is_net=is_net, transactions=1))
        if row.is_booked:
            found += [bundle(row, amount, part, is_net=False, transactions=0) for part, amount in row.splits]
    return found


def bundle(row: Posted, amount: int, category: UUID | None, *, is_net: bool, transactions: int) -> Bundle:
    sides = (row.is_transfer, is_net)
    return Bundle(row.account_id, row.day, row.currency, amount, 1, transactions, category, *sides)


@given(ledgers)
def test_many_that_come_or_go_together_move_the_same(rows: list[Posted]) -> None:
    living = [row for row in rows if not row.is_deleted]
    assert bundled(bundles_of(living), CATEGORIES, 1) == delta([], living, CATEGORIES)
    assert bundled(bundles_of(living), CATEGORIES, -1) == delta(living, [], CATEGORIES)
