"""A plan in SQL: what the careful reading does with the cells of a row, for all rows at once.

Only what is written plainly is done here. A row of which any cell is odd is left to the careful reading.
"""

from collections.abc import Mapping, Sequence

from farthing.ingest.readers.table.cells import NOTHING
from farthing.ingest.readers.table.columns import Column, is_failed, is_pending, side_of
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.vocabulary import flags
from farthing.ingest.readers.table.vocabulary.currencies import code_of
from farthing.ingest.statement import LineStatus

SCALE = 8
MONEY = f"DECIMAL(28, {SCALE})"
_FORMATS = {"dmy": ("%d", "%m", "%Y"), "mdy": ("%m", "%d", "%Y"), "ymd": ("%Y", "%m", "%d")}
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
_ODD_LETTERS = r"[\x{00a0}\x{2007}\x{202f}\x{3000}\x{feff}\x{200e}\x{200f}]"
_NOTHING_BYTES_MAX = max(len(word.encode()) for word in NOTHING)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_BETWEEN = "\x1f"
_NOTHINGS = _BETWEEN + _BETWEEN.join(sorted(NOTHING)) + _BETWEEN


def cell(at: int) -> str:
    """A cell without padding, as a column of the first step."""
    return f"t{at}"


def words(at: int) -> str:
    """The words of a cell, as a column of the second step."""
    return f"w{at}"


def figure(at: int) -> str:
    """The figure of a cell, as a column of the second step."""
    return f"m{at}"


def trimmed(at: int) -> str:
    """The cell without padding; most have none, and looking costs less than taking off."""
    column = f"c{at}"
    ends = [f"starts_with({column}, ' ')", f"ends_with({column}, ' ')"]
    is_padded = " OR ".join([*ends, *(f"contains({column}, '{space}')" for space in "\t\r\n")])
    return f"CASE WHEN {is_padded} THEN trim({column}, ' \t\r\n') ELSE {column} END AS {cell(at)}"


def says_nothing(at: int) -> str:
    """Looked for in one text: of a list of words the engine makes a join, and joins lose the order of the file."""
    is_nothing = f"contains({quoted(_NOTHINGS)}, concat('{_BETWEEN}', lower({cell(at)}), '{_BETWEEN}'))"
    return f"CASE WHEN strlen({cell(at)}) <= {_NOTHING_BYTES_MAX} THEN {is_nothing} ELSE false END"


def worded(at: int) -> str:
    """The words of a cell, one space between them; nothing where it says nothing."""
    plain = cell(at)
    is_loose = " OR ".join(f"contains({plain}, '{space}')" for space in ("  ", "\t", "\n", "\r"))
    tidy = rf"CASE WHEN {is_loose} THEN regexp_replace({plain}, '\s+', ' ', 'g') ELSE {plain} END"
    return f"CASE WHEN {says_nothing(at)} THEN NULL ELSE {tidy} END AS {words(at)}"


def odd_words(at: int) -> str:
    """Whether a cell has signs that only the careful reading takes off."""
    plain = cell(at)
    return (
        f"CASE WHEN strlen({plain}) <> length({plain}) AND regexp_matches({plain}, {quoted(_ODD_LETTERS)}) THEN true"
        f" ELSE starts_with({plain}, {quoted(chr(39))}) OR starts_with({plain}, '=\"')"
        f" OR starts_with({plain}, '**') END"
    )


def money(at: int, mark: str) -> str:
    """The figure of a cell; nothing where it is empty or not written plainly, or has more places than we keep."""
    plain, group, point = cell(at), "," if mark == "." else r"\.", r"\." if mark == "." else ","
    whole = rf"\d{{1,15}}|\d{{1,3}}(?:[{group}]\d{{3}}){{1,4}}|\d{{1,3}}(?: \d{{3}}){{1,4}}"
    shape = rf"[+-]?(?:{whole})(?:{point}\d{{1,{SCALE}}})?"
    bare = f"replace(replace({plain}, {quoted(',' if mark == '.' else '.')}, ''), ' ', '')"
    worth = bare if mark == "." else f"replace({bare}, ',', '.')"
    simple = plain if mark == "." else f"replace({plain}, ',', '.')"
    marks = (",", " ", "e", "E", "_") if mark == "." else (".", " ", "e", "E", "_")
    is_long = f"strlen({plain}) > {SCALE + 2}"
    is_marked = " OR ".join([is_long, *(f"contains({plain}, '{sign}')" for sign in marks)])
    grouped = f"CASE WHEN regexp_full_match({plain}, {quoted(shape)}) THEN TRY_CAST({worth} AS {MONEY}) END"
    return f"CASE WHEN {is_marked} THEN {grouped} ELSE TRY_CAST({simple} AS {MONEY}) END AS {figure(at)}"


