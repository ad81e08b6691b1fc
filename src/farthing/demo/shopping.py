"""The household's days among its shops."""

from collections.abc import Container
from datetime import date, time
from random import Random

from farthing.demo.accounts import CARD, CASH
from farthing.demo.calendar import weekday
from farthing.demo.journal import Entry, Journal
from farthing.demo.shops import SHOPS, Shop
from farthing.demo.wording import purchase


def go_shopping(journal: Journal, away: Container[date], rng: Random) -> None:
    """Visit the shops in their rhythm on every day at home."""
    for day in journal.period.days:
        if day not in away:
            journal.add(*(_visit(shop, day, rng) for shop in _visited(day, rng)))


def _visited(day: date, rng: Random) -> list[Shop]:
    """The day's shops: nobody has two dinners, so of two that are alike only the one further down is visited."""
    kind_of_day = weekday(day)
    shops = [shop for shop in SHOPS if day.month in shop.months and rng.randrange(100) < shop.chances[kind_of_day]]
    return list({(shop.category, shop.account): shop for shop in shops}.values())


def _visit(shop: Shop, day: date, rng: Random) -> Entry:
    return Entry(
        account=shop.account,
        date=day,
        minor=-_bill(shop, rng),
        description=purchase(shop.account, shop.spelled, day),
        payee=shop.merchant if shop.account == CASH else shop.spelled,
        merchant=shop.merchant,
        category=shop.category,
        at=time(rng.randint(shop.opens, shop.closes), rng.randrange(60)),
        may_pend=shop.account == CARD,
    )


def _bill(shop: Shop, rng: Random) -> int:
    """An amount between the shop's lowest and highest, more often in the middle, as its prices are rounded."""
    middling = (rng.randint(shop.low, shop.high) + rng.randint(shop.low, shop.high)) // 2
    return middling - middling % shop.step
