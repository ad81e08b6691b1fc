"""The same document in other clothes says the same, or is refused; it never says something else."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from farthing.ingest.errors import StatementUnreadable
from farthing.ingest.readers.letters import letters_of
from farthing.ingest.readers.reader import read
from farthing.ingest.reading import Doubt, Reading

STATEMENTS = Path(__file__).parents[2] / "statements"
TEXTS = sorted(
    path for name in ("ofx", "qif", "mt940", "citi", "json", "camt") for path in STATEMENTS.glob(f"{name}/*/input.*")
)
MARKUP = [path for path in TEXTS if path.parts[-3] in {"ofx", "camt"}]
each_text = pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
each_markup = pytest.mark.parametrize("path", MARKUP, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
Told = list[tuple[str, str, str | None, str, str | None, str]]


def told(reading: Reading) -> Told:
    return [
        (line.date.isoformat(), str(line.amount), line.currency, line.description, line.account, str(line.status))
        for statement in reading.statements
        for line in statement.lines
    ]


def plain(path: Path) -> str:
    """The text with line feeds and, of XML, without what it says of its encoding."""
    text = letters_of(path.read_bytes()).text
    return re.sub(r" encoding=['\"][^'\"]*['\"]", "", text.removeprefix("\ufeff"), count=1)


def says_the_same_or_nothing(path: Path, data: bytes) -> None:
    """Words may differ where the reading says that it is in doubt about letters; money may not."""
    expected = told(read(path.read_bytes(), path.name))
    try:
        reading = read(data, "statement")
    except StatementUnreadable:
        return
    found = told(reading)
    if any(one.doubt is Doubt.ENCODING for one in reading.ambiguities):
        found, expected = ([(*line[:3], "", *line[4:]) for line in lines] for lines in (found, expected))
    assert found == expected


@each_text
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(path: Path, end: str) -> None:
    assert told(read(plain(path).replace("\n", end).encode(), "x")) == told(read(path.read_bytes(), path.name))


@each_text
@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp1250", "cp1251", "cp852", "iso8859-2"]
)
def test_encodings(path: Path, encoding: str) -> None:
    try:
        data = plain(path).encode(encoding)
    except UnicodeEncodeError:
        return
    says_the_same_or_nothing(path, data)


@each_text
@pytest.mark.parametrize("name", ["x.csv", "x.ofx", "x.xlsx", "x.pdf", "x"])
def test_names(path: Path, name: str) -> None:
    assert told(read(path.read_bytes(), name)) == told(read(path.read_bytes(), path.name))


@each_text
@pytest.mark.parametrize("around", [("\n\n", ""), ("", "\n\n\n"), ("  ", "  ")])
def test_blanks_around(path: Path, around: tuple[str, str]) -> None:
    says_the_same_or_nothing(path, plain(path).join(around).encode())


@each_markup
@pytest.mark.parametrize(
    "change",
    [
        lambda text: re.sub(r"\n\s*", "\n", text),
        lambda text: re.sub(r">\s*\n\s*<", "><", text),
        lambda text: re.sub(r"><", ">\n    <", text),
        lambda text: re.sub(r"\n", "\n<!-- a note -->\n", text, count=1) if "OFXHEADER:" not in text else text,
    ],
    ids=["without indents", "on one line", "with indents", "with a note"],
)
def test_white_space_and_notes_within_markup(path: Path, change: Callable[[str], str]) -> None:
    says_the_same_or_nothing(path, change(plain(path)).encode())


@pytest.mark.parametrize("path", sorted(STATEMENTS.glob("ofx/*/input.*")), ids=lambda path: path.parts[-2])
def test_values_without_closing_tags(path: Path) -> None:
    unclosed = re.sub(r"(<([A-Z0-9.]+)>[^<\n]+)</\2>", r"\1\n", plain(path))
    says_the_same_or_nothing(path, unclosed.encode())


@pytest.mark.parametrize("path", sorted(STATEMENTS.glob("camt/*/input.*")), ids=lambda path: path.parts[-2])
def test_versions_and_prefixes_of_messages(path: Path) -> None:
    other = re.sub(r"camt\.(05\d)\.001\.\d\d", r"camt.\1.001.13", plain(path))
    prefixed = re.sub(r"<(/?)(\w+:)?(\w)", r"<\1ns2:\3", other.partition("?>")[2] or other).replace(
        "xmlns=", "xmlns:ns2="
    )
    assert told(read(other.encode(), "x")) == told(read(path.read_bytes(), path.name))
    if "xmlns:n=" not in prefixed:
        assert told(read(prefixed.encode(), "x")) == told(read(path.read_bytes(), path.name))
