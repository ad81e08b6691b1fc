"""XML as a tree of plain elements, read by a parser that refuses to be led on.

Documents that declare entities are refused: statements need none, and entities are how a small file becomes a large one
or reads another file. Namespaces are dropped, for banks disagree about them within one message.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from farthing.ingest.errors import StatementTooLarge, StatementUnreadable
from farthing.ingest.readers.letters import Letters, letters_of

DEPTH_MAX = 200
ELEMENTS_MAX = 3_000_000
TEXT_MAX = 1_000_000
_LOOSE = re.compile(r"&(?!#?\w{1,40};)")
_FORBIDDEN = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f]")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


@dataclass(slots=True, eq=False)
class Element:
    """A tag without its namespace, what it holds, and where it starts."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, path: str) -> Iterator["Element"]:
        """The elements at a path such as `Refs/EndToEndId`."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.all(rest) if rest else (child,)

    def first(self, *paths: str) -> "Element | None":
        """The first element at the first of these paths that leads anywhere."""
        return next((found for path in paths for found in self.all(path)), None)

    def value(self, *paths: str) -> str | None:
        """The text at the first of these paths that has any."""
        return next((text for path in paths for found in self.all(path) if (text := found.text.strip())), None)

    def within(self, name: str) -> Iterator["Element"]:
        """Every element of a name, however deep, none of them inside another."""
        waiting = list(reversed(self.children))
        while waiting:
            element = waiting.pop()
            if element.name == name:
                yield element
            else:
                waiting.extend(reversed(element.children))


def tree(data: bytes, wished_encoding: str | None = None) -> tuple[Element, Letters]:
    """The root element and the encoding that was used; what the document says of itself comes second to what it is."""
    if wished_encoding is None:
        try:
            return _parsed(data, None), Letters("", "as declared", "the document declares it, or is UTF-8")
        except expat.ExpatError:
            pass
        except (LookupError, ValueError):
            pass
    letters = letters_of(data, wished_encoding)
    body = _DECLARATION.sub("", letters.text, count=1).lstrip("\ufeff \t\r\n")
    body = _LOOSE.sub("&amp;", _FORBIDDEN.sub(" ", body))
    try:
        return _parsed(body.encode("utf-8", "replace"), "utf-8"), letters
    except expat.ExpatError as error:
        raise StatementUnreadable(_told(error)) from error


def _told(error: expat.ExpatError) -> str:
    what = expat.errors.messages.get(error.code, "it is not well-formed")
    return f"This is not whole XML: {what}, at line {error.lineno}. Fetch the file again."


def _parsed(data: bytes, encoding: str | None) -> Element:
    parser = guarded_parser(encoding)
    builder = _Builder(lambda: parser.CurrentLineNumber)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.Parse(data, True)
    return builder.root.children[0]


def guarded_parser(encoding: str | None = None) -> expat.XMLParserType:
    """A parser that refuses entities and other files."""
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse_entities
    parser.ExternalEntityRefHandler = _refuse_external
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    return parser


def _refuse_entities(*_: object) -> None:
    raise StatementUnreadable("This XML declares entities, which no statement needs; it is not read.")


def _refuse_external(*_: object) -> int:
    raise StatementUnreadable("This XML refers to another file, which no statement needs; it is not read.")


class _Builder:
    def __init__(self, line: Callable[[], int]) -> None:
        self.root = Element("", 0)
        self._open = [self.root]
        self._line = line
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_MAX:
            raise StatementTooLarge(f"This document has more than {ELEMENTS_MAX:,} elements.")
        if len(self._open) > DEPTH_MAX:
            raise StatementUnreadable(f"This document nests deeper than {DEPTH_MAX} elements; it is no statement.")
        element = Element(name.rpartition(":")[2], self._line(), attributes)
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        element = self._open[-1]
        if len(element.text) > TEXT_MAX:
            raise StatementUnreadable(
                f"This document has a text of more than {TEXT_MAX:,} letters; it is no statement."
            )
        element.text += text
