"""OFX as a stream of tags, the way banks really write it: SGML without closing tags, XML, and what lies between.

Nothing is expanded but named and numbered characters, so that no document can grow while it is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5

_TAG = re.compile(
    r"<!\[CDATA\[(?P<cdata>.*?)\]\]>|<!--.*?-->|<[?!][^>]*>"
    r"|<(?P<close>/)?(?P<name>[A-Za-z][A-Za-z0-9_.:\-]{0,40})(?P<rest>\s[^<>]{0,200})?\s*(?P<empty>/)?>",
    re.DOTALL,
)
_CHARACTER = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_WORDY = {"NAME", "MEMO", "EXTDNAME", "ADDR1", "ADDR2", "ADDR3", "DESC", "MESSAGE"}
_WITHIN_A_LINE_WORDS = (
    "TRNTYPE DTPOSTED DTUSER DTAVAIL DTTRAN DTEXPIRE TRNAMT FITID CORRECTFITID CORRECTACTION SRVRTID SRVRTID2 "
    "CHECKNUM REFNUM SIC PAYEEID PAYEEID2 NAME EXTDNAME PAYEE BANKACCTTO CCACCTTO IMAGEDATA MEMO MEMO2 CURRENCY "
    "ORIGCURRENCY CURRATE CURSYM BANKID BRANCHID ACCTID ACCTTYPE ACCTKEY ADDR1 ADDR2 ADDR3 CITY STATE POSTALCODE "
    "COUNTRY PHONE INV401KSOURCE SUBACCTFUND STMTTRN STMTTRNP BANKTRANLIST BANKTRANLISTP LEDGERBAL AVAILBAL STMTRS "
    "CCSTMTRS INVBANKTRAN CATEGORY BAL BALAMT DTASOF OFX"
)
_WITHIN_A_LINE = frozenset(_WITHIN_A_LINE_WORDS.split())


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag and the text behind it; a closing tag has none."""

    name: str
    text: str
    closes: bool
    is_empty: bool = False


def tags(text: str) -> Iterator[Tag]:
    """All tags in order, each with its value; what only looks like a tag stays text."""
    name, parts, at, is_empty = "", [], 0, False
    for match in _TAG.finditer(text):
        parts.append(characters(text[at : match.start()]))
        at = match.end()
        if match["name"] is None:
            parts.append(match["cdata"] or "")
            continue
        if _is_words(match, name, text):
            parts.append(match.group())
            continue
        if name:
            yield Tag(name, "".join(parts).strip(), closes=False, is_empty=is_empty)
        name, parts, is_empty = match["name"].rpartition(":")[2].upper(), [], bool(match["empty"])
        if match["close"]:
            yield Tag(name, "", closes=True)
            name = ""
    if name:
        yield Tag(name, "".join([*parts, characters(text[at:])]).strip(), closes=False, is_empty=is_empty)


def _is_words(match: re.Match[str], within: str, text: str) -> bool:
    """Whether this belongs to a name or a memo: `<DEFT PYMT>` is no tag of OFX, and no bank's own one with a dot."""
    name = match["name"].upper()
    if within not in _WORDY or name in _WITHIN_A_LINE or "." in name or match["close"]:
        return False
    starts_a_line = not text[max(0, match.start() - 40) : match.start()].rpartition("\n")[2].strip()
    return not starts_a_line and f"</{match['name']}>" not in text[match.end() : match.end() + 400]


def characters(text: str) -> str:
    """With characters by name or number resolved, twice where they were escaped twice."""
    if "&" not in text:
        return text
    once = _CHARACTER.sub(_character, text)
    return _CHARACTER.sub(_character, once) if "&" in once else once


def _character(match: re.Match[str]) -> str:
    what = match[1]
    if not what.startswith("#"):
        return html5.get(f"{what};", match.group())
    number = int(what, 0) if what[1] in "xX" else int(what[1:])
    is_one = 31 < number < 0xD800 or 0xDFFF < number < 0x110000  # noqa: PLR2004
    return chr(number) if is_one else " "
