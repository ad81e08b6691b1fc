"""The text of a format that claims an encoding: what the bytes say, and the claim where they do not decide."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass

from farthing.ingest.readers.text.decoding import decoded


@dataclass(frozen=True, slots=True)
class Letters:
    """A file as text with plain line ends and without null bytes, and how its bytes were understood."""

    text: str
    encoding: str
    because: str
    rivals: tuple[str, ...] = ()
    """Encodings in which other letters would make as good a text."""


def letters_of(
    data: bytes, wished: str | None = None, claims: Iterable[str] = (), usual: Iterable[str] = ()
) -> Letters:
    """What a file claims of itself decides where bytes do not; what is usual only leads."""
    found = decoded(data, wished)
    likely = (found.encoding, *found.rivals)
    if found.is_certain or wished is not None:
        return Letters(_plain(found.text), found.encoding, found.because)
    claimed = _first_of(likely, claims)
    if claimed is not None:
        return Letters(_plain(data.decode(claimed, "replace")), claimed, "the file claims it, and its bytes agree")
    leading = _first_of(likely, usual) or found.encoding
    rivals = tuple(rival for rival in likely if rival != leading)
    return Letters(_plain(data.decode(leading, "replace")), leading, found.because, rivals)


def _first_of(likely: Iterable[str], named: Iterable[str]) -> str | None:
    names = {name for one in named if (name := _name(one)) is not None}
    return next((one for one in likely if _name(one) in names), None)


def _name(encoding: str) -> str | None:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return None


def _plain(text: str) -> str:
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
