"""Which columns of figures move the account: every arrangement that banks use, read and weighed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from farthing.ingest.readers.table.cells import bare, figure
from farthing.ingest.readers.table.columns import Column, Kind, side_of
from farthing.ingest.readers.table.proofs import Chain, chain_of
from farthing.ingest.readers.table.row import Row
from farthing.ingest.readers.table.vocabulary import amounts, texts
from farthing.ingest.readers.table.words import fit, folded

_PROOF_WEIGHT = 4.0
_INCLUDING = frozenset(["after", "before", "incl", "including", "excl", "excluding", "less", "with", "without", "inkl"])
"""An amount that is told to be with its fees or without them is no fee."""
_CANDIDATES_MAX = 8


@dataclass(frozen=True, slots=True)
class Scheme:
    """Where an amount stands, and how it gets its sign."""

    amount: int | None = None
    debit: int | None = None
    credit: int | None = None
    flag: int | None = None
    fee: int | None = None
    blocked: int | None = None
    """Stands in for the amount of a row that is not booked yet."""
    balance: int | None = None
    is_inverted: bool = False
    is_debit_written_negative: bool = False
    is_credit_written_negative: bool = False
    is_balance_before: bool = False
    """The balance column tells what the account held before the row."""
    is_assumed: bool = False
    """Nothing names the columns of a pair; money out is taken to stand first, as is the custom."""
    score: float = 0.0
    chain: Chain | None = None

    def columns(self) -> dict[str, int]:
        named = {
            "amount": self.amount,
            "debit": self.debit,
            "credit": self.credit,
            "flag": self.flag,
            "fee": self.fee,
            "blocked": self.blocked,
            "balance": self.balance,
        }
        return {role: at for role, at in named.items() if at is not None}


@lru_cache(maxsize=2048)
def role_fits(name: str) -> Mapping[str, float]:
    """How well the name of a column of figures says each role."""
    fits = {
        "amount": fit(name, amounts.AMOUNT),
        "debit": fit(name, amounts.DEBIT),
        "credit": fit(name, amounts.CREDIT),
        "balance": fit(name, amounts.BALANCE),
        "fee": fit(name, amounts.FEE),
        "foreign": fit(name, amounts.ELSEWHERE_CURRENCY),
        "not_money": max(fit(name, amounts.NOT_MONEY), fit(name, texts.REFERENCE), fit(name, texts.ACCOUNT)),
        "blocked": fit(name, amounts.BLOCKED),
        "gross": fit(name, amounts.GROSS),
        "net": fit(name, amounts.NET),
    }
    if fits["fee"] and not _INCLUDING & set(folded(name).split(" ")):
        fits["fee"] = max(fits["fee"], fits["amount"] + 0.1)
    if fits["debit"] and fits["credit"]:
        fits["amount"] = max(fits["amount"], fits["debit"], fits["credit"]) + 0.1
    elif max(fits["debit"], fits["credit"]) and fits["amount"] < 1.9:
        fits["amount"] = min(fits["amount"], max(fits["debit"], fits["credit"]) - 0.1)
    return fits


@lru_cache(maxsize=2048)
def main_role(name: str) -> str:
    fits = role_fits(name)
    best = max(fits, key=lambda role: fits[role])
    return best if fits[best] >= 0.6 else "unnamed"


def value_at(row: Row, at: int | None, mark: str) -> Decimal | None:
    """The figure in a row's cell, with its own sign and letters."""
    if at is None or at >= len(row.cells):
        return None
    found = figure(row.cells[at])
    amount = found.value(mark) if found else None
    if found is None or amount is None:
        return None
    return amount if found.flag is None or found.is_signed else abs(amount) * found.flag


def amount_at(row: Row, scheme: Scheme, mark: str) -> Decimal | None:
    """What a row moves the account by; nothing where it does not say."""
    amount = (
        _pair(row, scheme, mark)
        if scheme.debit is not None and scheme.credit is not None
        else _single(row, scheme, mark)
    )
    if amount is None:
        return None
    fee = value_at(row, scheme.fee, mark)
    signed = -amount if scheme.is_inverted and not _is_lettered(row, scheme.amount) else amount
    return signed - abs(fee) if fee else signed


def _is_lettered(row: Row, at: int | None) -> bool:
    """Whether letters beside the figure say which way the money went, whatever a plus means."""
    found = figure(row.cells[at]) if at is not None and at < len(row.cells) else None
    return found is not None and found.flag is not None and not found.is_signed


