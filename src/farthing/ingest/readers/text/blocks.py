"""Statements written as blocks of `label: value` lines, one block for each transaction, turned into a table."""

import re
from collections import Counter
from collections.abc import Sequence

from farthing.ingest.readers.table.row import Row

_LABELLED = re.compile(r"^[\s\ufeff]*([^\W\d][^:：;\t|]{0,39}?)\s*[:：]\s*(.*)$")
_BLOCKS_MIN = 2
_LABELS_MIN = 3


def block_rows(lines: Sequence[str]) -> list[Row]:
    """The blocks as rows under a header of their labels; nothing if the text is not written so."""
    pairs = [_LABELLED.match(line) for line in lines]
    counts = Counter(pair[1].strip() for pair in pairs if pair)
    labels = [label for label, count in counts.items() if count >= _BLOCKS_MIN]
    filled = sum(1 for line in lines if line.strip())
    if len(labels) < _LABELS_MIN or sum(counts[label] for label in labels) < 0.6 * filled:
        return []
    return _rows(lines, [pair if pair and pair[1].strip() in labels else None for pair in pairs], labels)


def _rows(lines: Sequence[str], pairs: Sequence[re.Match[str] | None], labels: Sequence[str]) -> list[Row]:
    first = next(at for at, pair in enumerate(pairs) if pair)
    rows = [Row(at + 1, (line,)) for at, line in enumerate(lines[:first])]
    rows.append(Row(first + 1, tuple(labels), 0))
    block: dict[str, str] = {}
    start = first
    for at in range(first, len(lines)):
        pair = pairs[at]
        label = pair[1].strip() if pair else ""
        if block and (label == labels[0] or label in block):
            rows.append(_row(start, block, labels, at - start))
            block, start = {}, at
        if pair:
            block[label] = pair[2].strip()
        elif lines[at].strip() and block:
            last = next(reversed(block))
            block[last] = f"{block[last]} {lines[at].strip()}"
    rows.append(_row(start, block, labels, len(lines) - start))
    return rows


def _row(start: int, block: dict[str, str], labels: Sequence[str], taken: int) -> Row:
    return Row(start + 1, tuple(block.get(label, "") for label in labels), taken)
