"""How files write currencies: codes, symbols, words, and codes of yesterday."""

from farthing.ingest.readers.table.words import folded
from farthing.kernel.currency import DECIMALS

OLD_CODES = {
    "RUR": "RUB",
    "RMB": "CNY",
    "CNH": "CNY",
    "NTD": "TWD",
    "BYR": "BYN",
    "TRL": "TRY",
    "MXP": "MXN",
    "ZLOTY": "PLN",
}
"""What banks still write, and what it is now."""

HISTORIC = frozenset(
    [
        "DEM",
        "ATS",
        "FRF",
        "ITL",
        "ESP",
        "NLG",
        "BEF",
        "LUF",
        "FIM",
        "IEP",
        "PTE",
        "GRD",
        "SIT",
        "EEK",
        "LVL",
        "LTL",
        "SKK",
        "MTL",
        "CYP",
    ]
)

CODES = frozenset(DECIMALS) | HISTORIC

SYMBOLS: dict[str, str] = {
    "€": "EUR", "£": "GBP", "zł": "PLN", "₹": "INR", "₽": "RUB", "₴": "UAH", "₺": "TRY", "₪": "ILS", "₩": "KRW",
    "₫": "VND", "₱": "PHP", "₦": "NGN", "฿": "THB", "₸": "KZT", "₾": "GEL", "₡": "CRC", "₲": "PYG", "R$": "BRL",
    "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "HK$": "HKD", "S$": "SGD", "US$": "USD", "NT$": "TWD",
    "NZ$": "NZD", "TL": "TRY", "KSh": "KES", "GH₵": "GHS", "د.ك": "KWD", "د.إ": "AED", "ر.س": "SAR", "ج.م": "EGP",
    "درهم": "AED", "ريال": "SAR", "دينار": "KWD", "৳": "BDT", "₼": "AZN", "֏": "AMD", "din": "RSD", "дин": "RSD", "ден": "MKD",
    "S/": "PEN", "RD$": "DOP", "MX$": "MXN", "บาท": "THB", "Kč": "CZK", "Ft": "HUF", "лв": "BGN", "円": "JPY", "元": "CNY", "원": "KRW", "руб": "RUB",
    "грн": "UAH", "lei": "RON", "Fr": "CHF", "SFr": "CHF", "RM": "MYR", "Rp": "IDR", "₨": "INR", "Rs": "INR",
}  # fmt: skip

SHARED_SYMBOLS: dict[str, tuple[str, ...]] = {
    "$": ("USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD", "ARS", "CLP", "COP"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "¥": ("JPY", "CNY"),
}
"""Signs of several currencies: they say that a cell is money, and not which."""

WORDS: dict[str, str] = {
    "人民币": "CNY", "人民幣": "CNY", "人民币元": "CNY", "港币": "HKD", "港元": "HKD", "港幣": "HKD", "美元": "USD",
    "美金": "USD", "欧元": "EUR", "歐元": "EUR", "日元": "JPY", "日圓": "JPY", "英镑": "GBP", "新台币": "TWD",
    "新臺幣": "TWD", "台幣": "TWD", "日本円": "JPY", "米ドル": "USD", "ユーロ": "EUR", "euro": "EUR", "euros": "EUR",
    "евро": "EUR", "доллар": "USD", "доллар США": "USD", "рубль": "RUB", "рублей": "RUB", "российский рубль": "RUB",
    "гривня": "UAH", "гривна": "UAH", "złoty": "PLN", "złotych": "PLN", "forint": "HUF", "us dollar": "USD",
    "pound sterling": "GBP", "sterling": "GBP", "swiss franc": "CHF", "yen": "JPY", "yuan": "CNY", "원화": "KRW",
}  # fmt: skip

_BY_FOLDED = {folded(word): code for word, code in WORDS.items()}
_BY_SYMBOL = {symbol.casefold(): code for symbol, code in SYMBOLS.items()}
_SHARED = {symbol.casefold() for symbol in SHARED_SYMBOLS}


def code_of(text: str) -> str | None:
    """The currency that a short text names, if it names one alone."""
    bare = text.strip().strip(".:()[]").strip()
    upper = bare.upper()
    if upper in CODES and (bare.isupper() or bare.islower()) and bare.isascii():
        return upper
    return OLD_CODES.get(upper) or _BY_SYMBOL.get(bare.casefold()) or _BY_FOLDED.get(folded(bare))


def is_money_sign(text: str) -> bool:
    """Whether it says that a figure is money, even where it does not say of which currency."""
    bare = text.strip().strip(".").casefold()
    return code_of(text) is not None or bare in _SHARED
