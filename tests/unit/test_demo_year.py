"""The demo year: whatever the day and the seed, it is whole, it adds up, and it holds what a demo has to show."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from farthing.demo import DemoTransaction, DemoYear, year
from farthing.demo.accounts import CARD, CASH, CHECKING, SAVINGS, ZLOTY
from farthing.demo.calendar import Period, banking_day_from, easter, is_holiday, month_end
from farthing.demo.exchange import Rate
from farthing.kernel.money import Money

Check = Callable[[date, int], None]


def any_year(check: Check) -> Check:
    """A few days and seeds of any kind, and the days on which months, years and summers end."""
    for today in (date(2024, 2, 29), date(2026, 1, 1), date(2025, 12, 31), date(2026, 7, 31), date(2025, 8, 1)):
        check = example(today, 0)(check)
    check = given(st.dates(date(2020, 1, 1), date(2045, 12, 31)), st.integers(0, 2**63))(check)
    return settings(max_examples=15, deadline=None)(check)


def amount(transaction: DemoTransaction) -> Decimal:
    return Decimal(transaction.amount)


def on(made: DemoYear, account: str) -> list[DemoTransaction]:
    return [transaction for transaction in made.transactions if transaction.account == account]


def opening(made: DemoYear, account: str) -> Decimal:
    return next(Decimal(each.opening_balance) for each in made.accounts if each.name == account)


def balance(made: DemoYear, account: str, day: date) -> Decimal:
    booked = (amount(transaction) for transaction in on(made, account) if transaction.date <= day)
    return opening(made, account) + sum(booked, Decimal())


def lowest_evening(made: DemoYear, account: str) -> Decimal:
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    for transaction in on(made, account):
        by_day[transaction.date] += amount(transaction)
    moved = [by_day[day] for day in sorted(by_day)]
    return min(accumulate(moved, initial=opening(made, account)))


def spent(made: DemoYear) -> list[DemoTransaction]:
    return [each for each in made.transactions if each.partner is None and amount(each) < 0]


def legs(made: DemoYear) -> list[tuple[DemoTransaction, DemoTransaction]]:
    """Each transfer once: the leg that goes out and the one that comes in."""
    return [
        (each, made.transactions[each.partner])
        for each in made.transactions
        if each.partner is not None and amount(each) < 0
    ]


@any_year
def test_the_same_day_and_seed_make_the_same_year(today: date, seed: int) -> None:
    assert year(today, seed) == year(today, seed)
    assert year(today, seed) != year(today, seed + 1)


@any_year
def test_it_lies_in_twelve_months_and_the_days_up_to_today(today: date, seed: int) -> None:
    made, period = year(today, seed), Period(today)
    days = [transaction.date for transaction in made.transactions]
    assert days == sorted(days)
    assert period.first <= days[0] <= period.first + timedelta(days=5)
    assert today - timedelta(days=1) <= days[-1] <= today
    assert 700 <= len(days) <= 1000
    assert all(account.opened_on == period.first for account in made.accounts)
    for transaction in made.transactions:
        if transaction.occurred_at is not None:
            assert transaction.occurred_at.tzinfo is UTC
            assert transaction.occurred_at.date() == transaction.date < today


@any_year
def test_every_name_that_is_used_exists_once(today: date, seed: int) -> None:
    made = year(today, seed)
    categories = {category.name for category in made.categories}
    assert {transaction.account for transaction in made.transactions} == {account.name for account in made.accounts}
    assert len({(each.kind, each.name.casefold()) for each in made.categories}) == len(made.categories)
    for transaction in made.transactions:
        assert transaction.category is None or transaction.category in categories
        assert categories.issuperset(category for category, _ in transaction.splits)
    seen: dict[str, str] = {}
    for category in made.categories:
        assert category.parent is None or seen[category.parent] == category.kind
        seen[category.name] = category.kind


@any_year
def test_every_amount_is_money_and_no_income_is_spent(today: date, seed: int) -> None:
    made = year(today, seed)
    currencies = {account.name: account.currency for account in made.accounts}
    incomes = {category.name for category in made.categories if category.kind == "income"}
    for transaction in made.transactions:
        money = Money.of(transaction.amount, currencies[transaction.account])
        assert money.minor != 0
        assert str(money) == f"{transaction.amount} {money.currency}"
        assert transaction.category not in incomes or money.minor > 0


@any_year
def test_splits_sum_to_the_whole(today: date, seed: int) -> None:
    split = [transaction for transaction in year(today, seed).transactions if transaction.splits]
    assert len(split) == 3
    for transaction in split:
        assert transaction.category is None
        assert len(transaction.splits) >= 2
        assert sum(Decimal(part) for _, part in transaction.splits) == amount(transaction)


@any_year
def test_the_legs_of_a_transfer_mirror_each_other(today: date, seed: int) -> None:
    made = year(today, seed)
    currencies = {account.name: account.currency for account in made.accounts}
    for index, transaction in enumerate(made.transactions):
        if transaction.partner is None:
            continue
        other = made.transactions[transaction.partner]
        assert other.partner == index
        assert other.account != transaction.account
        assert (transaction.category, transaction.splits, transaction.status) == (None, (), "booked")
        assert abs(transaction.date - other.date) <= timedelta(days=2)
        assert amount(transaction) * amount(other) < 0
        if currencies[transaction.account] == currencies[other.account]:
            assert amount(transaction) + amount(other) == 0


@any_year
def test_no_account_runs_dry(today: date, seed: int) -> None:
    made = year(today, seed)
    assert lowest_evening(made, CHECKING) >= -500
    assert lowest_evening(made, CASH) >= 0
    assert lowest_evening(made, ZLOTY) >= 0
    assert lowest_evening(made, SAVINGS) > 0


@any_year
def test_the_card_is_paid_off_to_zero_each_month(today: date, seed: int) -> None:
    made, period = year(today, seed), Period(today)
    paid = [transaction for transaction in on(made, CARD) if transaction.partner is not None]
    due = [month for month in period.months if banking_day_from(month.replace(day=5)) <= today]
    assert len(paid) == len(due) >= 12
    for payment, month in zip(paid, due, strict=True):
        assert payment.date >= month
        assert balance(made, CARD, month - timedelta(days=1)) + amount(payment) == 0


@any_year
def test_savings_grow_each_month_but_the_one_that_needed_them(today: date, seed: int) -> None:
    made, period = year(today, seed), Period(today)
    evenings = [month - timedelta(days=1) for month in period.months]
    balances = [balance(made, SAVINGS, evening) for evening in evenings]
    assert sum(before >= after for before, after in pairwise(balances)) == 1
    assert balances[-1] > balances[0] + 5_000


@any_year
def test_each_full_month_is_complete(today: date, seed: int) -> None:
    made = year(today, seed)
    for first in Period(today).months[:12]:
        month = [each for each in made.transactions if first <= each.date <= month_end(first)]
        count = Counter(transaction.category for transaction in month)
        assert (count["Salary"], count["Rent"], count["Electricity"], count["Heating"]) == (2, 1, 1, 1)
        assert (count["Internet & phone"], count["Sport"] >= 1) == (2, True)
        assert count["Subscriptions"] >= 4
        assert count["Groceries"] >= 2
        moved = {(out.account, into.account) for out, into in legs(made) if first <= out.date <= month_end(first)}
        assert {(CHECKING, SAVINGS), (CHECKING, CARD)} <= moved
        assert sum(amount(each) for each in month if each.account == CHECKING and each.category == "Salary") > 4_000


@any_year
def test_prices_and_pay_change_once(today: date, seed: int) -> None:
    made = year(today, seed)
    prices: dict[str | None, list[Decimal]] = defaultdict(list)
    for transaction in made.transactions:
        if transaction.category in {"Rent", "Salary", "Subscriptions"}:
            prices[transaction.merchant].append(amount(transaction))
    for changed in ("Havelwerk Software", "Hausverwaltung Spreegrün", "Kinolaterne"):
        assert len(set(prices[changed])) == 2
        assert [abs(price) for price in prices[changed]] == sorted(abs(price) for price in prices[changed])
    assert len(set(prices["Tonspur"])) == 1
    assert len(prices["Northlight Journal"]) == 9
    assert len(prices["Lernfuchs"]) in {1, 2}
    heating = {each.date.month: -amount(each) for each in made.transactions if each.category == "Heating"}
    assert heating[1] > 3 * heating[7]


@any_year
def test_the_trip_is_ten_days_in_summer_with_its_rates(today: date, seed: int) -> None:
    made = year(today, seed)
    tagged = [transaction for transaction in made.transactions if "Gdańsk" in transaction.tags]
    there = [each for each in tagged if each.partner is None and each.category != "Fees & taxes"]
    assert (there[-1].date - there[0].date).days == 9
    assert {each.date.month for each in there} == {7}
    days = {each.date for each in there}
    assert not [each for each in spent(made) if each.date in days and each.account == CASH]
    by_card = [each for each in there if each.account == CARD]
    assert len(by_card) >= 10
    assert all(each.note and each.note.startswith("Original amount ") and " PLN" in each.note for each in by_card)
    ((out, into),) = [pair for pair in legs(made) if pair[1].account == ZLOTY]
    assert out.note == into.note
    assert out.note is not None
    at_rate = Decimal(out.note.removesuffix(" PLN").rpartition(" = ")[2])
    assert abs(-amount(out) * at_rate - amount(into)) <= Decimal("0.005")


@any_year
def test_it_holds_what_a_demo_has_to_show(today: date, seed: int) -> None:
    made = year(today, seed)
    largest = min(spent(made), key=amount)
    assert (largest.category, largest.merchant) == ("Car", "Kolben & Kette")
    assert [(out.account, into.account) for out, into in legs(made)].count((SAVINGS, CHECKING)) == 1
    assert len([pair for pair in legs(made) if pair[1].account == CASH]) >= 6
    refunds = [each for each in made.transactions if each.note == "Refund: wrong size"]
    assert [amount(each) for each in refunds] == [Decimal("119.90")]
    doctors = [amount(each) for each in made.transactions if each.category == "Doctors"]
    assert doctors[0] < 0 < doctors[1] < -doctors[0]
    assert Counter(each.category for each in made.transactions)["Bonus"] >= 1
    assert {each.date.month for each in made.transactions if each.category == "Insurance"} == {1, 4, 9}
    assert len([each for each in spent(made) if "GBP" in each.description]) == 2
    assert any("ŁÓŻKO" in each.description for each in spent(made))
    assert Counter(each.category for each in made.transactions)["Restaurants"] >= 50
    assert {"Bäckerei Morgenrot", "Café Zimtstern"} <= {each.merchant for each in made.transactions}


@any_year
def test_two_coffees_look_like_one_and_nothing_else_does(today: date, seed: int) -> None:
    looks = Counter((each.account, each.date, each.amount, each.description) for each in spent(year(today, seed)))
    ((account, _, _, description),) = [look for look, count in looks.items() if count > 1]
    assert account == CARD
    assert description.startswith("RÖSTEREI KOLIBRI")


@any_year
def test_some_lines_wait_for_review(today: date, seed: int) -> None:
    open_lines = [
        each
        for each in year(today, seed).transactions
        if each.category is None and each.partner is None and not each.splits
    ]
    assert len(open_lines) == 9
    assert all(each.merchant is None and each.payee for each in open_lines)
    assert sum(each.date > today - timedelta(days=30) for each in open_lines) >= 5


@any_year
def test_only_the_card_pends_and_only_its_last_days(today: date, seed: int) -> None:
    made = year(today, seed)
    pending = [each for each in made.transactions if each.status == "pending"]
    assert len(pending) >= 2
    assert {each.account for each in pending} == {CARD}
    assert all(each.date > today - timedelta(days=3) and amount(each) < 0 for each in pending)


@any_year
def test_restaurants_fill_at_weekends_and_shops_rest_on_sundays(today: date, seed: int) -> None:
    made = year(today, seed)
    evenings = [each for each in on(made, CARD) if each.category == "Restaurants" and "Gdańsk" not in each.tags]
    assert sum(each.date.weekday() >= 4 or is_holiday(each.date) for each in evenings) > len(evenings) * 0.7
    at_home = [each for each in on(made, CHECKING) if each.category == "Groceries"]
    assert not [each for each in at_home if each.date.weekday() == 6 or is_holiday(each.date)]


def test_easter_is_where_the_church_puts_it() -> None:
    known = [date(2000, 4, 23), date(2008, 3, 23), date(2024, 3, 31), date(2025, 4, 20), date(2038, 4, 25)]
    assert [easter(day.year) for day in known] == known


@given(st.integers(8000, 50_000), st.integers(1, 10**9))
def test_a_rate_there_and_back_is_off_by_rounding_only(ten_thousandths: int, cents: int) -> None:
    rate = Rate("PLN", ten_thousandths)
    assert abs(rate.cents(rate.minor(cents)) - cents) <= 1
    assert abs(rate.minor(cents) * 10_000 - cents * ten_thousandths) <= 5_000