def _pair(row: Row, scheme: Scheme, mark: str) -> Decimal | None:
    debit, credit = value_at(row, scheme.debit, mark), value_at(row, scheme.credit, mark)
    if debit is None and credit is None:
        return None
    if (debit is None and _cell(row, scheme.debit)) or (credit is None and _cell(row, scheme.credit)):
        return None
    out = (debit or Decimal(0)) if scheme.is_debit_written_negative else -(debit or Decimal(0))
    into = -(credit or Decimal(0)) if scheme.is_credit_written_negative else (credit or Decimal(0))
    return into + out


def balance_at(row: Row, scheme: Scheme, mark: str) -> Decimal | None:
    """What the account held after a row."""
    told = value_at(row, scheme.balance, mark)
    if told is None or not scheme.is_balance_before:
        return told
    return told + (amount_at(row, scheme, mark) or Decimal(0))


def is_both(row: Row, scheme: Scheme, mark: str) -> bool:
    """Whether a row has money going out and coming in at once, as totals do."""
    return bool(value_at(row, scheme.debit, mark)) and bool(value_at(row, scheme.credit, mark))


def _single(row: Row, scheme: Scheme, mark: str) -> Decimal | None:
    amount = value_at(row, scheme.amount, mark)
    if amount is None:
        amount = value_at(row, scheme.blocked, mark)
    if amount is None or scheme.flag is None:
        return amount
    word = row.cells[scheme.flag].strip() if scheme.flag < len(row.cells) else ""
    side = side_of(word)
    return None if side is None else amount * side


def wished_schemes(rows: Sequence[Row], mark: str, places: Mapping[str, tuple[int, ...]]) -> list[Scheme]:
    """The arrangement that a person named, with what its columns show of debits."""
    named = {
        role: places[role][0]
        for role in ("amount", "debit", "credit", "flag", "fee", "blocked", "balance")
        if places.get(role)
    }
    if not ({"amount", "debit", "credit"} & set(named)):
        return []
    debits = [value for row in rows if (value := value_at(row, named.get("debit"), mark))]
    is_negative = sum(1 for value in debits if value < 0) * 2 > len(debits)
    if "debit" in named and "credit" in named:
        named.pop("amount", None)
    else:
        named["amount"] = named.pop("amount", named.get("debit", named.get("credit", 0)))
    return [Scheme(**named, score=10.0, is_debit_written_negative=is_negative)]  # type: ignore[arg-type]


def schemes_of(
    columns: Sequence[Column],
    rows: Sequence[Row],
    mark: str,
    groups: Sequence[int],
    course: int,
    places: Mapping[str, tuple[int, ...]] | None = None,
) -> list[Scheme]:
    """All arrangements, the likeliest first."""
    money = [column for column in columns if column.kind is Kind.FIGURE]
    wished = wished_schemes(rows, mark, places or {})
    if wished:
        steady = [] if wished[0].balance is not None else money
        return [_weighed(scheme, steady, rows, mark, groups, course) for scheme in wished]
    found = sorted([*_pairs(money, rows, mark), *_singles(money, columns, mark)], key=lambda s: -s.score)[
        :_CANDIDATES_MAX
    ]
    weighed = [_weighed(scheme, money, rows, mark, groups, course) for scheme in found]
    return sorted(weighed, key=lambda scheme: -scheme.score)


def _singles(money: Sequence[Column], columns: Sequence[Column], mark: str) -> Iterator[Scheme]:
    flags = [column for column in columns if column.kind is Kind.FLAG]
    blocked = next((c.index for c in money if main_role(c.name) == "blocked"), None)
    for column in money:
        score = _worth(column, mark) + _steadiness(column, columns)
        spare = blocked if blocked != column.index and main_role(column.name) != "foreign" else None
        yield Scheme(amount=column.index, score=score, blocked=spare)
        for flag in flags:
            named = max(fit(flag.name, amounts.FLAG), 0.3)
            yield Scheme(
                amount=column.index,
                flag=flag.index,
                score=score + (-2.0 if _is_signed(column, flag) else 0.5 + named / 2),
            )


