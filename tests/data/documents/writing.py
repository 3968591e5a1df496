"""Small documents, made as tests need them."""

import io
import zipfile

SENTENCES = (
    "The miller rose before the sun and listened to the river.",
    "Nobody in the village knew how old the bridge was.",
    "A letter came on Tuesday, and it was not for her.",
    "They sold apples, honey and, in good years, walnuts.",
    "When the snow melted, the road was gone.",
)


def story(lines: int = 30) -> str:
    """Return a text of so many lines, no two of them the same; 30 are about 1,800 characters."""
    return "".join(f"{number}. {SENTENCES[number % len(SENTENCES)]}\n" for number in range(1, lines + 1))


def pdf(*pages: str) -> bytes:
    """Return a PDF with these texts (ASCII), one a page; an empty one makes a page without text."""
    numbers = [4 + 2 * page for page in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in zip(numbers, pages, strict=True):
        shown = "".join(f"({line}) Tj T*\n" for line in text.splitlines())
        drawn = f"BT /F1 12 Tf 14 TL 72 720 Td\n{shown}ET"
        resources = "/Resources << /Font << /F1 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {resources} /Contents {number + 1} 0 R >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n".encode()
    listed = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{listed}"
    return (
        content
        + f"{end}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n".encode()
    )


def locked_pdf(password: str) -> bytes:
    """Return a PDF that only opens with a password."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(pdf(story()))))
    writer.encrypt(password, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def docx(*paragraphs: str) -> bytes:
    """Return a Word document of these paragraphs."""
    from docx import Document

    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def with_body(content: bytes, body: bytes) -> bytes:
    """Return a Word document with other XML in the place of its text."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, body if name == "word/document.xml" else old.read(name))
    return file.getvalue()
