"""What a table of text cells says, whatever its language and shape."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.table.account import reading_of
from farthing.ingest.readers.table.alignment import aligned
from farthing.ingest.readers.table.columns import Column, Kind, columns_of, side_of
from farthing.ingest.readers.table.currencies import denomination_of
from farthing.ingest.readers.table.dating import course_of, dating_of
from farthing.ingest.readers.table.figures import Figure, Mark, decimal_mark
from farthing.ingest.readers.table.layout import Layout, layout_of
from farthing.ingest.readers.table.plan import Plan
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.schemes import Scheme, amount_at, main_role, schemes_of, value_at
from farthing.ingest.readers.table.sections import refused, sections_of, titled, together
from farthing.ingest.readers.table.signs import Sign, sign_of
from farthing.ingest.readers.table.vocabulary import amounts, flags
from farthing.ingest.readers.table.wished import dated, denominated, places_of, worded
from farthing.ingest.readers.table.wording import Wording, wording_of
from farthing.ingest.readers.table.words import fit, has_any
from farthing.ingest.reading import Evidence, Reading
from farthing.ingest.wishes import Wishes
from farthing.kernel.currency import DECIMALS

_PROVEN_MIN = 0.15
"""How strong a chain of balances must be to decide."""


def read_rows(
    rows: Sequence[Row],
    wishes: Wishes,
    *,
    format_name: str = "csv",
    name: str = "",
    dialect: Mapping[str, str] | None = None,
    evidence: Sequence[Evidence] = (),
) -> Reading:
    """The rows understood, blank ones among them, or `StatementUnreadable`; `name` is the file's, as a hint."""
    parts = [rows] if wishes.roles or wishes.header_line else sections_of(rows)

    def part(rows: Sequence[Row]) -> Reading:
        plan = plan_of(rows, wishes, name=name, delimiter=(dialect or {}).get("delimiter", ""))
        return reading_of(plan, format_name=format_name, dialect=dialect or {}, evidence=evidence)

    if len(parts) == 1:
        return part(rows)
    readings = []
    for each in parts:
        try:
            readings.append(titled(part(each), each))
        except StatementUnreadable as why:
            raise refused(each, why) from why
    return together(readings)


def plan_of(rows: Sequence[Row], wishes: Wishes, *, name: str = "", delimiter: str = "") -> Plan:
    """Everything that must be decided before single rows can be read."""
    layout = layout_of(rows, wishes.header_line, has_header=wishes.has_header is not False, delimiter=delimiter)
    core = layout.core
    columns = aligned(layout.names, columns_of(layout.names, core), lambda names: columns_of(names, core))
    hints = (name, *(cell for row in layout.above for cell in row.cells))
    mark = _mark(columns, wishes, delimiter)
    dating = dating_of(columns, hints, wishes.date_order, mark.mark)
    if dating is None or not core:
        raise StatementUnreadable(
            "No row has both a date and an amount. If it is a statement, say with --header-line where its table begins."
        )
    places = places_of(wishes.roles, columns)
    dating = dated(dating, places)
    wording = worded(wording_of(columns, is_headed=layout.header is not None), places)
    scheme = _scheme(columns, core, mark, wording, places, course_of(core, dating))
    sign = _sign(layout, columns, core, scheme, mark, wording, wishes, name)
    scheme = replace(scheme, is_inverted=sign.is_inverted)
    amount_columns = [at for at in (scheme.amount, scheme.debit, scheme.credit) if at is not None]
    after = layout.body[-20:]
    denomination = denomination_of(columns, amount_columns, layout.above, [row for row in after if row not in core])
    denomination = denominated(denomination, places, wishes.currency)
    if DECIMALS.get(denomination.fixed or "", 2) == 0:
        mark = replace(mark, is_certain=True)
    originals = places.get("original") or tuple(
        c.index
        for c in columns
        if c.kind is Kind.FIGURE and main_role(c.name) == "foreign" and c.index not in amount_columns
    )
    return Plan(layout, columns, mark, dating, scheme, sign, denomination, wording, originals, hints)


def _mark(columns: Sequence[Column], wishes: Wishes, delimiter: str) -> Mark:
    if wishes.decimal_mark:
        return Mark(wishes.decimal_mark, True, "you said so")
    figures = [found for column in columns if column.kind is Kind.FIGURE for found in column.figures]
    return decimal_mark(figures, "," if delimiter == ";" else ".")


def _scheme(
    columns: Sequence[Column],
    core: Sequence[Row],
    mark: Mark,
    wording: Wording,
    places: Mapping[str, tuple[int, ...]],
    course: int,
) -> Scheme:
    groups = list(wording.of("account")) + [c.index for c in columns if c.kind is Kind.CURRENCY][:1]
    found = schemes_of(columns, core[:500], mark.mark, groups, course, places)
    if not found:
        raise StatementUnreadable("No column holds amounts.")
    if not {"amount", "debit", "credit"} & set(places):
        _refuse_if_open(found, columns, core, mark.mark)
    return found[0]


