"""The demo year, put together."""

from datetime import date
from random import Random

from farthing.demo.accounts import accounts
from farthing.demo.banking import draw_cash, earn_interest, pay_card_off, save
from farthing.demo.calendar import Period
from farthing.demo.categories import categories
from farthing.demo.household import keep_house
from farthing.demo.journal import Journal
from farthing.demo.occasions import happen
from farthing.demo.records import DemoYear
from farthing.demo.shopping import go_shopping
from farthing.demo.trip import days_away, travel


def year(today: date, seed: int) -> DemoYear:
    """The twelve full months before today's month and that month up to today; the same for the same arguments."""
    period = Period(today)
    journal = Journal(period)
    rng = Random(seed)  # noqa: S311  a demo's prices are no secret
    away = days_away(period, rng)
    keep_house(journal, rng)
    go_shopping(journal, away, rng)
    travel(journal, away, rng)
    happen(journal, away, rng)
    save(journal)
    draw_cash(journal, rng)  # once all that is paid in cash is known
    earn_interest(journal)  # once all that is saved is known
    pay_card_off(journal, rng)  # once all that the card paid is known
    return DemoYear(
        accounts=accounts(period.first),
        categories=categories(),
        transactions=journal.transactions(),
    )
