"""From bytes to text: a file's encoding, and its lines, decoded as a stream.

A file is UTF-8 unless its bytes say otherwise. Where single lines of a UTF-8 file are not, they are read as Western
European, as every spreadsheet of the last thirty years would have written them, and are counted.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.file_signatures import head
from core.data.tables.legacy_encodings import WESTERN, legacy_encoding
from core.data.tables.skip_report import SkipReport
from core.errors import DataError

CHUNK_BYTES = 1 << 20
LINE_ENDS = (b"\n", b"\r")  # the latter alone on very old computers
JSON_ENDS = (b"\n", b'"')  # a JSON file is often one long line; no character of any encoding has a '"' within
LONGEST_LINE = 64 << 20  # bytes; beyond it a file is no table, and memory is bounded
_SAMPLE_BYTES = 1 << 16  # of lines that are not UTF-8, to find out what they are
_PROBE_BYTES = 1 << 16
_MOST_BAD_LINES = 200_000  # after so many the matter is clear
_PLENTY = 10_000  # good lines
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TITLES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Western European (Windows-1252)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "gb18030": "Chinese (GB18030)",
    "big5": "Chinese (Big5)",
    "cp932": "Japanese (Shift-JIS)",
    "euc_jp": "Japanese (EUC-JP)",
    "cp949": "Korean (CP949)",
    "koi8_r": "Cyrillic (KOI8-R)",
}
_NULS = re.compile("\0+")


@dataclass(frozen=True)
class Encoding:
    """How a file's bytes become text."""

    name: str  # Python's
    is_mixed: bool = False  # UTF-8, but for single lines

    @property
    def title(self) -> str:
        """Its name for people."""
        title = _TITLES.get(self.name, self.name.upper())
        return f"{title} with lines in {_TITLES[WESTERN]}" if self.is_mixed else title


def known_encoding(name: str) -> str:
    """Return Python's name of an encoding that a user wrote.

    Raises:
        DataError: It is no encoding of text.
    """
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        info = None
    if info is None or not info._is_text_encoding:  # 'base64' and the like
        raise DataError(f"There is no text encoding called '{name}'. Try utf-8, cp1252, gb18030 or utf-16.")
    return info.name


def find_encoding(path: Path, most_bytes: int | None = None, ends: Sequence[bytes] = LINE_ENDS) -> Encoding:
    """Return the encoding of a text file, found by reading it as a stream.

    Args:
        path: The file.
        most_bytes: To look at; None means the whole file.
        ends: Where it may be cut.
    """
    start = head(path, _PROBE_BYTES)
    bom = next((name for mark, name in _BOMS if start.startswith(mark)), "")
    if bom.startswith(("utf-16", "utf-32")):
        return Encoding(bom)
    if wide := _wide_without_mark(start):
        return Encoding(wide)
    good, bad, sample = _utf8_lines(path, most_bytes, ends)
    if not bad:
        return Encoding(bom or "utf-8")
    if bom or good >= bad:  # hardly ever do the letters of another encoding happen to be UTF-8
        return Encoding(bom or "utf-8", is_mixed=True)
    return Encoding(legacy_encoding(sample))


