"""MT940 as a stream of fields: `:61:` and what follows it until the next tag, without the envelope of SWIFT."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_KNOWN = r"(?:20|21|25P?|28C?|60[FM]?|61|86|62[FM]?|64|65|34F|13D?|90[CD]|NS|1[0-9]|2[0-9]|72|79)"
_FIELD = re.compile(rf"\s{{0,3}}:(?P<tag>{_KNOWN}):(?P<text>.*)")
_ENVELOPE = re.compile(r"\{[1-35S]:(?:[^{}]|\{[^{}]*\})*\}|\{4:")
_END = re.compile(r"\s*-\}?\s*(?:\{5:.*)?")


@dataclass(slots=True)
class Field:
    """A tag with its lines of text, the first without the tag."""

    tag: str
    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def first(self) -> str:
        return self.lines[0].strip()


@dataclass(slots=True)
class Message:
    """The fields from one `:20:` to the next, a page of a statement."""

    fields: list[Field] = field(default_factory=list)

    def first(self, *names: str) -> Field | None:
        return next((one for one in self.fields if one.tag in names), None)


def messages(text: str, idle: list[int]) -> Iterator[Message]:
    """The messages of a file; lines that belong to none are noted as idle."""
    message, last = Message(), None
    for number, raw in enumerate(text.split("\n"), 1):
        line = _ENVELOPE.sub("", raw.rstrip("\r")) if "{" in raw else raw.rstrip("\r")
        match = _FIELD.fullmatch(line)
        if match is not None:
            if match["tag"] == "20" and message.fields:
                yield message
                message = Message()
            last = Field(match["tag"], number, [match["text"]])
            message.fields.append(last)
        elif _END.fullmatch(line) or last is None or (not line.strip() and last.tag not in {"86", "NS"}):
            idle.append(number)
            last = last if line.strip() == "" else None
        else:
            last.lines.append(line)
    if message.fields:
        yield message
