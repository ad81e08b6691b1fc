"""Files of transactions: what is wrong is named by its line, and days are read as people write them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from farthing.cli.batch import BYTES_MAX, ROWS_MAX, windows
from farthing.cli.days import DayWrong, day_of, days_of
from farthing.cli.rows import FileWrong, Row, rows_of

NOW = datetime(2026, 3, 1, tzinfo=UTC).date()


def read(folder: Path, text: str, *, as_json: bool = False) -> list[dict[str, Any]]:
    path = folder / "bank"
    path.write_text(text)
    return [row.checked("Line", NOW).body for row in rows_of(path, as_json=as_json)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Date,Debit\n2026-01-01,1\n", "has no column amount in its first line"),
        ("", "has no column amount and date"),
        ('[{"amount": 1}]', "With --format json"),
        ("date,amount\n2026-01-01,1\n\n2026-01-02,1,5\n", "Line 4 of"),
        ("date;amount\n01.02.2026;1\n", "Line 2: '01.02.2026' is not a day"),
        ("date;amount\n2026-01-01;1,50\n", "Line 2: '1,50' is not an amount"),
        ("date;amount\n2026-01-01;\n", "Line 2 has no amount"),
        ('date,amount,note\n2026-01-01,1,"two\nlines"\n2026-01-01,x,\n', "Line 4: 'x'"),
    ],
)
def test_a_wrong_file_is_named_by_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FileWrong) as caught:
        read(tmp_path, text)
    assert said in caught.value.detail


@pytest.mark.parametrize("text", ['[{"amount": 1', '[{"amount": 1} 2]', "nothing"])
def test_what_is_not_json_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileWrong):
        read(tmp_path, text, as_json=True)


def test_a_day_may_be_a_word_or_a_moment(tmp_path: Path) -> None:
    text = "date,amount,tags\ntoday,-1,a; b\nYesterday,2,\n2026-02-01T10:00:00Z,3,\n"
    assert read(tmp_path, text) == [
        {"date": "2026-03-01", "amount": "-1", "tags": ["a", "b"]},
        {"date": "2026-02-28", "amount": "2"},
        {"date": "2026-02-01T10:00:00Z", "amount": "3"},
    ]


def test_parts_are_full_before_the_next_begins() -> None:
    def parts(count: int, note: str = "") -> list[int]:
        body = {"amount": "1", "note": note}
        return [len(window) for window in windows(Row(place, body) for place in range(count))]

    assert parts(0) == []
    assert parts(ROWS_MAX) == [ROWS_MAX]
    assert parts(ROWS_MAX + 1) == [ROWS_MAX, 1]
    assert parts(5, "x" * (BYTES_MAX // 2 - 100)) == [2, 2, 1]


def test_days_are_read_as_people_write_them() -> None:
    assert days_of("today", NOW) == (NOW, NOW)
    assert day_of("Yesterday", NOW) == NOW - timedelta(days=1)
    assert [day.isoformat() for day in days_of("2028-02", NOW)] == ["2028-02-01", "2028-02-29"]
    assert [day.isoformat() for day in days_of("2025", NOW)] == ["2025-01-01", "2025-12-31"]
    for wrong in ("", "2026-13", "2026-02-30", "tomorrow", "0000"):
        with pytest.raises(DayWrong):
            days_of(wrong, NOW)
    for several in ("2026-03", "2026"):
        with pytest.raises(DayWrong):
            day_of(several, NOW)