def _is_signed(column: Column, flag: Column) -> bool:
    """Whether most rows that a flag calls outgoing bear a minus already; a few are reversals."""
    out = [cell for cell, word in zip(column.cells, flag.raw, strict=True) if side_of(word) == -1]
    told = [found for cell in out if (found := figure(cell)) is not None]
    return bool(told) and sum(found.is_negative or bool(found.flag) for found in told) * 2 > len(told)


def _steadiness(column: Column, columns: Sequence[Column]) -> float:
    """An account has one currency: an amount beside changing ones, while another's stays, was paid elsewhere."""
    beside = {c.index: _currency_beside(c, columns) for c in columns if c.kind is Kind.FIGURE}
    counts = {at: len(set(found.filled)) for at, found in beside.items() if found is not None}
    if column.index not in counts or len({beside[at] for at in counts}) < 2:
        return 0.0
    if counts[column.index] > 1 and 1 in counts.values():
        return -0.6
    return 0.3 if counts[column.index] == 1 and max(counts.values()) > 1 else 0.0


def _currency_beside(column: Column, columns: Sequence[Column]) -> Column | None:
    right = columns[column.index + 1] if column.index + 1 < len(columns) else None
    return right if right is not None and right.kind is Kind.CURRENCY else None


def _worth(column: Column, mark: str) -> float:
    """How much a single column looks like what moves the account."""
    fits = role_fits(column.name)
    values = [value for found in column.figures if (value := found.value(mark)) is not None]
    others = max(fits["balance"], fits["fee"], fits["foreign"], fits["not_money"], fits["blocked"])
    score = max(fits["amount"], 0.3) + 1.2 * column.fill - (1.5 * others if others >= fits["amount"] else 0.4 * others)
    score += 0.3 * any(value < 0 for value in values) + 0.2 * any(
        "." in f.number or "," in f.number for f in column.figures
    )
    score -= 2.0 if main_role(column.name) == "fee" else 0
    score += 0.4 * fits["net"] - 0.3 * fits["gross"] + 0.25 * min(fit(column.name, amounts.OF_ACCOUNT), 1.0)
    score -= 0.8 * max(fits["debit"], fits["credit"]) if fits["amount"] < max(fits["debit"], fits["credit"]) else 0
    score -= 1.0 if values and not any(values) else 0
    return score - (0.4 if len(values) > 3 and len(set(values)) == 1 else 0)


def _pairs(money: Sequence[Column], rows: Sequence[Row], mark: str) -> Iterator[Scheme]:
    for debit in money:
        for credit in money:
            if debit is not credit:
                scheme = _pair_scheme(debit, credit, rows, mark)
                if scheme is not None:
                    yield scheme


def _pair_scheme(debit: Column, credit: Column, rows: Sequence[Row], mark: str) -> Scheme | None:
    """Two columns of which each row fills one; their names say which is which."""
    out, into = role_fits(debit.name)["debit"], role_fits(credit.name)["credit"]
    if main_role(debit.name) == main_role(credit.name) == "unnamed":
        return _unnamed_pair(debit, credit, rows, mark)
    if min(out, into) < 0.5 <= max(out, into) and "unnamed" in {main_role(debit.name), main_role(credit.name)}:
        return _half_named_pair(debit, credit, rows, mark)
    if min(out, into) < 0.5 or min(role_fits(debit.name)["credit"], out) > out - 0.1:
        return None
    if main_role(debit.name) in {"balance", "foreign"} or main_role(credit.name) in {"balance", "foreign"}:
        return None
    pairs = [(value_at(row, debit.index, mark), value_at(row, credit.index, mark)) for row in rows]
    both = sum(1 for a, b in pairs if a and b)
    either = sum(1 for a, b in pairs if a is not None or b is not None)
    if both > max(0.1 * len(pairs), 1 if len(pairs) > 2 else 0) or not either:
        return None
    score = 0.8 + (out + into) / 2 + 1.2 * either / len(pairs) - 0.05 * (abs(debit.index - credit.index) - 1)
    score += 0.25 * min(fit(debit.name, amounts.OF_ACCOUNT), 1.0)
    outs, ins = [a for a, _ in pairs if a], [b for _, b in pairs if b]
    return Scheme(
        debit=debit.index,
        credit=credit.index,
        score=score,
        is_debit_written_negative=_mostly_negative(outs),
        is_credit_written_negative=_mostly_negative(ins) and not _mostly_negative(outs),
    )


def _mostly_negative(values: Sequence[Decimal]) -> bool:
    return sum(1 for value in values if value < 0) * 2 > len(values)


