"""An HTML page as text: a line per paragraph, without scripts and styles.

What only a program reads is left out too.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data.documents.plain_text import PlainText, open_text
from core.errors import DataError
from core.specs.dataset_types import Finding

MOST_BYTES = 32_000_000  # of one page: parsed whole, it takes about ten times as much memory
_HIDDEN = frozenset({"script", "style", "head", "noscript", "template", "svg", "math", "iframe", "object"})
_PARAGRAPHS = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section", "article", "table", "ul", "ol", "hr"]
)
_LINES = frozenset(
    ["div", "li", "tr", "br", "dt", "dd", "figcaption", "header", "footer", "main", "nav", "option", "body"]
)
_CELLS = frozenset({"td", "th"})
_DECLARED = re.compile(r"\A\s{0,100}<\?xml[^>]{0,300}\?>")
_SPACES = re.compile(r"[ \t\r\n\f\x02\x03]+")
_PARAGRAPH, _LINE = "\x02", "\x03"  # ends of what a browser sets apart; a page that holds them loses them
_ENDS = re.compile(r"[\x02\x03](?:[ \t]*[\x02\x03])*")


@dataclass
class WebText:
    """One page.

    Args:
        path: The file.
        name: As the user knows it.
        encoding: That the user chose; "" finds it out.
    """

    path: Path
    name: str
    encoding: str = ""
    _plain: PlainText | None = None

    def pieces(self, advance: Callable[[int], None] = lambda done: None) -> Iterator[str]:
        """Yield its text.

        Raises:
            DataError: It is too large, or no page.
        """
        if self.path.stat().st_size > MOST_BYTES:
            raise DataError(f"{self.name} is larger than {MOST_BYTES // 10**6} MB, too large for one page. Divide it.")
        self._plain = open_text(self.path, self.name, self.encoding)
        yield text_of("".join(self._plain.pieces(advance)), self.name)

    def findings(self) -> list[Finding]:
        """Return what could not be read as it is."""
        return self._plain.findings() if self._plain is not None else []


def text_of(markup: str, name: str) -> str:
    """Return the text of a page.

    Raises:
        DataError: It cannot be parsed.
    """
    from lxml import etree

    parser = etree.HTMLParser(no_network=True, recover=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        parser.feed(_DECLARED.sub("", markup))
        root = parser.close()
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise DataError(f"{name} cannot be read as a web page: it is damaged or empty. Save it again.") from error
    return _tidy("".join(_texts(root))) if root is not None else ""


def _texts(root: Any) -> Iterator[str]:
    """Yield the texts of a tree and the line ends between them, without recursion."""
    waiting: list[tuple[Any, bool, bool]] = [(root, False, False)]
    while waiting:
        element, is_done, is_kept = waiting.pop()
        tag = element.tag if isinstance(element.tag, str) else "script"
        if is_done:
            yield _after(tag)
            yield _text(element.tail, is_kept)
            continue
        if tag in _HIDDEN:
            yield _text(element.tail, is_kept)
            continue
        inner = is_kept or tag == "pre"
        yield _before(tag)
        yield _text(element.text, inner)
        waiting.append((element, True, is_kept))
        waiting.extend((child, False, inner) for child in reversed(element))


def _text(text: str | None, is_kept: bool) -> str:
    return (text or "") if is_kept else _SPACES.sub(" ", text or "")


def _before(tag: str) -> str:
    return _PARAGRAPH if tag in _PARAGRAPHS else _LINE if tag in _LINES else ""


def _after(tag: str) -> str:
    return "\t" if tag in _CELLS else "" if tag == "br" else _before(tag)


def _tidy(text: str) -> str:
    """Return a text without double blank lines and without spaces at line ends."""
    text = text.replace(f"\t{_LINE}", _LINE).replace(f"\t{_PARAGRAPH}", _PARAGRAPH)
    text = _ENDS.sub(lambda ends: "\n\n" if _PARAGRAPH in ends[0] else "\n", text)
    return f"{tidy}\n" if (tidy := text.strip("\n\t ")) else ""