def _wide_without_mark(start: bytes) -> str:
    """Return "utf-16-le" or "utf-16-be" if alternate bytes are NUL and decodable, else ""."""
    start = start[: len(start) // 2 * 2]
    first, second = start[::2].count(0), start[1::2].count(0)
    if max(first, second) < max(2, len(start) // 40):  # Chinese text has NULs at its commas and line ends alone
        return ""
    if min(first, second) > max(first, second) // 20:
        return ""
    name = "utf-16-be" if first > second else "utf-16-le"
    text = codecs.getincrementaldecoder(name)(errors="replace").decode(start)  # the last character may be half a pair
    odd = sum(c == "\ufffd" or not (c.isprintable() or c in "\r\n\t") for c in text)
    return name if odd <= len(text) // 50 else ""


def _utf8_lines(path: Path, most_bytes: int | None, ends: Sequence[bytes]) -> tuple[int, int, bytes]:
    """Return UTF-8 and other counts of non-ASCII lines, with samples of the others."""
    good = bad = 0
    sample = bytearray()
    for chunk, done in byte_chunks(path, ends):
        try:
            more = len(chunk) - len(chunk.decode("utf-8"))
            # Counted exactly while it matters; after that their characters, by sixty, are near enough and quicker.
            good += more // 60 if good > _PLENTY else more and sum(not line.isascii() for line in chunk.split(b"\n"))
        except UnicodeDecodeError:
            for line in chunk.splitlines(keepends=True):
                if line.isascii():
                    continue
                try:
                    line.decode("utf-8")
                    good += 1
                except UnicodeDecodeError:
                    bad += 1
                    if len(sample) < _SAMPLE_BYTES:
                        sample += line[: _SAMPLE_BYTES - len(sample)]
        if bad > _MOST_BAD_LINES or (most_bytes is not None and done >= most_bytes):
            break
    return good, bad, bytes(sample)


def byte_chunks(path: Path, ends: Sequence[bytes] = LINE_ENDS) -> Iterator[tuple[bytes, int]]:
    """Yield byte pieces of about a megabyte, ending at line ends, with bytes read.

    Args:
        path: The file.
        ends: Bytes after which it may be cut; the first of them that occurs is used.

    Raises:
        DataError: A line is longer than memory should hold, or the file cannot be read any more.
    """
    rest, done = b"", 0
    try:
        with path.open("rb") as file:
            while piece := file.read(CHUNK_BYTES):
                done += len(piece)
                rest += piece
                # Not after the very last byte, which may be the first half of "\r\n".
                cut = next((found + 1 for end in ends if (found := rest.rfind(end, 0, -1)) >= 0), 0)
                if cut:
                    yield rest[:cut], done
                    rest = rest[cut:]
                elif len(rest) > LONGEST_LINE:
                    raise DataError(
                        f"{path.name} has a line of more than {LONGEST_LINE >> 20} MB, so it is no table of rows. "
                        "Check how it was exported; each row must end with a line break."
                    )
    except OSError as error:
        raise DataError(
            f"{path.name} cannot be read to its end ({error.strerror}). Copy it anew, then retry."
        ) from error
    if rest:
        yield rest, done


class TextStream:
    """A file's text, yielded in pieces that end at line ends; counts repairs.

    Args:
        path: The file.
        encoding: Python's name.
        skipped: Gets "mixed-encoding" and "nul-characters".
        ends: Bytes after which it may be cut.
    """

    def __init__(self, path: Path, encoding: str, skipped: SkipReport, ends: Sequence[bytes] = LINE_ENDS) -> None:
        self.path, self.encoding, self.skipped, self.ends = path, encoding, skipped, ends
        self.done = 0  # bytes read so far
        self._line = 0  # lines before the present piece

    def __iter__(self) -> Iterator[str]:
        pieces = self._wide() if self.encoding.startswith(("utf-16", "utf_16", "utf-32", "utf_32")) else self._narrow()
        for piece in pieces:
            text = self._without_nuls(piece) if "\0" in piece else piece
            yield text
            self._line += _line_count(text)

    def _narrow(self) -> Iterator[str]:
        """Yield text of an encoding whose line feed is a byte of its own."""
        is_utf8 = self.encoding.replace("_", "-") in ("utf-8", "utf-8-sig")
        for chunk, done in byte_chunks(self.path, self.ends):
            if is_utf8 and not self.done:
                chunk = chunk.removeprefix(codecs.BOM_UTF8)
            self.done = done
            try:
                yield chunk.decode("utf-8" if is_utf8 else self.encoding)
            except UnicodeDecodeError:
                yield self._line_by_line(chunk) if is_utf8 else self._decode_anyway(chunk)

    def _line_by_line(self, chunk: bytes) -> str:
        lines = []
        for offset, line in enumerate(chunk.split(b"\n")):
            try:
                lines.append(line.decode("utf-8"))
            except UnicodeDecodeError:
                lines.append(_western(line))
                self.skipped.add("mixed-encoding", self._line + offset + 1, lines[-1])
        return "\n".join(lines)

    def _decode_anyway(self, chunk: bytes) -> str:
        text = chunk.decode(self.encoding, errors="replace")
        self._count_unreadable(text)
        return text

    def _count_unreadable(self, text: str) -> None:
        for offset, line in enumerate(text.split("\n")):
            if "\ufffd" in line:
                self.skipped.add("undecodable-characters", self._line + offset + 1, line)

    def _wide(self) -> Iterator[str]:
        """Yield text of UTF-16 or UTF-32."""
        decoder = codecs.getincrementaldecoder(_with_order(self.path, self.encoding))(errors="replace")
        rest = ""
        with self.path.open("rb") as file:
            while True:
                piece = file.read(CHUNK_BYTES)
                self.done += len(piece)
                rest += decoder.decode(piece, final=not piece)
                cut = rest.rfind("\n") + 1 if piece else len(rest)
                if cut:
                    if "\ufffd" in rest[:cut]:
                        self._count_unreadable(rest[:cut])
                    yield rest[:cut].removeprefix("\ufeff")
                    rest = rest[cut:]
                if not piece:
                    return
                if len(rest) > LONGEST_LINE // 4:
                    raise DataError(f"{self.path.name} has a line of many megabytes, so it is no table of rows.")

    def _without_nuls(self, piece: str) -> str:
        for offset, line in enumerate(piece.split("\n")):
            if "\0" in line:
                self.skipped.add("nul-characters", self._line + offset + 1)
        return _NULS.sub("", piece)


def _with_order(path: Path, encoding: str) -> str:
    """Return an encoding with byte order, little-endian without a byte order mark.

    Little-endian is the order of today's computers.
    """
    name, start = encoding.replace("_", "-"), head(path, 4)
    is_told = name not in ("utf-16", "utf-32") or any(known == name and start.startswith(mark) for mark, known in _BOMS)
    return name if is_told else f"{name}-le"


def _western(line: bytes) -> str:
    """Return a line decoded as Windows-1252; its five unused bytes as Latin-1 has them."""
    try:
        return line.decode(WESTERN)
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _line_count(text: str) -> int:
    return text.count("\n") or text.count("\r")


def refuse_binary(path: Path, start: bytes, encoding: str) -> None:
    """Raise a `DataError` if a file's beginning looks like anything but text.

    Args:
        path: The file, for its name.
        start: Its first bytes.
        encoding: As found out.
    """
    if encoding.startswith(("utf-16", "utf-32")) or not start:
        return
    nuls = start.count(0)
    control = len(start) - len(start.translate(None, bytes([*range(1, 9), *range(14, 27), *range(28, 32), 127])))
    if nuls > max(8, len(start) // 200) or control > len(start) // 20:
        raise DataError(
            f"{path.name} is not a text file: its beginning holds {nuls + control:,} bytes that occur in no text. "
            "Open it in the program it came from and save it as CSV (UTF-8)."
        )
