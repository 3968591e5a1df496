"""Streaming XML without document types, entities or fetching, bounded in depth and attributes.

Whatever a part says of its encoding, it is read as UTF-8, as the libraries behind do: a check that reads other letters
than they do is none.
"""

from collections.abc import Callable, Iterable
from xml.parsers import expat

MOST_DEPTH = 256  # elements within each other
MOST_ATTRIBUTE = 1 << 20  # characters of all attributes of one element
_ENCODINGS = {"", "utf-8", "utf8", "us-ascii", "ascii"}


class BrokenXml(Exception):
    """XML that is not well-formed, or not such as office programs write."""


class XmlReader:
    """Reads XML that comes in pieces, and hands on what it holds.

    Args:
        start: Takes an element's name and attributes.
        end: Takes the name of an element that ends.
        text: Takes characters, in pieces of any size.
        has_namespaces: Whether names are "NAMESPACE NAME"; else they are as written.
    """

    def __init__(
        self,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None],
        text: Callable[[str], None],
        has_namespaces: bool = False,
    ) -> None:
        self._start, self._end, self._depth = start, end, 0
        parser = expat.ParserCreate("UTF-8", " " if has_namespaces else None)
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._started, self._ended
        parser.XmlDeclHandler, parser.StartDoctypeDeclHandler = _declared, _refused
        parser.CharacterDataHandler = text
        self._parser = parser

    def feed(self, chunk: bytes, is_last: bool = False) -> None:
        """Read a piece.

        Raises:
            BrokenXml: It is not well-formed, declares a document type or another encoding, or nests too deeply.
        """
        try:
            self._parser.Parse(chunk, is_last)
        except (expat.ExpatError, ValueError) as error:
            raise BrokenXml from error

    def feed_all(self, chunks: Iterable[bytes]) -> None:
        """Read all pieces.

        Raises:
            BrokenXml: As `feed`.
        """
        for chunk in chunks:
            self.feed(chunk)
        self.feed(b"", is_last=True)

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH or (attributes and sum(map(len, attributes.values())) > MOST_ATTRIBUTE):
            raise BrokenXml
        self._start(name, attributes)

    def _ended(self, name: str) -> None:
        self._depth -= 1
        self._end(name)


def _declared(_version: str, encoding: str | None, _standalone: int) -> None:
    if (encoding or "").lower() not in _ENCODINGS:
        raise BrokenXml


def _refused(*_: object) -> None:
    raise BrokenXml
