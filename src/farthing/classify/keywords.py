"""Built-in knowledge: which words mean which category, in the languages of our users. Whole words only."""

import re
from dataclasses import dataclass
from functools import cache

INCOME = {
    "Salary": "salary payroll wages wage wynagrodzenie pensja gehalt lohn зарплата заработок oylik",
    "Benefits": "child benefit kindergeld zasiłek 800+ rente pension emerytura пенсия",
    "Interest": "interest odsetki zinsen zinsgutschrift проценты",
    "Refunds": "refund reimbursement zwrot erstattung rückerstattung возврат",
}
EXPENSE = {
    "Groceries": "supermarket grocery groceries lidl aldi rewe edeka penny netto kaufland biedronka żabka zabka "
    "auchan carrefour tesco sainsbury sainsburys waitrose korzinka makro spar dino продукты bakery bäckerei piekarnia",
    "Restaurants": "restaurant cafe café coffee kawiarnia restauracja bistro pizza pizzeria kebab burger mcdonald "
    "mcdonalds kfc starbucks costa evos lavash palov osh кафе ресторан wolt pyszne lieferando deliveroo glovo imbiss",
    "Transport": "taxi uber bolt yandex metro bus tram train bahn db pkp mpk ztm bvg fuel petrol shell orlen aral bp "
    "lotos parking parkplatz tankstelle такси метро транспорт",
    "Housing": "rent miete czynsz landlord mortgage hypothek kredyt hipoteczny аренда",
    "Utilities": "electricity gas water heating internet broadband phone mobile strom stadtwerke wasser prąd energia "
    "woda tauron pge enea telekom vodafone orange play tmobile o2 электричество коммунальные интернет связь",
    "Health": "pharmacy apotheke apteka doctor arzt lekarz dentist zahnarzt dentysta hospital clinic klinika "
    "przychodnia rossmann dm аптека больница врач",
    "Shopping": "amazon allegro ebay zalando ikea media markt mediamarkt saturn decathlon hm zara uniqlo olcha clothes "
    "clothing odzież одежда обувь electronics",
    "Entertainment": "cinema kino theatre theater teatr concert konzert koncert museum muzeum steam "
    "playstation кино театр",
    "Subscriptions": "netflix spotify disney hbo audible icloud patreon youtube premium abo abonament subscription",
    "Education": "school university course tuition schule universität szkoła uczelnia kurs школа университет курс",
    "Insurance": "insurance versicherung allianz huk pzu ubezpieczenie warta страхование",
    "Travel": "hotel booking airbnb ryanair wizzair lufthansa lot flight flug hostel",
    "Fees": "fee fees charge commission gebühr gebühren entgelt opłata prowizja комиссия",
    "Cash": "atm withdrawal bankomat wypłata geldautomat bargeldauszahlung",
}
_WORD = re.compile(r"[^\W_]+(?:\+)?", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Guess:
    category: str
    reason: str
    confidence: int


def guess(amount: int, *texts: str | None) -> Guess | None:
    """The category that a word in the texts means, on the side that the sign of the amount says."""
    side = _by_word(is_income=amount > 0)
    for text in texts:
        for word in _WORD.findall((text or "").casefold()):
            if word in side:
                return Guess(side[word], f"the word “{word}”", 70)
    return None


@cache
def _by_word(*, is_income: bool) -> dict[str, str]:
    table = INCOME if is_income else EXPENSE
    return {word: name for name, words in table.items() for word in words.casefold().split()}
