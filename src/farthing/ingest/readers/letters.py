"""The text of a format that claims an encoding: what the bytes say, and the claim where they do not decide."""

import codecs
from collections.abc import Iterable

from farthing.ingest.readers.text.decoding import decoded


def text_of(data: bytes, wished: str | None = None, claims: Iterable[str] = ()) -> tuple[str, str]:
    """The text with plain line ends and without null bytes, and the encoding that it was in."""
    found = decoded(data, wished)
    text, encoding = found.text, found.encoding
    if wished is None and not found.is_certain:
        claimed = {name for claim in claims if (name := _name(claim)) is not None}
        encoding = next((rival for rival in (encoding, *found.rivals) if _name(rival) in claimed), encoding)
        text = text if encoding == found.encoding else data.decode(encoding, "replace")
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n"), encoding


def _name(encoding: str) -> str | None:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return None
