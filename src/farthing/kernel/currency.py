"""Currencies by their ISO 4217 codes, each with the number of decimals of its minor unit."""

from farthing.kernel.errors import Unprocessable

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_TWO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF "
    "CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK "
    "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
    "MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP "
    "SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER "
    "ZAR ZMW ZWG ZWL"
)
_CRYPTO = {"BTC": 8, "ETH": 8, "LTC": 8, "USDT": 6, "USDC": 6, "XAU": 4, "XAG": 4}
"""What people hold without an ISO minor unit: enough decimals for what they count, and few enough for the database."""

DECIMALS: dict[str, int] = {
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_FOUR.split(), 4),
    **_CRYPTO,
}


class CurrencyUnknown(Unprocessable):
    """This is not a currency. Give an ISO 4217 code such as EUR."""


def currency(code: str) -> str:
    """The code as it is written, if it names a currency."""
    folded = code.strip().upper()
    if folded not in DECIMALS:
        raise CurrencyUnknown(f"{code!r} is not a currency. Give an ISO 4217 code such as EUR.")
    return folded
