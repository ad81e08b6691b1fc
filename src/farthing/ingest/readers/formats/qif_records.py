"""QIF as sections of records: a letter and its value on each line, a caret behind each record."""

from collections.abc import Iterator
from dataclasses import dataclass, field

_MONEY = ("bank", "cash", "ccard", "oth a", "oth l")
_LISTS = ("cat", "class", "memorized", "security", "prices", "tax", "bud", "template", "invitem", "cust", "vend", "emp")


@dataclass(slots=True)
class Record:
    """Lines up to a caret, with the section and the account that they stand in."""

    section: str
    account: str | None
    at: int
    pairs: list[tuple[str, str]] = field(default_factory=list)
    is_closed: bool = False
    lines: int = 0

    def value(self, letter: str) -> str | None:
        """The first value of a letter; behind the beginning of the splits only letters that no split has."""
        for key, text in self.pairs:
            if key == "S" and letter not in "TUP":
                return None
            if key == letter:
                return text
        return None

    def is_followed_by(self, line: str) -> bool:
        """Whether a line begins the next record although no caret ended this one: a second day before any split."""
        letters = [letter for letter, _ in self.pairs]
        if line[0] not in "Dd" or "S" in letters or not self.is_money or "D" not in letters:
            return False
        self.is_closed = True
        return True

    @property
    def is_money(self) -> bool:
        if self.section.startswith(_MONEY):
            return True
        is_named = self.section.startswith(("invst", *_LISTS)) or self.section == "account"
        return not is_named and self.value("D") is not None and (self.value("T") or self.value("U")) is not None

    @property
    def is_investment(self) -> bool:
        return self.section.startswith("invst")


@dataclass(slots=True)
class Sheet:
    """A file in records; headers and loose lines are counted."""

    records: list[Record] = field(default_factory=list)
    options: set[str] = field(default_factory=set)
    headers: int = 0
    preamble: int = 0
    blank: int = 0


def sheet_of(text: str) -> Sheet:
    """All records of a file; the last may lack its caret if its line is whole."""
    sheet = Sheet()
    section, account, listed = "", None, 0
    record: Record | None = None
    for number, line in _lines(text):
        if not line.strip():
            sheet.blank += 1
        elif line.startswith("!") or (record is None and line.lstrip().startswith("!")):
            record, listed = None, 0
            section = _section(line, section, sheet)
        elif not section and record is None:
            sheet.preamble += 1
        else:
            if record is None or record.is_followed_by(line):
                record = _begin(sheet, section, account, number)
            record.lines += 1
            if line.startswith("^"):
                record.is_closed = True
                listed += 1
                account = _name(record, account, listed)
                record = None
            else:
                record.pairs.append((line[0].upper() if line[0].isascii() else line[0], line[1:].strip()))
    if record is not None:
        record.is_closed = text.endswith("\n")
    return sheet


def _lines(text: str) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return enumerate((line.rstrip("\r").rstrip() for line in lines), 1)


def _begin(sheet: Sheet, section: str, account: str | None, number: int) -> Record:
    record = Record(section, account, number)
    sheet.records.append(record)
    return record


def _section(line: str, before: str, sheet: Sheet) -> str:
    """What comes now: `!Type:Bank` and `!Account` begin a section, options do not."""
    sheet.headers += 1
    word, _, rest = line.strip().lstrip("!").partition(":")
    match word.strip().lower():
        case "type":
            return rest.strip().lower()
        case "account":
            return "account"
        case "option" | "clear":
            sheet.options.add(f"{word.strip().lower()}:{rest.strip().lower()}")
            return before
        case _:
            return rest.strip().lower() or word.strip().lower()


def _name(record: Record, before: str | None, listed: int) -> str | None:
    """An account that is announced alone is the one of the records that follow; a list of them announces none."""
    if record.section != "account":
        return before
    return record.value("N") if listed == 1 else None
