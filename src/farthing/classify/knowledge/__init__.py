"""What everybody knows, in files of words: brands, words for things, the ways of banks, cities, merchant codes."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

BRANDS = ("global", "english", "german", "polish", "eastern", "northern", "romance")
WORDS = ("english", "german", "polish", "eastern", "western")
"""In the order in which a word that two languages share is believed."""


def entries(*path: str) -> Iterator[tuple[str, str]]:
    """Section and entry of a file: `[section]`, then entries between commas; # is a remark."""
    section = ""
    for line in _file(path).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip(" []")
        elif not line.startswith("#"):
            yield from ((section, entry.strip()) for entry in line.split(",") if entry.strip())


def lines(*path: str) -> Iterator[tuple[str, str]]:
    """Section and line of a file whose lines are whole."""
    section = ""
    for line in _file(path).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip(" []")
        elif line and not line.startswith("#"):
            yield section, line


def _file(path: tuple[str, ...]) -> Traversable:
    return files(__name__).joinpath(*path[:-1], f"{path[-1]}.txt")
