"""Citi Handlowy's list of transactions as text, copied from the screen: four lines for each transaction."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.letters import letters_of
from farthing.ingest.readers.numerals import number
from farthing.ingest.readers.source import Source
from farthing.ingest.readers.verdict import Findings
from farthing.ingest.readers.words import description, squeezed
from farthing.ingest.reading import Fate, Reading
from farthing.ingest.statement import Line, Statement
from farthing.ingest.wishes import Wishes
from farthing.kernel.currency import DECIMALS

_MONTH_NAMES = "sty lut mar kwi maj cze lip sie wrz paź lis gru"
_MONTHS = {name: number_ for number_, name in enumerate(_MONTH_NAMES.split(), 1)} | {"paz": 10}
_DAY = re.compile(r"(\d{1,2})\s+([^\W\d_]{3,12})\.?\s+(\d{4})")
_AMOUNT = re.compile(r"(?P<amount>[-+\u2212\u2013]?\s?\d[\d\s\u00a0\u202f.]*,\d{2})\s*(?P<currency>[A-Za-z]{3})?")
_HOME = "PLN"
BLOCK_LINES_MAX = 8
_SEEN = re.compile(rb"^[ \t]{0,20}\d{1,2}[ \t]+[^\d\s]{3,14}[ \t]+\d{4}[ \t]{0,20}\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A day and the lines that follow it, blank ones left out."""

    at: int
    day: date
    lines: tuple[str, ...]


def identify(source: Source) -> int:
    """Blocks that begin with a Polish day and hold an amount, more than a chance would make."""
    if len(_SEEN.findall(source.head.replace(b"\r", b"\n"))) == 0:
        return 0
    text = source.head.replace(b"\r", b"\n").decode("utf-8", "replace")
    blocks = list(_blocks(text.split("\n"), Findings()))
    good = sum(1 for block in blocks if _amount_at(block.lines) is not None and len(block.lines) >= 2)  # noqa: PLR2004
    return min(95, 80 + 5 * good) if good and good * 2 >= len(blocks) else 0


def read(source: Source, wishes: Wishes) -> Reading:
    """All blocks, money in among them."""
    letters = letters_of(source.data, wishes.encoding, ("cp1250", "iso8859-2"))
    findings = Findings.of(letters)
    blocks = list(_blocks(letters.text.removesuffix("\n").split("\n"), findings))
    lines = tuple(line for block in blocks if (line := _line(block, findings, wishes)) is not None)
    if not lines:
        raise StatementUnreadable("No block of this text is a Polish day, a payee and an amount.")
    findings.found("date order", "day, month by name, year", f"{len(blocks)} lines are such a day")
    currencies = {line.currency for line in lines}
    return findings.reading("citi", [Statement(None, currencies.pop() if len(currencies) == 1 else None, lines)])


def _blocks(lines: Sequence[str], findings: Findings) -> Iterator[Block]:
    """From each day to the next; lines before the first are a preamble."""
    at, day = 0, None
    held: list[str] = []
    for position, raw in enumerate(lines, 1):
        text = raw.strip("\ufeff \t\r\u00a0")
        found = _day(text)
        if not text:
            findings.met(Fate.BLANK)
        elif found is not None:
            if day is not None:
                yield Block(at, day, tuple(held))
            at, day, held = position, found, []
        elif day is None:
            findings.met(Fate.PREAMBLE)
        else:
            held.append(text)
    if day is not None:
        yield Block(at, day, tuple(held))


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    month = _MONTHS.get(match[2][:3].lower()) if match else None
    try:
        return date(int(match[3]), month, int(match[1])) if match and month else None
    except ValueError:
        return None


def _amount_at(lines: Sequence[str]) -> int | None:
    """Which line is the amount: the first that reads as one, behind the payee."""
    return next((at for at, text in enumerate(lines[:BLOCK_LINES_MAX]) if at and _AMOUNT.fullmatch(text)), None)


def _account_for_the_rest(block: Block, at: int, findings: Findings) -> None:
    """Lines behind the amount are idle, unless there is an amount among them: then a day could not be read."""
    rest = block.lines[at + 1 :]
    if any(_AMOUNT.fullmatch(text) for text in rest):
        findings.reject(block.at, " ".join(rest), "an amount stands behind no Polish day", count=len(rest))
    else:
        findings.met(Fate.FOOTER, len(rest))


def _line(block: Block, findings: Findings, wishes: Wishes) -> Line | None:
    at = _amount_at(block.lines)
    match = _AMOUNT.fullmatch(block.lines[at]) if at is not None else None
    amount = number(match["amount"], ",") if match else None
    if at is None or match is None or amount is None:
        reason = "no amount stands behind its day and payee"
        findings.reject(block.at, " ".join(block.lines), reason, count=1 + len(block.lines))
        return None
    findings.met(Fate.TRANSACTION, 2 + at)
    _account_for_the_rest(block, at, findings)
    payee, memo = squeezed(block.lines[0]), squeezed(" ".join(block.lines[1:at]))
    code = (match["currency"] or "").upper()
    return Line(
        date=block.day,
        amount=-amount if wishes.sign in {"inverted", "expenses_positive"} and amount else amount,
        currency=code if code in DECIMALS else wishes.currency or _HOME,
        source_line=block.at,
        payee=payee,
        memo=memo,
        description=description(payee, memo),
    )
