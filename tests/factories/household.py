"""Years of invented households: merchants known and unknown, mixed ones, noise, and people who change their minds."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from farthing.classify.features import Asked
from farthing.classify.meanings import Side
from farthing.classify.model import Example

SYLLABLES = (
    "ba",
    "ka",
    "lo",
    "mi",
    "ru",
    "ta",
    "ne",
    "so",
    "vi",
    "du",
    "per",
    "tal",
    "mor",
    "gan",
    "zel",
    "fik",
    "bru",
)
KINDS = {
    "Food at home": ("Lidl", "REWE", "Biedronka", "Aldi", "Tesco", "Carrefour"),
    "Eating out": ("McDonald's", "Starbucks", "Pizzeria", "Kawiarnia", "Imbiss", "Sushi Bar"),
    "Getting around": ("Uber", "BVG", "PKP Intercity", "Deutsche Bahn", "Jakdojade"),
    "Car": ("Shell", "Orlen", "Aral", "Parkhaus", "Circle K"),
    "Home": ("IKEA", "OBI", "Castorama", "Hornbach"),
    "Bills": ("Vodafone", "Tauron", "Vattenfall", "Stadtwerke", "Orange"),
    "Health": ("Apotheke", "Apteka", "Zahnarzt", "Rossmann"),
    "Fun": ("Netflix", "Spotify", "Cinema City", "Steam", "Eventim"),
    "Clothing": ("H&M", "Zara", "Zalando", "CCC"),
    "Children": ("Smyk", "Kita", "Toys R Us"),
}
MIXED = ("Amazon", "Allegro", "Kaufland", "eBay", "PayPal")
ACTS = ("{} {} {} {}", "KARTENZAHLUNG {} {} {} {}", "ZAKUP KARTĄ {} {} {} {}", "{} {} NR {} REF {}", "POS {} {} {} {}")
CITIES = ("BERLIN", "WARSZAWA", "LONDON", "POZNAŃ", "KÖLN", "")


@dataclass(frozen=True)
class Shop:
    name: str
    weights: tuple[tuple[str, float], ...]
    cents: int
    often: float


def household(seed: int, days: int = 365, slips: float = 0.01) -> list[Example]:
    """A household's purchases in their order with the categories that it gives; `slips` are given at random."""
    random = Random(seed)  # noqa: S311  invented purchases are no secret
    shops = _shops(random)
    examples = []
    for day in range(days):
        known = [shop for place, shop in enumerate(shops) if place <= len(shops) * (0.5 + day / days / 2)]
        for _ in range(random.randint(1, 4)):
            shop = random.choices(known, [shop.often for shop in known])[0]
            examples.append(_bought(random, shop, date(2025, 1, 1) + timedelta(day), slips))
    return examples


def _shops(random: Random) -> list[Shop]:
    shops = []
    for kind, brands in KINDS.items():
        names = [
            *random.sample(brands, k=min(3, len(brands))),
            *(_invented(random) for _ in range(random.randint(1, 4))),
        ]
        shops += [
            Shop(name, ((kind, 1.0),), random.randint(300, 9000), 1 / (1 + random.random() * 9)) for name in names
        ]
    for name in random.sample(MIXED, k=3):
        kinds = random.sample(sorted(KINDS), k=random.randint(2, 4))
        weights = tuple((kind, random.random() + 0.1) for kind in kinds)
        shops.append(Shop(name, weights, random.randint(500, 5000), 0.5))
    random.shuffle(shops)
    return shops


def _bought(random: Random, shop: Shop, day: date, slips: float) -> Example:
    kinds, weights = zip(*shop.weights, strict=True)
    label = random.choices(kinds, weights)[0]
    if random.random() < slips:
        label = random.choice(sorted(KINDS))
    act = random.choice(ACTS)
    said = act.format(shop.name.upper(), random.randint(1, 9999), random.choice(CITIES), random.randint(10**5, 10**9))
    amount = -max(100, round(random.gauss(shop.cents, shop.cents / 3)))
    account = random.choice(("giro", "card"))
    return Example(Asked(Side.EXPENSE, None, None, said, amount, account, day.weekday()), label)


def _invented(random: Random) -> str:
    return "".join(random.choices(SYLLABLES, k=random.randint(2, 4))).capitalize()
