"""Bytes become text: which encoding is told by a mark, proven by its form, or believed by the letters that come out."""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from farthing.ingest.errors import StatementUnreadable, WishInvalid
from farthing.ingest.readers.table.vocabulary.known import known_words
from farthing.ingest.readers.table.words import folded
from farthing.ingest.readers.text.alphabets import ALPHABETS, HARMLESS, MULTI_BYTE, SINGLE_BYTE

_SAMPLE_BYTES = 200_000
_BELIEVED_MIN = 0.5
_NEVER_INSIDE = frozenset("¿¡³²¹¼½¾±§¨´¸×÷¤¦¬¶")
"""Signs that stand beside words and never within them."""
_UNUSUAL_WORD = re.compile(r"[^\W\d_]{3,}")
_DAMAGE_MAX = 0.02
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as text, in which encoding, and by what that is known."""

    text: str
    encoding: str
    because: str
    is_certain: bool = True
    rivals: tuple[str, ...] = ()


def decoded(data: bytes, wished: str | None = None) -> Decoded:
    """The text of a file."""
    encoding, because, is_certain, rivals = detected(data, wished)
    errors = "strict" if wished or is_certain else "replace"
    try:
        return Decoded(data.decode(encoding, errors), encoding, because, is_certain, rivals)
    except UnicodeDecodeError as error:
        if wished:
            raise WishInvalid(
                f"The file is not {wished}: byte {error.start} does not fit. Leave the encoding out."
            ) from error
        return Decoded(data.decode(encoding, "replace"), encoding, f"{because}, but not all through", False)


def detected(data: bytes, wished: str | None = None) -> tuple[str, str, bool, tuple[str, ...]]:
    """The encoding, why, whether it is certain, and which others read it nearly as well."""
    if wished:
        return _known(wished), "you said so", True, ()
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, "the file begins with a byte order mark", True, ()
    wide = _wide(data[:_SAMPLE_BYTES])
    if wide:
        return wide, "every other byte is zero", True, ()
    if b"\x00" in data[:1024] and data[:1024].count(b"\x00") > len(data[:1024]) // 10:
        raise StatementUnreadable("The file is full of zero bytes: it is no text. Export it again as CSV.")
    return _unmarked(data)


def _known(wished: str) -> str:
    try:
        return codecs.lookup(wished).name
    except LookupError as error:
        raise WishInvalid(f"{wished!r} is no encoding. Name one such as utf-8, cp1250 or shift_jis.") from error


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: one of the two bytes of every plain letter is zero."""
    half = len(sample) // 2
    if half < 4:  # noqa: PLR2004
        return None
    if sample[1::2].count(0) > half * 0.6 and sample[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if sample[0::2].count(0) > half * 0.6 and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return None


def _unmarked(data: bytes) -> tuple[str, str, bool, tuple[str, ...]]:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return ("ascii" if data.isascii() else "utf-8"), "all bytes are well-formed UTF-8", True, ()
    sample = data[:_SAMPLE_BYTES]
    damaged = sample.decode("utf-8", "replace")
    letters = sum(1 for char in damaged if char > "\x7f")
    if letters and damaged.count("\ufffd") < letters * _DAMAGE_MAX * 10 and _is_mostly_utf8(sample, damaged):
        return "utf-8", "nearly all bytes are well-formed UTF-8", False, ()
    return _believed(sample)


def _is_mostly_utf8(sample: bytes, damaged: str) -> bool:
    good = sum(1 for char in damaged if char > "\x7f" and char != "\ufffd")
    return good > 5 * damaged.count("\ufffd") and len(sample) > 0


def _believed(sample: bytes) -> tuple[str, str, bool, tuple[str, ...]]:
    texts = {
        encoding: text for encoding in (*MULTI_BYTE, *SINGLE_BYTE) if (text := _strictly(sample, encoding)) is not None
    }
    scores = {encoding: _plausibility(text, encoding) + _familiarity(text) for encoding, text in texts.items()}
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] < _BELIEVED_MIN:
        return best, "no encoding gives letters of one language; this is the nearest", False, ()
    rivals = tuple(e for e in scores if scores[best] - scores[e] < 0.02 and texts[e] != texts[best])  # noqa: PLR2004
    return best, f"{min(scores[best], 1):.0%} of its unusual letters belong to one language", not rivals, rivals


def _familiarity(text: str) -> float:
    """A little for unusual words that banks are known to use: headers, months."""
    words = {word for word in _UNUSUAL_WORD.findall(text[:20_000]) if not word.isascii()}
    known = sum(1 for word in words if folded(word) in known_words())
    return 0.2 * known / len(words) if words else 0.0


def _strictly(sample: bytes, encoding: str) -> str | None:
    """The text, if all bytes fit; a letter cut off at the end of the sample is forgiven."""
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeDecodeError:
        return None


def _plausibility(text: str, encoding: str) -> float:
    """The share of letters beyond a to z that one language explains, less what no writer would type."""
    beyond = Counter(char for char in text if char > "\x7f")
    if not beyond:
        return 1.0
    if encoding in MULTI_BYTE:
        return _common_share(beyond, encoding)
    letters = Counter({char: count for char, count in beyond.items() if char not in HARMLESS})
    total = sum(letters.values())
    if not total:
        return 0.9
    lower = Counter[str]()
    for char, count in letters.items():
        lower[char.lower()] += count
    best = max(sum(lower[char] for char in alphabet) - 0.001 * len(alphabet) for alphabet in ALPHABETS.values())
    return (max(best, 0) - _oddities(text)) / total


def _oddities(text: str) -> float:
    """How many unusual letters stand where nobody puts them: capitals in words, beside digits, among another script."""
    places = Counter((text[at - 1 : at], char, text[at + 1 : at + 2]) for at, char in enumerate(text) if char > "\x7f")
    return sum(count * _oddity(*place) for place, count in places.items())


def _oddity(before: str, char: str, after: str) -> float:
    if not char.isalpha():
        return float(char in _NEVER_INSIDE and before.isalpha() and after.isalpha())
    is_turned = (char.isupper() and before.islower()) or (char.islower() and after.isupper())
    is_foreign = any(near.isalpha() and _is_latin(near) != _is_latin(char) for near in (before, after))
    return 0.5 * (is_turned + is_foreign + (before.isdigit() or after.isdigit()))


def _is_latin(char: str) -> bool:
    return char < "\u0370"


def _common_share(beyond: Counter[str], encoding: str) -> float:
    total = sum(beyond.values())
    good = sum(count for char, count in beyond.items() if _is_common(char, MULTI_BYTE[encoding]))
    rare = sum(count for char, count in beyond.items() if "\ue000" <= char <= "\uf8ff" or "\uff61" <= char <= "\uff9f")
    return good / total - rare / total / 2


@cache
def _is_common(char: str, encoding: str) -> bool:
    """Whether it is among the letters that come first in its encoding: those in daily use."""
    if "\u3040" <= char <= "\u30ff":
        return encoding in {"cp932", "euc_jp"}
    if "\uac00" <= char <= "\ud7a3":
        return encoding == "euc_kr"
    if "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uff60" or char in HARMLESS:
        return True
    try:
        lead = char.encode(encoding)[0]
    except UnicodeEncodeError:
        return False
    first, last = {"gb2312": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "cp932": (0x88, 0x97), "euc_jp": (0xB0, 0xCF)}.get(
        encoding, (1, 0)
    )
    return first <= lead <= last and "\u4e00" <= char <= "\u9fff"
