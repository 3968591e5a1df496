"""Pictures, and folders of them, that somebody could well bring and that are wrong."""

import zlib
from collections.abc import Callable
from pathlib import Path

from tests.intake.bad.bad_file import BadFile
from tests.intake.pictures.drawing import lay_out, noise, pack, png, saved

Files = dict[str, bytes]


def classes(*names: str, each: int = 6) -> Files:
    """Return so many different pictures for each class folder."""
    return {f"{name}/{n}.png": png(100 * k + n) for k, name in enumerate(names) for n in range(each)}


def folder(files: Callable[[], Files]) -> Callable[[Path], Path]:
    """Return what writes these files into a folder "photos"."""
    return lambda place: lay_out(place / "photos", files())


def zipped(files: Callable[[], Files]) -> Callable[[Path], Path]:
    """Return what writes these files into "photos.zip"."""
    return lambda place: pack(place / "photos.zip", files())


def stating(side: int) -> bytes:
    """Return a small PNG that says it is a square of so many pixels."""
    content = bytearray(png())
    content[16:24] = side.to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


def jpeg(seed: int) -> bytes:
    return saved(noise(seed), "JPEG")


def moving() -> bytes:
    frames = [noise(n, mode="L") for n in range(3)]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:])


def with_link(place: Path) -> Path:
    made = lay_out(place / "photos", classes("cats", "dogs"))
    lay_out(place / "private", {"secret.png": png(9)})
    (made / "cats" / "linked.png").symlink_to(place / "private" / "secret.png")
    return made


def empty_folder(place: Path) -> Path:
    (place / "photos").mkdir()
    return place / "photos"


def empty_class(place: Path) -> Path:
    made = lay_out(place / "photos", classes("cats", "dogs"))
    (made / "birds").mkdir()
    return made


def heap(table: str, count: int = 12) -> Callable[[Path], Path]:
    """Return what writes pictures 0.png, 1.png ... and labels.csv into one ZIP."""
    return zipped(lambda: {f"{n}.png": png(n) for n in range(count)} | {"labels.csv": table.encode()})


def labels(*names: str, missing: int = 0) -> str:
    """Return a table that gives these pictures cat and dog in turn."""
    rows = "".join(f"{name},{'cat' if n % 2 else 'dog'}\n" for n, name in enumerate(names))
    return f"file,label\n{rows}"


TWELVE = [f"{n}.png" for n in range(12)]

