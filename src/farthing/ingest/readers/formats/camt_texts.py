"""Who, what for and which: the words of a CAMT entry and its details."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from farthing.ingest.readers.formats.camt_entries import is_reversal
from farthing.ingest.readers.markup import Element
from farthing.ingest.readers.words import description, squeezed

_NO_REFERENCE = {"NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NONE", "N/A"}
_REFERENCES = (
    "Refs/AcctSvcrRef",
    "Refs/EndToEndId",
    "Refs/TxId",
    "Refs/InstrId",
    "Refs/PmtInfId",
    "Refs/Prtry/Ref",
    "Refs/MsgId",
)
_PARTIES_MAX = 3


@dataclass(frozen=True, slots=True)
class Words:
    payee: str | None
    memo: str | None
    description: str
    reference: str | None
    kind: str | None


def words_of(entry: Element, details: Sequence[Element], *, is_split: bool, is_out: bool) -> Words:
    """The words of one line; those of the whole entry stand behind those of its own details."""
    is_from_us = is_out != is_reversal(entry)
    parties = [name for detail in details for name in _parties(detail, is_from_us=is_from_us)]
    remittance = [text for detail in details for text in _remittance(detail)]
    extra = [text for detail in details for text in _values(detail, "AddtlTxInf")]
    about = list(_values(entry, "AddtlNtryInf"))
    reference = _reference(entry, details, is_split=is_split)
    return Words(
        payee=squeezed(parties[0]) if parties and (is_split or len(details) == 1 or len(set(parties)) == 1) else None,
        memo=squeezed(" ".join(dict.fromkeys(remittance))) or squeezed(" ".join(dict.fromkeys(extra or about))),
        description=description(*parties, *remittance, *extra, *about) or reference or "",
        reference=reference,
        kind=_kind(details[0] if len(details) == 1 or is_split else entry) or _kind(entry),
    )


def _parties(detail: Element, *, is_from_us: bool) -> Iterator[str]:
    """The other side first by name; the one on whose behalf it acts behind it."""
    order = ("Cdtr", "UltmtCdtr") if is_from_us else ("Dbtr", "UltmtDbtr")
    parties = detail.first("RltdPties")
    names = [_name(parties, role) for role in order] if parties else []
    other = ("Dbtr", "UltmtDbtr") if is_from_us else ("Cdtr", "UltmtCdtr")
    found = [name for name in names if name]
    if not found and parties and not any(parties.first(f"{role}Acct") for role in order):
        found = [name for role in other if (name := _name(parties, role))][:1]
    yield from found
    trading = _name(parties, "TradgPty") if parties else None
    if trading and not found:
        yield trading


def _name(parties: Element, role: str) -> str | None:
    return parties.value(f"{role}/Nm", f"{role}/Pty/Nm", f"{role}/Agt/FinInstnId/Nm")


def _remittance(detail: Element) -> Iterator[str]:
    yield from _values(detail, "RmtInf/Ustrd")
    for structured in detail.all("RmtInf/Strd"):
        yield from _values(
            structured, "CdtrRefInf/Ref", "CdtrRefInf/CdtrRef", "RfrdDocInf/Nb", "RfrdDocInf/RfrdDocNb", "AddtlRmtInf"
        )


def _values(element: Element, *paths: str) -> Iterator[str]:
    for path in paths:
        for found in element.all(path):
            text = squeezed(found.text)
            if text:
                yield text


def _reference(entry: Element, details: Sequence[Element], *, is_split: bool) -> str | None:
    """What the bank calls it, else what the payer did."""
    mine = [text for detail in details[:1] for path in _REFERENCES for text in _values(detail, path)]
    of_entry = list(_values(entry, "AcctSvcrRef", "NtryRef"))
    known = [
        text
        for text in (mine + of_entry if is_split else of_entry[:1] + mine + of_entry)
        if text.upper() not in _NO_REFERENCE
    ]
    return known[0] if known else None


def _kind(element: Element) -> str | None:
    """Its code, the bank's own one where it has none of ISO's."""
    codes = (element.value(f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd"))
    return "/".join(filter(None, codes)) or squeezed(element.value("BkTxCd/Prtry/Cd"))
