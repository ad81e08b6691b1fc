"""How banks and tills put things: upper case, card masks, references."""

from datetime import date

from farthing.demo.accounts import CARD, CHECKING, ZLOTY

_PRINTED = {
    CHECKING: "KARTENZAHLUNG {spelled} BERLIN {day:%d.%m.%Y} KARTE **** **** **** 4417",
    CARD: "{spelled} BERLIN DEU 5232********2093",
    ZLOTY: "ZAKUP PRZY UŻYCIU KARTY {spelled} POL KARTA 4111********1188",
}


def purchase(account: str, spelled: str, day: date) -> str:
    """A purchase as the account's bank prints it; a wallet prints nothing, so a person's own words stay."""
    return _PRINTED.get(account, "{spelled}").format(spelled=spelled, day=day)


def abroad(spelled: str, original: str, rate: str) -> str:
    """A purchase in another currency as the credit card's bank prints it."""
    return f"{spelled} {original.replace('.', ',')} KURS {rate.replace('.', ',')} 5232********2093"
