"""Data sets of the hub as they lie on a disk when something went wrong on their way."""

from tests.data.bad.bad_file import BadFile
from tests.data.bad.making import folder, in_both, pets

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 12345\n"

BAD_FILES = (
    BadFile(
        "images cloned without Git LFS",
        folder(lambda: in_both(POINTER)),
        "None of the images of Photos can be used. 12 files could not be read as images: they are only pointers "
        "to images that were left behind (Git LFS). Open some of them on this computer: if that fails too, get "
        "them again from where they came; if not, save them as JPEG or PNG.",
    ),
    BadFile(
        "some images cloned without Git LFS",
        folder(lambda: pets(**{"dogs/x.png": POINTER, "dogs/y.png": POINTER})),
        "2 files could not be read as images: they are only pointers to images that were left behind (Git LFS).",
        finding="unreadable-files",
    ),
    BadFile(
        "a text cloned without Git LFS",
        folder(lambda: {"data/train.txt": POINTER, "README.md": b"# Stories\n"}, "Stories"),
        "Stories holds only 9 characters of text; at least 1,000 are needed, and a model learns better from a "
        "hundred times as many. Put more text into it, or import several files in a ZIP. 1 of 2 documents could not "
        "be read and was left out. The first: data/train.txt is only a pointer to a file that was left behind (Git "
        "LFS). Run 'git lfs pull' in its folder, or download the file itself from its page.",
    ),
    BadFile(
        "a set that is a program",
        folder(lambda: {"stories.py": b"raise SystemExit\n", "infos.yaml": b"x: 1"}, "Stories"),
        "Stories holds nothing that can be read, only other files (such as infos.yaml). Import images (JPEG, PNG, "
        "WebP, GIF, BMP, TIFF, HEIC and AVIF), each in a folder named after its class; or one table (CSV, Excel, "
        "Parquet, JSON); or texts (TXT, Markdown, PDF, DOCX).",
    ),
)
