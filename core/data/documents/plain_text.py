"""A text file of any size and encoding, as pieces of text."""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.data.documents.document_signatures import refuse_bytes, refuse_other_kind, unreadable
from core.data.file_signatures import head
from core.data.tables.encoding import Encoding, find_encoding, known_encoding
from core.data.wording import counted, shown
from core.errors import DataError
from core.specs.dataset_types import Finding

PIECE_BYTES = 1 << 18
_GUESSED = ("", "utf-8", "utf-8-sig")  # what a quick look says of any file that begins in ASCII
_CONTEXT = 20  # characters around one that was put right
_ESCAPED, _LOST = re.compile("[\udc80-\udcff]"), re.compile("\ufffd")
# Bytes that are no UTF-8, by the sign that Python gives them: as Windows-1252 has them, its five gaps as Latin-1.
_WESTERN = {chr(0xDC00 + byte): bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)}


def open_text(path: Path, name: str = "", chosen: str = "", most_bytes: int | None = None) -> "PlainText":
    """Return a text file whose encoding is found out.

    Args:
        path: The file.
        name: As the user knows it; empty takes the path's.
        chosen: The encoding that the user chose. UTF-8 is looked after: a file may begin in ASCII and go on otherwise.
        most_bytes: To look at; None means the whole file.

    Raises:
        DataError: It is no text, or there is no such encoding.
    """
    name, encoding = name or path.name, known_encoding(chosen) if chosen else ""
    refuse_other_kind(name, head(path))
    try:
        found = Encoding(encoding) if encoding not in _GUESSED else find_encoding(path, most_bytes)
    except OSError as error:
        raise unreadable(name, error) from error
    except DataError as error:
        raise DataError(
            f"{name} cannot be read as a text: it goes on for many megabytes without a line end, or its disk gives an "
            "error. Open it in an editor, save it as plain text (UTF-8), and import that."
        ) from error
    text = PlainText(path, name, found)
    refuse_bytes(name, next(text.pieces(), "")[:65_536])
    return PlainText(path, name, found)


@dataclass
class PlainText:
    """One text file.

    Args:
        path: The file.
        name: As the user knows it.
        encoding: Of its bytes.
        odd: Bytes that are not in the encoding, counted while the pieces are read.
        example: What stands around the first of them.
    """

    path: Path
    name: str
    encoding: Encoding
    odd: int = 0
    example: str = ""

    def pieces(self, advance: Callable[[int], None] = lambda done: None) -> Iterator[str]:
        """Yield the text; invalid UTF-8 bytes are read as Western European or "�".

        Args:
            advance: Told how many bytes were read.

        Raises:
            DataError: The file cannot be read to its end.
        """
        is_utf8 = self.encoding.name.replace("_", "-") in _GUESSED
        decoder = codecs.getincrementaldecoder(self.encoding.name)("surrogateescape" if is_utf8 else "replace")
        try:
            with self.path.open("rb") as file:
                done = 0
                while piece := file.read(PIECE_BYTES):
                    done += len(piece)
                    advance(done)
                    yield self._put_right(decoder.decode(piece))
                yield self._put_right(decoder.decode(b"", final=True))
        except OSError as error:
            raise unreadable(self.name, error) from error
        except UnicodeError as error:  # a few encodings cannot go on after what they do not know
            raise DataError(
                f"{self.name} cannot be read as {self.encoding.title}: its bytes are not of that encoding. Choose "
                "another one, or none to have it found out."
            ) from error

    def _put_right(self, text: str) -> str:
        if text.isascii():
            return text
        first = _ESCAPED.search(text) if self.encoding.name in _GUESSED else _LOST.search(text)
        if first is None:
            return text
        found = len(_ESCAPED.findall(text)) or len(_LOST.findall(text))
        self.odd += found
        text = _ESCAPED.sub(lambda match: _WESTERN[match[0]], text)
        self.example = self.example or shown(text[max(0, first.start() - _CONTEXT) : first.start() + _CONTEXT])
        return text

    def findings(self) -> list[Finding]:
        """Return descriptions of the text's repairs; known after all pieces are read."""
        if not self.odd:
            return []
        what = counted(self.odd, "character")
        be = "is" if self.odd == 1 else "are"
        title = self.encoding.title
        message = (
            f"{what} of {self.name} {be} not UTF-8 as the rest is; read as Western European (Windows-1252)."
            if self.encoding.name in _GUESSED
            else f"{what} of {self.name} cannot be read as {title}; \ufffd is there now."
        )
        return [
            Finding(
                code="mixed-encoding",
                severity="warning",
                count=self.odd,
                examples=(self.example,),
                message=message,
                why="Texts of two encodings were put into one file, or its encoding was not found: look at "
                "the example, and choose another encoding if its letters are wrong.",
            )
        ]
