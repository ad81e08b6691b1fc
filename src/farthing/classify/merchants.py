"""A merchant's name out of what a bank wrote: without processors, card numbers, store numbers and legal forms."""

import re
from functools import lru_cache

_PROCESSORS = re.compile(
    r"^(?:SUMUP|SQ|PAYPAL|PP|ZETTLE|IZETTLE|STRIPE|ADYEN|MOLLIE|KLARNA|PAYU|PAYPRO|PRZELEWY24|TPAY|"
    r"GOOGLE PAY|APPLE PAY)"
    r"\s*[*:]\s*",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"^(?:card payment(?: to)?|pos(?: purchase)?|purchase|zakup(?: kart[ąa])?|p[łl]atno[śs][ćc](?: kart[ąa])?|"
    r"kartenzahlung|lastschrift|visa|mastercard|debit card|contactless|transaction)\s*[:\-]?\s+",
    re.IGNORECASE,
)
_CARD = re.compile(r"\b(?:\d{4,6}[*xX.]{2,}\d{2,4}|[*xX]{2,}\s?\d{3,4}|\d{12,19})\b|(?:[*xX]{4,}\s?)+\d{2,4}")
_NUMBERS = re.compile(r"(?:\s|^)(?:#|NR\.?|NO\.?|STORE|FIL\.?|FILIALE)?\s*\d{2,}[\w\-/]*", re.IGNORECASE)
_DATES = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b\d{1,2}:\d{2}(?::\d{2})?\b")
_LEGAL = re.compile(
    r"[\s,]+(?:sp\.?\s?z\.?\s?o\.?\s?o\.?|s\.?a\.?|gmbh(?: & co\.? kg)?|ag|ltd\.?|limited|inc\.?|llc|plc|"
    r"b\.?v\.?|s\.?r\.?l\.?|s\.?p\.?a\.?|kg|ohg|e\.?k\.?|sarl|oy|ab|as|a/s)\.?$",
    re.IGNORECASE,
)
_NOISE = re.compile(r"[*_|/\\]+|\s{2,}")
_LONGEST = 60


def merchant_of(*texts: str | None) -> str | None:
    """The first text that still says something when the noise is gone."""
    for text in texts:
        if text and (name := _clean(text)):
            return name
    return None


@lru_cache(maxsize=50_000)
def _clean(text: str) -> str | None:
    name = text.strip()
    for noise in (_LEADS, _PROCESSORS, _LEADS):
        name = noise.sub("", name)
    for noise in (_DATES, _CARD, _NUMBERS, _NOISE):
        name = noise.sub(" ", name)
    name = _LEGAL.sub("", " ".join(name.split()).strip(" ,.-:;"))
    name = name.strip(" ,.-:;")
    if not any(letter.isalpha() for letter in name):
        return None
    return _cased(name)[:_LONGEST].strip()


def _cased(name: str) -> str:
    """Capitals as a bank shouts them become words; what somebody wrote with care stays."""
    if name.upper() != name:
        return name
    return " ".join(word if len(word) <= 3 and word.isalpha() else word.capitalize() for word in name.split())  # noqa: PLR2004
