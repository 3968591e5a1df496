"""A PDF file, page by page, as text."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.documents.document_signatures import not_of_kind, refuse_pointer, unreadable
from core.data.file_signatures import PDF, head
from core.data.wording import counted
from core.errors import DataError
from core.specs.dataset_types import Finding

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_PAGES = 100_000
MOST_OPERATIONS = 5_000_000  # of drawing, on one page: a map or a trap, not a page to read
_OPERATIONS_BETWEEN = 2_000  # after so many the user may cancel
# A broken PDF is a broken program: pypdf meets what is not there as any of these.
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)


class _TooMuch(Exception):
    """A page draws more than any page does."""


@dataclass
class PdfText:
    """One PDF file.

    Args:
        path: The file.
        name: As the user knows it.
        pages: How many it has; known once it was opened.
        silent: Pages without text, such as scanned ones, counted while the pieces are read.
        broken: Pages that cannot be read.
    """

    path: Path
    name: str
    pages: int = 0
    silent: int = 0
    broken: int = 0

    def open(self) -> "PdfReader":
        """Return the opened file.

        Raises:
            DataError: It is broken or encrypted, or has no pages.
        """
        from pypdf import PasswordType, PdfReader
        from pypdf.errors import DependencyError, PyPdfError

        start = head(self.path)
        refuse_pointer(self.name, start)
        if PDF not in start:
            raise not_of_kind(self.name, start, "a PDF")
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns about every oddity, for engineers
        try:
            reader = PdfReader(self.path)
            # Many files are encrypted with an empty password: only printing is forbidden, reading is not.
            if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
                raise self._encrypted()
            self.pages = len(reader.pages)
        except OSError as error:
            raise unreadable(self.name, error) from error
        except DependencyError as error:
            raise self._encrypted() from error
        except (PyPdfError, *_BROKEN) as error:
            raise self._damaged() from error
        if not self.pages:
            raise self._damaged()
        if self.pages > MOST_PAGES:
            raise DataError(
                f"{self.name} says that it has {self.pages:,} pages; at most {MOST_PAGES:,} are read from one "
                "file. Divide it into several files, and import them in a ZIP."
            )
        return reader

    def pieces(self, advance: Callable[[int], None] = lambda done: None) -> Iterator[str]:
        """Yield the text of each page; a page ends its line.

        Args:
            advance: Told how many pages were read.

        Raises:
            DataError: The file cannot be opened, or no page of it can be read.
        """
        from pypdf.errors import DependencyError, PyPdfError

        reader = self.open()
        for number in range(self.pages):
            advance(number)
            text = ""
            try:
                text = reader.pages[number].extract_text(visitor_operand_before=_watch(number, advance))
            except (PyPdfError, DependencyError, OSError, _TooMuch, *_BROKEN):
                self.broken += 1
            else:
                self.silent += not text.strip()
            if text.strip():
                yield text.rstrip() + "\n"
        advance(self.pages)
        with suppress(*_BROKEN):
            reader.close()
        if self.broken == self.pages:
            raise self._damaged()
        if self.broken + self.silent == self.pages:
            raise self._scanned()

    def findings(self) -> list[Finding]:
        """Return which pages gave nothing; known when all pieces are read."""
        found = []
        if self.broken:
            pages = f"{self.broken:,} of {counted(self.pages, 'page')}"
            found.append(
                Finding(
                    code="unreadable-files",
                    severity="warning",
                    count=self.broken,
                    examples=(self.name,),
                    message=f"{pages} of {self.name} could not be read and were left out.",
                    why="The file is damaged there; what stands on those pages cannot be learnt.",
                )
            )
        if self.silent:
            words = (
                "holds no text: it is empty, or an image of text."
                if self.silent == 1
                else "hold no text: they are empty, or images of text."
            )
            pages = f"{self.silent:,} of {counted(self.pages, 'page')}"
            found.append(
                Finding(
                    code="pages-without-text",
                    severity="note",
                    count=self.silent,
                    examples=(self.name,),
                    message=f"{pages} of {self.name} {words}",
                    why="Text within images can only be read after text recognition (OCR).",
                )
            )
        return found

    def _encrypted(self) -> DataError:
        return DataError(
            f"{self.name} is protected with a password, so its text cannot be read. Open it in a PDF program with "
            "the password, save it without protection, and import that file."
        )

    def _damaged(self) -> DataError:
        return DataError(
            f"{self.name} is damaged or was cut off: it cannot be read as a PDF. Get it again, or open it in a "
            "PDF program, save it anew, and import that file."
        )

    def _scanned(self) -> DataError:
        return DataError(
            f"{self.name} holds {counted(self.pages, 'page')} without any text: they are empty, or scanned "
            "images of text. Run text recognition (OCR) over it, for example with OCRmyPDF, and import the result."
        )


def _watch(page: int, advance: Callable[[int], None]) -> Callable[[Any, Any, Any, Any], None]:
    """Return a callback for each drawing operation, so that a huge page can end."""
    operations = 0

    def count(operator: Any, operands: Any, transformation: Any, text_matrix: Any) -> None:
        nonlocal operations
        operations += 1
        if operations % _OPERATIONS_BETWEEN == 0:
            advance(page)
        if operations > MOST_OPERATIONS:
            raise _TooMuch

    return count