def is_told(at: int) -> str:
    """Whether a cell of a figure or a day says anything."""
    return f"({cell(at)} <> '' AND NOT {says_nothing(at)})"


def day(at: int, order: str, separator: str, *, has_time: bool) -> str:
    """The day of a cell, a time behind it left out."""
    if not has_time:
        return _plain_day(at, order, separator)
    digits = {"%d": r"\d{1,2}", "%m": r"\d{1,2}", "%Y": r"\d{4}"}
    if not separator:
        digits = {"%d": r"\d{2}", "%m": r"\d{2}", "%Y": r"\d{4}"}
    parts = _FORMATS[order]
    shape = (f"\\{separator}" if separator else "").join(digits[part] for part in parts)
    pattern = quoted(f"^({shape}){_TIME}$")
    found = f"regexp_extract({cell(at)}, {pattern}, 1)"
    return f"CAST(TRY_STRPTIME(NULLIF({found}, ''), {quoted(separator.join(parts))}) AS DATE)"


def _plain_day(at: int, order: str, separator: str) -> str:
    """The same for cells that are days and nothing else, without a look at their form."""
    found = f"CAST(TRY_STRPTIME({cell(at)}, {quoted(separator.join(_FORMATS[order]))}) AS DATE)"
    return f"CASE WHEN strlen({cell(at)}) BETWEEN 8 AND 10 AND year({found}) BETWEEN 1950 AND 2120 THEN {found} END"


def mapped(at: int, meanings: Mapping[str, str | None]) -> str:
    """What the words that were seen in a column mean; others mean nothing."""
    known = [(word, meaning) for word, meaning in meanings.items() if meaning is not None]
    cases = " ".join(f"WHEN {quoted(word)} THEN {quoted(meaning)}" for word, meaning in known)
    return f"CASE {cell(at)} {cases} ELSE NULL END" if cases else "NULL"


def sides(column: Column) -> dict[str, str | None]:
    return {word: None if (side := side_of(word)) is None else str(side) for word in dict.fromkeys(column.raw)}


def codes(column: Column) -> dict[str, str | None]:
    return {word: code_of(word) for word in dict.fromkeys(column.raw)}


def statuses(column: Column) -> dict[str, str | None]:
    """Words of rows that happened, with what they say; those of rows that did not are left to the careful reading."""
    told = [word for word in dict.fromkeys(column.raw) if word and not is_failed(word)]
    return {word: str(LineStatus.PENDING if is_pending(word) else LineStatus.BOOKED) for word in told}


def joined(parts: Sequence[str]) -> str:
    """Each text once, parted as the careful reading parts them."""
    kept: list[str] = []
    for at, part in enumerate(parts):
        same = " OR ".join(f"lower({part}) = lower({other})" for other in parts[:at])
        kept.append(f"CASE WHEN {same} THEN NULL ELSE {part} END" if same else part)
    if len(kept) < 2:  # noqa: PLR2004
        return kept[0] if kept else "NULL"
    return f"NULLIF(concat_ws(' | ', {', '.join(kept)}), '')"


def sounds_pending(expression: str) -> str:
    """Whether short words could mean that a row is not booked yet; the careful reading decides."""
    terms = quoted("|".join(term for term in flags.PENDING if term.replace(" ", "").isalnum()))
    sounds = f"regexp_matches(strip_accents(lower({expression})), {terms})"
    return f"(CASE WHEN length({expression}) < 24 THEN {sounds} ELSE false END)"


def amount(plan: Plan) -> str:
    """What a row moves the account by."""
    scheme = plan.scheme
    if scheme.debit is not None and scheme.credit is not None:
        out, into = f"coalesce({figure(scheme.debit)}, 0)", f"coalesce({figure(scheme.credit)}, 0)"
        turn, add = "-" if scheme.is_credit_written_negative else "", "+" if scheme.is_debit_written_negative else "-"
        found = f"({turn}{into} {add} {out})"
    else:
        found = figure(scheme.amount or 0)
        if scheme.flag is not None:
            found = f"({found} * CAST({mapped(scheme.flag, sides(plan.columns[scheme.flag]))} AS INTEGER))"
    turned = f"(-{found})" if scheme.is_inverted else found
    return turned if scheme.fee is None else f"({turned} - abs(coalesce({figure(scheme.fee)}, 0)))"