BAD_FILES = (
    BadFile("a lone picture", lambda place: lay_out(place, {"cat.jpg": jpeg(1)}) / "cat.jpg", ""),
    BadFile("a class whose only picture is cut off", folder(lambda: classes("cats") | {"dogs/0.png": png()[:200]}), ""),
    BadFile("one cut off PNG among many", folder(lambda: classes("cats", "dogs") | {"dogs/x.png": png()[:200]}), "", finding="unreadable-files"),
    BadFile("one cut off JPEG among many", folder(lambda: classes("cats", "dogs") | {"dogs/x.jpg": jpeg(1)[:300]}), "", finding="unreadable-files"),
    BadFile("only cut off JPEGs", zipped(lambda: {f"{c}/{n}.jpg": jpeg(n)[:300] for c in ("cats", "dogs") for n in range(6)}), ""),
    BadFile("texts called .jpg", zipped(lambda: {f"{c}/{n}.jpg": b"a cat on a mat" for c in ("cats", "dogs") for n in range(6)}), ""),
    BadFile("web pages called .png", folder(lambda: classes("cats", "dogs") | {f"dogs/page{n}.png": b"<!DOCTYPE html><title>Log in</title>" for n in range(2)}), "", finding="unreadable-files"),
    BadFile("files of zero bytes", folder(lambda: classes("cats", "dogs") | {"cats/empty.png": b""}), "", finding="unreadable-files"),
    BadFile("pictures of one pixel", zipped(lambda: {f"{c}/{n}.png": png(n, (1, 1)) for c in ("cats", "dogs") for n in range(4)}), ""),
    BadFile("one picture of one pixel among many", folder(lambda: classes("cats", "dogs") | {"cats/dot.png": png(7, (1, 1))}), "", finding="too-small-pictures"),
    BadFile("a picture of 30,000 x 30,000 pixels", zipped(lambda: classes("cats", "dogs") | {"cats/bomb.png": stating(30_000)}), "", finding="too-large-pictures"),
    BadFile("nothing but pictures of 30,000 x 30,000 pixels", zipped(lambda: {f"{c}/{n}.png": stating(30_000) for c in ("cats", "dogs") for n in range(2)}), ""),
    BadFile("a film and a drawing among pictures", folder(lambda: classes("cats", "dogs") | {"cats/run.mp4": b"\0\0\0\x18ftypmp42", "dogs/logo.svg": b"<svg/>"}), "", finding="skipped-files"),
    BadFile("only films", folder(lambda: {"cats/run.mp4": b"\0\0\0\x18ftypmp42", "dogs/run.mp4": b"\0\0\0\x18ftypmp42"}), ""),
    BadFile("pictures in no folder", zipped(lambda: {f"{n}.png": png(n) for n in range(6)}), ""),
    BadFile("one class folder", folder(lambda: classes("cats")), ""),
    BadFile("a class folder without a picture", empty_class, "", finding="empty-classes"),
    BadFile("pictures beside the class folders", folder(lambda: classes("cats", "dogs") | {"cover.png": png(77)}), "", finding="outside-class-folders"),
    BadFile("one picture a class", zipped(lambda: classes("cats", "dogs", each=1)), ""),
    BadFile("two pictures a class", zipped(lambda: classes("cats", "dogs", each=2)), ""),
    BadFile("class folders that differ in capitals", zipped(lambda: classes("Cats", "cats", "dogs")), "", finding="merged-labels"),
    BadFile("class folders that differ in a space", zipped(lambda: classes("cats", "cats ", "dogs")), "", finding="merged-labels"),
    BadFile("class folders that are all one in capitals", zipped(lambda: classes("Cats", "cats")), ""),
    BadFile("only train and test folders", zipped(lambda: classes("train", "test")), ""),
    BadFile("a moving GIF", folder(lambda: classes("cats", "dogs") | {"cats/moving.gif": moving()}), "", finding="x"),
    BadFile("the same picture in two classes", zipped(lambda: classes("cats", "dogs") | {"cats/same.png": png(5000), "dogs/same.png": png(5000)}), "", finding="conflicting-labels"),
    BadFile("a link in a folder", with_link, "", finding="links"),
    BadFile("an empty folder", empty_folder, ""),
    BadFile("a folder that is not there", lambda place: Path("photos-of-cats"), ""),
    BadFile("a table that names pictures that are not there", heap(labels(*TWELVE, "12.png", "13.png")), "", finding="missing-pictures"),
    BadFile("a table that leaves pictures out", heap(labels(*TWELVE), count=15), "", finding="missing-labels"),
    BadFile("a table that names other pictures", heap(labels(*(f"IMG_{n}.png" for n in range(12)))), ""),
    BadFile("a table that names a picture twice", heap(labels(*TWELVE) + "0.png,cat\n"), "", finding="repeated-rows"),
    BadFile("a table without labels", heap("file\n" + "\n".join(TWELVE) + "\n"), ""),
    BadFile("a table of one label", heap("file,label\n" + "".join(f"{name},cat\n" for name in TWELVE)), ""),
    BadFile("a table with a label for each picture", heap("file,label\n" + "".join(f"{name},cat number {name}\n" for name in TWELVE)), ""),
    BadFile("a table of labels without its pictures", zipped(lambda: {"labels.csv": labels(*TWELVE).encode()}), ""),
    BadFile("a table of labels beside an empty folder", lambda place: (lay_out(place / "photos", {"labels.csv": labels(*TWELVE).encode()}) / "images").mkdir() or place / "photos", ""),
)
