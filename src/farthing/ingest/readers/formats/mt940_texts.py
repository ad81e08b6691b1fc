"""What banks write into `:86:`: numbered fields, words between slashes, coded lines, or plain text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from farthing.ingest.readers.words import squeezed

WIDTH = 64
"""A line as long as this was cut by the format, not by a writer: what follows goes on within the word."""
_NUMBERED = re.compile(r"\s*(?P<code>\d{3})?\s?(?P<mark>[?>^<~@+*|§])(?P<first>\d{2})")
_NO_CODE = {"000"}
"""Names no kind of transaction: who writes it gives the numbers meanings of his own."""
_CODED = re.compile(r"(?P<code>\d{2})(?P<text>.*)")
_SLASHED_WORDS = (
    "TRTP IBAN BIC NAME REMI EREF MARF CSID RTRN ORDP BENM ISDT PREF PURP ULTD ULTC ULTB SVCL TRCD SUBF CNTP EXCH "
    "CHGS KREF CRED MREF SVWZ ADDR OCMT BUS INFO NRTX RREF ABWA ABWE PAYA ACCW IREF BO BI ID"
)
_SLASHED = frozenset(_SLASHED_WORDS.split())
_SLASH = re.compile(r"/([A-Z]{2,4})/")
_SEPA_WORDS = "EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|PURP|RREF|ORCR"
_SEPA = re.compile(rf"({_SEPA_WORDS})\+|(?:^|(?<=\s))({_SEPA_WORDS})(?::|$)")


@dataclass(frozen=True, slots=True)
class Told:
    """Who, what for, what kind, and how to refer to it; `others` are words that fit nowhere else."""

    payee: str | None = None
    memo: str | None = None
    kind: str | None = None
    reference: str | None = None
    others: tuple[str, ...] = ()


def told(lines: Sequence[str]) -> Told:
    """The words of a transaction, in whichever of the ways they are put down."""
    if not any(line.strip() for line in lines):
        return Told()
    start = _NUMBERED.match(lines[0])
    if start and start["code"] not in _NO_CODE:
        fields = _numbered("".join(lines), start["mark"])
        if start["code"] or len(fields) > 1:
            return _from_numbers(fields)
    whole = "".join(lines)
    names = _SLASH.findall(whole)
    if whole.lstrip().startswith("/") and names and names[0] in _SLASHED:
        return _from_slashes(whole)
    return Told(memo=squeezed(flowing(lines)))


def flowing(lines: Sequence[str]) -> str:
    """Lines as one text, words that were cut in two put together."""
    return "".join(line if len(line) >= WIDTH else f"{line} " for line in lines)


def _numbered(text: str, mark: str) -> list[tuple[str, str]]:
    """`?20Rent?32ANNA` as pairs."""
    parts = re.split(rf"{re.escape(mark)}(\d{{2}})", text)
    return list(zip(parts[1::2], parts[2::2], strict=False))


def _from_numbers(fields: Sequence[tuple[str, str]]) -> Told:
    purpose = [text for code, text in fields if "20" <= code <= "29" or "60" <= code <= "63"]
    sepa = _sepa("".join(purpose))
    name = "".join(text for code, text in fields if code in {"32", "33"})
    return Told(
        payee=squeezed(name) or squeezed(sepa.get("ABWA")),
        memo=squeezed(sepa.get("SVWZ") or sepa.get("")) if sepa else squeezed(_purpose(purpose)),
        kind=squeezed(" ".join(text for code, text in fields if code == "00")),
        reference=_reference(sepa.get("EREF")),
        others=(sepa.get("ABWA", ""), *(text for code, text in fields if code in {"31", "38"})),
    )


def _purpose(parts: Sequence[str]) -> str:
    """Fields of the fixed width of 27 run on into each other; shorter ones end a word."""
    return "".join(part if len(part) >= 27 else f"{part} " for part in parts)  # noqa: PLR2004


def _sepa(purpose: str) -> dict[str, str]:
    """`EREF+12SVWZ+Rent` as a mapping, empty without such words; what stands before the first has none."""
    starts = list(_SEPA.finditer(purpose))
    if not starts:
        return {}
    ends = [match.start() for match in starts[1:]] + [len(purpose)]
    known = {match[1] or match[2]: purpose[match.end() : end] for match, end in zip(starts, ends, strict=True)}
    return {"": purpose[: starts[0].start()]} | known


def _from_slashes(text: str) -> Told:
    """`/TRTP/SEPA/NAME/ANNA/REMI/Rent` by its known words; the whole is kept for the words that are not known."""
    values: dict[str, str] = {}
    name = ""
    for part in re.split(r"(?<=/)(?=[A-Z]{2,4}/)", text):
        word, slash, rest = part.partition("/")
        if slash and word in _SLASHED:
            name = word
            values[name] = f"{values[name]} {rest}" if name in values else rest
        elif name:
            values[name] += part
    party = values.get("CNTP", "").strip("/").split("/")
    remi = values.get("REMI", "").strip("/")
    return Told(
        payee=squeezed(values.get("NAME", "").strip("/")) or squeezed(party[2] if len(party) > 2 else None),  # noqa: PLR2004
        memo=squeezed(re.sub(r"^(USTD|STRD)//?", "", remi)) or squeezed(values.get("OCMT", "").strip("/")),
        kind=squeezed(values.get("TRTP", "").strip("/")),
        reference=_reference(values.get("EREF", "").strip("/")),
        others=(text,),
    )


def coded(lines: Sequence[str]) -> Told:
    """The lines of `:NS:`: 01 to 14 what for, 15 and 16 who, 17 what kind."""
    pairs = [(match["code"], match["text"]) for line in lines if (match := _CODED.fullmatch(line))]
    loose = [line for line in lines if not _CODED.fullmatch(line)]
    purpose = [text for code, text in pairs if "01" <= code <= "14"]
    return Told(
        payee=squeezed("".join(text for code, text in pairs if code in {"15", "16"})),
        memo=squeezed(" ".join(purpose + loose)),
        kind=squeezed(" ".join(text for code, text in pairs if code == "17")),
        others=tuple(text for code, text in pairs if code >= "18"),
    )


def _reference(text: str | None) -> str | None:
    squeeze = squeezed(text)
    return (
        None
        if squeeze is None or squeeze.upper() in {"NOTPROVIDED", "NONREF", "NOTAVAIL", "NICHT ANGEGEBEN"}
        else squeeze
    )
