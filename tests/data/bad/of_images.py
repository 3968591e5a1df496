"""Pictures, and folders of them, that somebody could well bring and that are wrong."""

import os
import zlib
from pathlib import Path

from tests.data.bad.bad_file import BadFile
from tests.data.bad.making import classes, file, folder, in_both, jpeg, pets, zipped
from tests.data.images.drawing import lay_out, noise, png, saved

PAGE = b"<!DOCTYPE html><title>Log in</title>"
FILM = b"\0\0\0\x18ftypmp42"


def stating(side: int) -> bytes:
    """Return a small PNG that says it is a square of so many pixels."""
    content = bytearray(png())
    content[16:24] = side.to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


def moving() -> bytes:
    """Return a GIF of three frames."""
    frames = [noise(n, mode="L") for n in range(3)]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:])


def with_link(place: Path) -> Path:
    """Make a folder in which one picture is a link to a place outside."""
    made = lay_out(place / "Photos", pets())
    lay_out(place / "private", {"secret.png": png(9)})
    (made / "cats" / "linked.png").symlink_to(place / "private" / "secret.png")
    return made


def empty_folder(place: Path) -> Path:
    """Make a folder of nothing."""
    (place / "Photos").mkdir()
    return place / "Photos"


def empty_class(place: Path) -> Path:
    """Make three class folders, one of them empty."""
    made = lay_out(place / "Photos", pets())
    (made / "birds").mkdir()
    return made


def device(place: Path) -> Path:
    """Make a way to a device that gives bytes for ever."""
    (place / "Camera").symlink_to("/dev/zero")
    return place / "Camera"


def with_pipe(place: Path) -> Path:
    """Make a pipe, from which a careless reader would wait for bytes for ever."""
    os.mkfifo(place / "photos.zip")
    return place / "photos.zip"


