"""PDF files whose streams grow, whose objects point at each other, and whose fonts map everything."""

import zlib
from collections.abc import Mapping

from tests.data.hostile.hostile_file import data

MB = 1 << 20
TEXT = b"BT /F1 9 Tf 9 90 Td (A sentence about a parcel that came late, or not at all.) Tj ET\n"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"


def stream(content: bytes, more: bytes = b"") -> bytes:
    """Return a stream object as it is."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), more, content)


def deflated(content: bytes, more: bytes = b"") -> bytes:
    """Return a compressed stream object."""
    return stream(zlib.compress(content, 1), b"/Filter /FlateDecode " + more)


def pdf(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF of one page whose content is object 4; objects given stand for the usual ones."""
    usual = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> "
        b"/XObject << /X 7 0 R >> >> >>",
        4: stream(TEXT * 30),
        5: FONT,
        6: stream(b""),
        7: stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"),
    }
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, content in sorted((usual | dict(objects)).items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    at, count = len(out), max(places) + 1
    out += b"xref\n0 %d\n" % count + b"0000000000 65535 f \n"
    for number in range(1, count):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
    root = b"" if b"/Root" in trailer else b"/Root 1 0 R"
    out += b"trailer << /Size %d %s %s >>\nstartxref\n%d\n%%%%EOF" % (count, root, trailer, at)
    return bytes(out)


def _map(lines: bytes) -> bytes:
    begin = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    return deflated(begin + lines + b"\nendcmap")


FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 7 0 R >> >>"
RANGES = b"100 beginbfrange\n" + b"<0000> <FFFFFF> <0000>\n" * 100 + b"endbfrange"
FLATE_TWICE = b"/Filter [/FlateDecode /FlateDecode] "
HOSTILE = (
    data("pdf-content-that-grows", "text.pdf", lambda _: pdf({4: deflated(TEXT + b" " * (120 * MB))})),
    data("pdf-content-packed-twice", "text.pdf", lambda _: pdf(
        {4: stream(zlib.compress(zlib.compress(b" " * (120 * MB), 1), 9), FLATE_TWICE)})),
    data("pdf-content-of-many-parts-that-grow", "text.pdf", lambda _: pdf(
        {3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents [" + b"4 0 R " * 60 + b"] >>",
         4: deflated(b" " * (30 * MB))})),
    data("pdf-runs-that-grow", "text.pdf", lambda _: pdf(
        {4: stream(b"\x81 " * (1 * MB) + b"\x80", b"/Filter /RunLengthDecode ")})),
    data("pdf-map-of-every-character", "text.pdf", lambda _: pdf({6: _map(RANGES)})),
    data("pdf-map-that-grows", "text.pdf", lambda _: pdf({6: _map(b" " * (120 * MB))})),
    data("pdf-millions-of-operations", "text.pdf", lambda _: pdf({4: deflated(b"q Q " * 1_000_000)})),
    data("pdf-brackets-deep", "text.pdf", lambda _: pdf({4: stream(b"[" * 100_000)})),
    data("pdf-objects-deep", "text.pdf", lambda _: pdf({2: b"<< /Kids " + b"[" * 30_000}), "refused"),
    data("pdf-form-that-draws-itself", "text.pdf", lambda _: pdf(
        {4: stream(TEXT * 30 + b"/X Do"), 7: stream(b"/X Do /X Do " * 9, FORM)})),
    data("pdf-pages-in-a-circle", "text.pdf", lambda _: pdf(
        {2: b"<< /Type /Pages /Kids [2 0 R 2 0 R 3 0 R] /Count 3 >>"})),
    data("pdf-says-a-billion-pages", "text.pdf", lambda _: pdf(
        {2: b"<< /Type /Pages /Kids [3 0 R] /Count 999999999 >>"})),
    data("pdf-one-page-a-million-times", "text.pdf", lambda _: pdf(
        {2: b"<< /Type /Pages /Kids [" + b"3 0 R " * 200_000 + b"] /Count 200000 >>"})),
    data("pdf-tables-in-a-circle", "text.pdf", lambda _: pdf({}, b"/Prev 9"), ""),
    data("pdf-says-four-billion-objects", "text.pdf", lambda _: pdf({}).replace(b"xref\n0 8", b"xref\n0 4294967295")),
    data("pdf-runs-a-script", "text.pdf", lambda folder: pdf(
        {1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (touch %s/canary) >> >>"
         % str(folder).encode()})),
    data("pdf-encrypted-with-rubbish", "text.pdf", lambda _: pdf(
        {}, b"/Encrypt << /Filter /Standard /V 99 /R 99 /O (x) /U (y) /P 1 >>"), "refused"),
    data("pdf-of-brackets-only", "text.pdf", lambda _: b"%PDF-1.7\n" + b"<<" * 200_000, "refused"),
    data("pdf-cut-off", "text.pdf", lambda _: pdf({})[:300], "refused"),
    data("pdf-lzw-of-rubbish", "text.pdf", lambda _: pdf(
        {4: stream(b"\x80\x0b\x60\x50" * 90_000, b"/Filter /LZWDecode ")})),
    data("pdf-hundred-filters", "text.pdf", lambda _: pdf(
        {4: stream(b"x" * 99, b"/Filter [" + b"/ASCIIHexDecode " * 5_000 + b"] ")})),
)  # fmt: skip
