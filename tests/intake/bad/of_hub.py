"""Data sets of the hub as they lie on a disk when something went wrong on their way."""

from tests.intake.bad.bad_file import BadFile
from tests.intake.bad.of_pictures import classes, folder

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32\nsize 12345\n"

BAD_FILES = (
    BadFile("pictures cloned without Git LFS", folder(lambda: {f"{c}/{n}.png": POINTER for c in ("cats", "dogs") for n in range(6)}), ""),
    BadFile("some pictures cloned without Git LFS", folder(lambda: classes("cats", "dogs") | {f"dogs/x{n}.png": POINTER for n in range(2)}), "", finding="unreadable-files"),
    BadFile("a text cloned without Git LFS", folder(lambda: {"data/train.txt": POINTER, "README.md": b"# Stories\n"}), ""),
    BadFile("a set that is a program", folder(lambda: {"stories.py": b"raise SystemExit\n", "dataset_infos.json": b"{}"}), ""),
)