BAD_FILES = (
    BadFile(
        "a lone image",
        file("cat.jpg", jpeg),
        "cat.jpg is a single image. Import a folder or a ZIP in which each class has a folder of its own with its "
        "images; at least two classes.",
    ),
    BadFile(
        "a class whose only image is cut off",
        folder(lambda: classes("cats") | {"dogs/0.png": png()[:200]}),
        "Only images of 'cats' can be used of Photos, none of 'dogs': a model learns by telling classes apart. 1 "
        "file could not be read as an image: it is damaged or was cut off. Open some of them on this computer: if "
        "that fails too, get them again from where they came; if not, save them as JPEG or PNG.",
    ),
    BadFile(
        "one of three classes is cut off",
        folder(lambda: pets(**{"birds/0.png": png()[:200]})),
        "None of the images of 'birds' could be used, so nothing will be learnt about that.",
        finding="lost-classes",
    ),
    BadFile(
        "one cut off PNG among many",
        folder(lambda: pets(**{"dogs/x.png": png()[:200]})),
        "1 file could not be read as an image: it is damaged or was cut off.",
        finding="unreadable-files",
    ),
    BadFile(
        "one cut off JPEG among many",
        zipped(lambda: pets(**{"dogs/x.jpg": jpeg()[:300]})),
        "1 file could not be read as an image: it is damaged or was cut off.",
        finding="unreadable-files",
    ),
    BadFile(
        "only cut off JPEGs",
        zipped(lambda: in_both(jpeg()[:300], "jpg")),
        "None of the images of photos.zip can be used. 12 files could not be read as images: they are damaged "
        "or were cut off. Open some of them on this computer: if that fails too, get them again from where they "
        "came; if not, save them as JPEG or PNG.",
    ),
    BadFile(
        "texts called .jpg",
        zipped(lambda: in_both(b"a cat on a mat", "jpg")),
        "None of the images of photos.zip can be used. 12 files could not be read as images: they are texts. "
        "Open some of them on this computer: if that fails too, get them again from where they came; if not, save "
        "them as JPEG or PNG.",
    ),
    BadFile(
        "web pages called .png",
        folder(lambda: pets(**{f"dogs/page{n}.png": PAGE for n in range(2)})),
        "2 files could not be read as images: they are web pages, such as a download's error page.",
        finding="unreadable-files",
    ),
    BadFile(
        "a file of zero bytes, a PDF and a cut off image",
        folder(lambda: pets(**{"cats/a.png": b"", "cats/b.png": b"%PDF-1.4", "dogs/c.png": png()[:99]})),
        "3 files could not be read as images: 1 is empty (0 bytes); 1 is a file of another kind; 1 is damaged or "
        "was cut off.",
        finding="unreadable-files",
    ),
    BadFile(
        "images of one pixel",
        zipped(lambda: in_both(png(size=(1, 1)))),
        "None of the images of photos.zip can be used. 12 images are less than 4 pixels wide or high and were "
        "left out. Such files are often traces of a failed download: get the images themselves.",
    ),
    BadFile(
        "one image of one pixel among many",
        folder(lambda: pets(**{"cats/dot.png": png(7, (1, 1))})),
        "1 image is less than 4 pixels wide or high and was left out.",
        finding="too-small-pictures",
    ),
    BadFile(
        "an image of 30,000 x 30,000 pixels",
        zipped(lambda: pets(**{"cats/bomb.png": stating(30_000)})),
        "1 image has more than 80 million pixels (or 200 MB) and was left out.",
        finding="too-large-pictures",
    ),
    BadFile(
        "nothing but images of 30,000 x 30,000 pixels",
        zipped(lambda: in_both(stating(30_000))),
        "None of the images of photos.zip can be used. 12 images have more than 80 million pixels (or 200 MB) "
        "and were left out. Make them smaller (2,048 pixels a side are plenty), then import again.",
    ),
    BadFile(
        "a moving GIF",
        folder(lambda: pets(**{"cats/moving.gif": moving()})),
        "1 file holds several images, as it moves or has pages; only its first one is used.",
        finding="first-frames",
    ),
    BadFile(
        "a film and a drawing among images",
        folder(lambda: pets(**{"cats/run.mp4": FILM, "dogs/logo.svg": b"<svg/>"})),
        "2 files are not images of a kind that is read and were skipped.",
        finding="skipped-files",
    ),
    BadFile(
        "only films",
        folder(lambda: in_both(FILM, "mp4")),
        "Photos holds nothing that is read here: cats/0.mp4 is a video. Images are learnt from here, not videos. "
        "Take photos out of it, such as one a second, and put those of each class into a folder of its own.",
    ),
    BadFile(
        "images in no folder",
        zipped(lambda: {f"{n}.png": png(n) for n in range(6)}),
        "photos.zip holds 6 images but no class folders, so nobody can know what they show. Put the images of "
        "each class into a folder named after it (at least two classes), or add a CSV file with a column of file "
        "names and a column of labels.",
    ),
    BadFile(
        "one class folder",
        zipped(lambda: classes("cats")),
        "photos.zip has only one class folder with images, 'cats'. A model learns by telling classes apart: add a "
        "second folder with images of something else, then import again.",
    ),
    BadFile(
        "a class folder without an image",
        empty_class,
        "1 class folder holds no image, so this class will not be learnt.",
        finding="empty-classes",
    ),
    BadFile(
        "images beside the class folders",
        folder(lambda: pets(**{"cover.png": png(77)})),
        "1 image lies outside the class folders and was left out.",
        finding="outside-class-folders",
    ),
    BadFile(
        "one image a class",
        zipped(lambda: classes("cats", "dogs", each=1)),
        "There are too few different examples to train, validate and test with. Add examples until at least one "
        "label has three different ones.",
    ),
    BadFile(
        "class folders that differ in capitals",
        zipped(lambda: classes("Cats", "cats", "dogs")),
        "1 label of photos.zip stood there in several spellings; 6 rows now carry the usual one.",
        finding="merged-labels",
    ),
    BadFile(
        "class folders that differ in a space",
        zipped(lambda: classes("cats", "cats ", "dogs")),
        "1 label of photos.zip stood there in several spellings; 6 rows now carry the usual one.",
        finding="merged-labels",
    ),
    BadFile(
        "class folders that are one but for capitals",
        zipped(lambda: classes("Cats", "cats")),
        "All images of photos.zip are taken as one class, 'cats' (written 'Cats' and 'cats'). A model learns by "
        "telling classes apart: add images of something else, or call what is different by clearly different "
        "names.",
    ),
    BadFile(
        "only train and test folders",
        zipped(lambda: classes("train", "test")),
        "photos.zip holds 12 images but no class folders, so nobody can know what they show. Their folders say "
        "what they are for (training, test), not what they show. Put the images of each class into a folder named "
        "after it (at least two classes), or add a CSV file with a column of file names and a column of labels.",
    ),
    BadFile(
        "the same image in two classes",
        zipped(lambda: pets(**{"cats/same.png": png(99), "dogs/same.png": png(99)})),
        "1 image appears more than once, with different labels.",
        finding="conflicting-labels",
    ),
    BadFile("a link in a folder", with_link, "1 link in Photos was not followed.", finding="links"),
    BadFile(
        "an empty folder",
        empty_folder,
        "Photos holds no files. Import images (JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC and AVIF), each in a folder "
        "named after its class; or a table; or texts.",
    ),
    BadFile(
        "a folder that is not there",
        lambda place: Path("photos-of-cats"),
        "There is no file or folder photos-of-cats. Check the spelling.",
    ),
    BadFile(
        "a pipe",
        with_pipe,
        "photos.zip is no ordinary file but a pipe or a device, which may never end. Save what comes out of it as a "
        "file, and import that.",
    ),
    BadFile(
        "a device",
        device,
        "Camera is no ordinary file but a pipe or a device, which may never end. Save what comes out of it as a file, "
        "and import that.",
    ),
)