def _refuse_if_open(found: Sequence[Scheme], columns: Sequence[Column], core: Sequence[Row], mark: str) -> None:
    """Two arrangements that differ, weigh the same and prove nothing are no reading."""
    best = found[0]
    _refuse_half(best, columns)
    _refuse_gaps(best, columns, core, mark)
    proof = best.chain.strength if best.chain else 0.0
    moves = [amount_at(row, best, mark) for row in core[:200]]
    rivals = [s for s in found[1:] if [amount_at(row, s, mark) for row in core[:200]] != moves]
    rival = next((s for s in rivals if proof <= _PROVEN_MIN or (s.chain and s.chain.strength >= proof)), None)
    named = best.amount is None or main_role(columns[best.amount].name) != "unnamed"
    margin = 0.1 if named else 0.45
    if not named and proof <= _PROVEN_MIN and None in moves:
        margin = 1.2
    if rival is None or best.is_assumed or best.score - rival.score > margin:
        return
    places = [" and ".join(f"{role} in column {at + 1}" for role, at in s.columns().items()) for s in (best, rival)]
    raise StatementUnreadable(
        f"The amounts could be {places[0]}, or {places[1]}, and no balance proves either. Say which in a profile."
    )


def _refuse_half(scheme: Scheme, columns: Sequence[Column]) -> None:
    """Half of a pair is no reading while the other half holds something that is no amount."""
    if scheme.amount is None or scheme.flag is not None:
        return
    other = {"debit": "credit", "credit": "debit"}.get(main_role(columns[scheme.amount].name))
    torn = [
        c for c in columns if other and c.filled and main_role(c.name) == other and c.kind in {Kind.TEXT, Kind.FIGURE}
    ]
    if torn:
        raise StatementUnreadable(f"Column {torn[0].name!r} should hold amounts, and {torn[0].filled[0]!r} is none.")


def _refuse_gaps(scheme: Scheme, columns: Sequence[Column], core: Sequence[Row], mark: str) -> None:
    """A column of amounts is not the only one if another has figures just where it has none."""
    if scheme.amount is None or main_role(columns[scheme.amount].name) not in {"debit", "credit", "unnamed"}:
        return
    empty = [row for row in core[:200] if amount_at(row, scheme, mark) is None]
    if len(empty) < max(1, 0.2 * len(core[:200])):
        return
    for column in columns:
        if column.kind is not Kind.FIGURE or column.index in scheme.columns().values():
            continue
        if main_role(column.name) in {"unnamed", "debit", "credit", "amount"} and all(
            value_at(row, column.index, mark) for row in empty
        ):
            raise StatementUnreadable(
                f"Amounts stand in column {scheme.amount + 1}, and where it is empty in column {column.index + 1}. "
                "Say in a profile which is which."
            )


def _sign(
    layout: Layout,
    columns: Sequence[Column],
    core: Sequence[Row],
    scheme: Scheme,
    mark: Mark,
    wording: Wording,
    wishes: Wishes,
    name: str,
) -> Sign:
    if wishes.sign:
        return Sign(wishes.sign != "as_written", True, "you said so")
    if scheme.chain and scheme.chain.strength > _PROVEN_MIN:
        return Sign(scheme.is_inverted, True, "so the running balance follows")
    if scheme.debit is not None and scheme.credit is not None:
        because = "money out and in stand in columns of their own"
        return Sign(False, not scheme.is_assumed, f"{because}, out first" if scheme.is_assumed else because)
    if scheme.flag is not None:
        return _flagged(columns[scheme.flag])
    if scheme.amount is None or any(found.flag for found in columns[scheme.amount].figures):
        return _lettered(columns[scheme.amount].figures if scheme.amount is not None else ())
    rows = [(amount, row) for row in core if (amount := amount_at(row, scheme, mark.mark)) is not None]
    words = [_words(row, wording) for _, row in rows]
    title = columns[scheme.amount].name
    context = " ".join([name, *layout.names, *(row.text for row in layout.above)])
    return sign_of([amount for amount, _ in rows], words, is_card=has_any(context, flags.CARD), title=title)


def _lettered(figures: Sequence[Figure]) -> Sign:
    """Letters such as Dr and Cr beside the amounts; where only what came in has some, the rest went out."""
    bare = [found for found in figures if not found.flag]
    marks_income = {found.flag for found in figures if found.flag} == {1}
    if bare and marks_income and not any(found.is_signed for found in bare):
        return Sign(True, True, "letters mark the amounts that came in, and no others")
    return Sign(False, True, "letters beside the amounts say which way the money went")


def _flagged(flag: Column) -> Sign:
    """A column that is called a sign, or has both, is one; one word in all rows may be something else."""
    is_sign = fit(flag.name, amounts.FLAG) >= 0.6 or len({side_of(word) for word in flag.raw} - {None}) > 1
    return Sign(
        False, is_sign, "a column says which way the money went" if is_sign else f"all rows say {flag.raw[0]!r}"
    )


def _words(row: Row, wording: Wording) -> str:
    wanted = [at for role in ("payee", "memo", "type", "category") for at in wording.of(role)] + list(wording.spare)
    return " ".join(row.cells[at] for at in wanted if at < len(row.cells))
