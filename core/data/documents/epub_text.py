"""An e-book (EPUB) as text, with its chapters in reading order."""

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from core.data.archives import Archive, Entry, open_archive
from core.data.documents.html_text import text_of
from core.data.wording import counted
from core.data.xml_stream import BrokenXml, XmlReader
from core.errors import DataError
from core.specs import DOCUMENT_BREAK
from core.specs.dataset_types import Finding

CONTAINER, RIGHTS = "META-INF/container.xml", "META-INF/rights.xml"
MOST_CHAPTER = 16_000_000  # bytes of one chapter, parsed whole
MOST_INDEX = 4_000_000  # bytes of the list of chapters
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


@dataclass
class BookText:
    """One e-book.

    Args:
        path: The file.
        name: As the user knows it.
        unread: Chapters that could not be read, counted while the pieces are.
    """

    path: Path
    name: str
    unread: int = 0

    def pieces(self, advance: Callable[[int], None] = lambda done: None) -> Iterator[str]:
        """Yield its chapters, a blank line between them.

        Args:
            advance: Told how many bytes of the file are read, about.

        Raises:
            DataError: It is no e-book, damaged, or protected against copying.
        """
        with open_archive(self.path) as archive:
            entries = {entry.name: entry for entry in archive.entries()}
            if RIGHTS in entries:
                raise DataError(
                    f"{self.name} is protected against copying (DRM), so its text cannot be read. Import a copy "
                    f"without "
                    "protection, or the text itself."
                )
            chapters = self._chapters(archive, entries)
            total = sum(entry.size_bytes for entry in chapters) or 1
            size, done, has_text = self.path.stat().st_size, 0, False
            for entry in chapters:
                done += entry.size_bytes
                advance(size * done // total)
                text = self._chapter(archive, entry)
                if text.strip():
                    yield f"{DOCUMENT_BREAK if has_text else ''}{text.strip()}"
                    has_text = True

    def _chapter(self, archive: Archive, entry: Entry) -> str:
        try:
            return text_of(archive.read(entry, MOST_CHAPTER).decode("utf-8-sig", "replace"), entry.name)
        except DataError:
            self.unread += 1
            return ""

    def _chapters(self, archive: Archive, entries: dict[str, Entry]) -> list[Entry]:
        """Return the chapters in the order of the book's spine."""
        if CONTAINER not in entries:
            raise DataError(
                f"{self.name} is no e-book (EPUB): it does not say where its contents are. If it is a ZIP, give it "
                "that ending; else download the book again."
            )
        roots = _elements(archive, entries[CONTAINER], self.name)
        package = next((a["full-path"] for tag, a in roots if tag == "rootfile" and a.get("full-path")), "")
        if package not in entries:
            raise _damaged(self.name)
        found = _elements(archive, entries[package], self.name)
        items = {a.get("id", ""): a for tag, a in found if tag == "item"}
        order = [items[a["idref"]] for tag, a in found if tag == "itemref" and a.get("idref") in items]
        pages = [a for a in order or items.values() if _is_chapter(a)]
        here = posixpath.dirname(package)
        names = [posixpath.normpath(posixpath.join(here, unquote(page.get("href", "")))) for page in pages]
        chapters = [entries[name] for name in dict.fromkeys(names) if name in entries]
        self.unread += len(dict.fromkeys(names)) - len(chapters)
        if not chapters:
            raise _damaged(self.name)
        return chapters

    def findings(self) -> list[Finding]:
        """Return how many chapters could not be read; known when all pieces are."""
        if not self.unread:
            return []
        message = f"{counted(self.unread, 'chapter')} of {self.name} could not be read and {_be(self.unread)} left out."
        why = "They are missing in the file or damaged; download the book again if they matter."
        return [Finding("unreadable-chapters", "warning", self.unread, (), message, why)]


def _is_chapter(item: dict[str, str]) -> bool:
    return item.get("media-type") in _PAGES and "nav" not in item.get("properties", "")


def _be(count: int) -> str:
    return "was" if count == 1 else "were"


def _damaged(name: str) -> DataError:
    return DataError(f"{name} is damaged: the list of its chapters cannot be read. Download the book again.")


def _elements(archive: Archive, entry: Entry, name: str) -> list[tuple[str, dict[str, str]]]:
    """Return a small XML file's elements and attributes by name without prefix."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.append((tag.rpartition(" ")[2].rpartition(":")[2], attributes))

    try:
        XmlReader(start, lambda tag: None, lambda text: None, has_namespaces=True).feed_all(
            [archive.read(entry, MOST_INDEX)]
        )
    except BrokenXml as error:
        raise _damaged(name) from error
    return found
