"""A text file of any size and encoding, as pieces of text."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import DataError
from core.imports import Finding
from core.intake.corpora.magic import refuse_bytes, refuse_other_kind, unreadable
from core.intake.doctor.wording import counted, shown
from core.intake.tables.disguise import head
from core.intake.tables.encoding import Encoding, find_encoding, known_encoding

PIECE_BYTES = 1 << 18
_GUESSED = ("", "utf-8", "utf-8-sig")  # what a quick look says of any file that begins in ASCII
_CONTEXT = 20  # bytes around one that was put right


def encoding_of(path: Path, chosen: str = "", most_bytes: int | None = None) -> Encoding:
    """Return a text file's encoding.

    Args:
        path: The file.
        chosen: By the user; UTF-8 is looked after, because a file that begins in ASCII may go on otherwise.
        most_bytes: To look at; None means the whole file.

    Raises:
        DataError: It is no text, or there is no such encoding.
    """
    name = known_encoding(chosen) if chosen else ""
    refuse_other_kind(path.name, head(path))
    try:
        found = Encoding(name) if name not in _GUESSED else find_encoding(path, most_bytes)
    except OSError as error:
        raise unreadable(path, error) from error
    except DataError as error:
        raise DataError(
            f"{path.name} cannot be read as a text: it goes on for many megabytes without a line end, or its disk "
            "gives an error. Open it in an editor, save it as plain text (UTF-8), and bring that."
        ) from error
    beginning = next(PlainText(path, found).pieces(), "")
    refuse_bytes(path.name, beginning[:65_536])
    return found


@dataclass
class PlainText:
    """One text file.

    Args:
        path: The file.
        encoding: Of its bytes.
        replaced: Bytes that are not in the encoding, counted while the pieces are read.
        example: What stands around the first of them.
    """

    path: Path
    encoding: Encoding
    replaced: int = 0
    example: str = ""

    def pieces(self, advance: Callable[[int], None] = lambda done: None) -> Iterator[str]:
        """Yield the text; bytes that do not belong to UTF-8 are read as Western European, others become "�".

        Args:
            advance: Told how many bytes were read.

        Raises:
            DataError: The file cannot be read to its end.
        """
        decoder = codecs.getincrementaldecoder(self.encoding.name)(_HANDLER)
        _replacing.append(self)
        try:
            with self.path.open("rb") as file:
                done = 0
                while piece := file.read(PIECE_BYTES):
                    text = decoder.decode(piece)
                    done += len(piece)
                    advance(done)
                    yield text
                yield decoder.decode(b"", final=True)
        except OSError as error:
            raise unreadable(self.path, error) from error
        finally:
            _replacing.remove(self)