def _half_named_pair(debit: Column, credit: Column, rows: Sequence[Row], mark: str) -> Scheme | None:
    """One of two columns is named, and the other has a figure in just those rows that the first leaves empty."""
    out, into = role_fits(debit.name)["debit"], role_fits(credit.name)["credit"]
    if max(role_fits(debit.name)["credit"], role_fits(credit.name)["debit"]) > 0.5:
        return None
    pairs = [(value_at(row, debit.index, mark), value_at(row, credit.index, mark)) for row in rows]
    outs, ins = [a for a, _ in pairs if a], [b for _, b in pairs if b]
    if not outs or not ins or any(bool(a) == bool(b) for a, b in pairs):
        return None
    is_negative = _mostly_negative(outs)
    return Scheme(
        debit=debit.index, credit=credit.index, score=2.0 + (out + into) / 2, is_debit_written_negative=is_negative
    )


def _unnamed_pair(debit: Column, credit: Column, rows: Sequence[Row], mark: str) -> Scheme | None:
    """Two columns without names of which every row fills just one; a proof may tell which is which."""
    pairs = [(value_at(row, debit.index, mark), value_at(row, credit.index, mark)) for row in rows]
    one = sum(1 for a, b in pairs if bool(a) != bool(b))
    outs, ins = [a for a, _ in pairs if a], [b for _, b in pairs if b]
    either = sum(1 for a, b in pairs if a or b)
    if one < 0.9 * either or either < 0.5 * len(pairs) or not outs or not ins or abs(debit.index - credit.index) > 3:
        return None
    if any(value < 0 for value in ins):
        return None
    is_told = all(value < 0 for value in outs)
    if not is_told and any(value < 0 for value in outs):
        return None
    score = 2.3 if is_told else 1.9 + 0.1 * (debit.index < credit.index)
    return Scheme(
        debit=debit.index, credit=credit.index, score=score, is_assumed=True, is_debit_written_negative=is_told
    )


def _weighed(
    scheme: Scheme, money: Sequence[Column], rows: Sequence[Row], mark: str, groups: Sequence[int], course: int
) -> Scheme:
    """The scheme with the balance, the fee and the sign that its proof supports best."""
    used = set(scheme.columns().values())
    best = scheme
    for column in money:
        role = main_role(column.name)
        if column.index in used or role in {"foreign", "not_money", "fee", "debit", "credit"}:
            continue
        named = role == "balance"
        for variant in _variants(replace(scheme, balance=column.index), money, used | {column.index}):
            steps = [
                (amount_at(row, variant, mark), balance_at(row, variant, mark), tuple(_cell(row, g) for g in groups))
                for row in rows
            ]
            chain = chain_of(steps)
            penalty = _penalty(variant, chain, course)
            score = scheme.score + _PROOF_WEIGHT * chain.strength + (0.4 if named else 0.0) - penalty
            if score > best.score and (named or chain.strength > 0.15):
                best = replace(variant, score=score, chain=chain)
    return best


def _penalty(variant: Scheme, chain: Chain, course: int) -> float:
    """What a reading must make up for: a turned sign or a balance before, the more so against the run of the days."""
    runs_against = course != 0 and chain.is_newest_first != (course < 0)
    unusual = 0.3 * variant.is_inverted + 0.5 * variant.is_balance_before
    return (
        unusual
        + 0.05 * (variant.fee is not None)
        + (2.5 if unusual and runs_against else 0.5 if unusual and chain.links < 2 else 0.0)
    )


def _variants(scheme: Scheme, money: Sequence[Column], used: set[int]) -> Iterator[Scheme]:
    fees = [c.index for c in money if c.index not in used and (main_role(c.name) == "fee" or _is_fee_like(c))]
    for is_inverted in (False, True):
        yield replace(scheme, is_inverted=is_inverted)
        for fee in fees:
            yield replace(scheme, is_inverted=is_inverted, fee=fee)
    yield replace(scheme, is_balance_before=True)


def _is_fee_like(column: Column) -> bool:
    """No name, and zero in most rows."""
    zeros = sum(1 for found in column.figures if found.value(".") == 0 or found.value(",") == 0)
    return main_role(column.name) == "unnamed" and len(column.figures) > zeros > len(column.figures) / 2


def _cell(row: Row, at: int | None) -> str:
    return bare(row.cells[at]) if at is not None and at < len(row.cells) else ""
