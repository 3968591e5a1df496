"""What an image source's import skipped, counted while reading and described at the end."""

from collections import Counter
from dataclasses import dataclass

from core.data.images.decoding import CLEAR_IN_WORDS, FORMATS_IN_WORDS, MOST_IN_WORDS
from core.data.images.unreadable import Cause, in_words
from core.specs.dataset_types import Finding, Severity

SHOWN = 5  # examples in a finding


@dataclass(frozen=True)
class _Kind:
    """Finding texts: `one` and `many` follow the count; `now` is the last remedy.

    `now` is what to do where nothing else is left.
    """

    severity: Severity
    one: str
    many: str
    why: str
    now: str = ""


_KINDS = {
    "unreadable-files": _Kind(
        "warning",
        "file could not be read as an image.",  # the causes are told by `in_words`
        "files could not be read as images.",
        "Nothing can be learnt from them, so they were left out; copy them anew if you need them.",
        "Open some of them on this computer: if that fails too, get them again from where they came; if not, save them "
        "as JPEG or PNG.",
    ),
    "too-large-pictures": _Kind(
        "warning",
        f"image has more than {MOST_IN_WORDS} (or 200 MB) and was left out.",
        f"images have more than {MOST_IN_WORDS} (or 200 MB) and were left out.",
        f"Opening such images can fill a computer's memory ({CLEAR_IN_WORDS}); make them smaller and import again to "
        "use them.",
        "Make them smaller (2,048 pixels a side are plenty), then import again.",
    ),
    "hollow-pictures": _Kind(
        "warning",
        "image has millions of pixels in hardly any bytes and was left out.",
        "images have millions of pixels in hardly any bytes and were left out.",
        "Only an image of one colour can be so, and opening many of them takes for ever.",
        "Import the images themselves: these show nothing.",
    ),
    "pixels-beyond-budget": _Kind(
        "warning",
        "image was left out, as those before it had decoded to thousands of millions of pixels of hardly any bytes.",
        "images were left out, as those before them had decoded to thousands of millions of pixels of hardly any "
        "bytes.",
        "Opening such images without end would hold up this computer; make them smaller (2,048 pixels a side are "
        "plenty), or import them in several parts.",
        "Make the images smaller (2,048 pixels a side are plenty), then import again.",
    ),
    "too-small-pictures": _Kind(
        "warning",
        "image is less than 4 pixels wide or high and was left out.",
        "images are less than 4 pixels wide or high and were left out.",
        "There is nothing to see in them; such files are often traces of a failed download.",
        "Such files are often traces of a failed download: get the images themselves.",
    ),
    "shrunk-pictures": _Kind(
        "note",
        "image file larger than 25 MB is kept as a JPEG of at most 2,048 pixels a side.",
        "image files larger than 25 MB are kept as JPEGs of at most 2,048 pixels a side.",
        "Training looks at images far smaller than that, so nothing is lost that it could see.",
    ),
    "skipped-files": _Kind(
        "note",
        "file is not an image of a kind that is read and was skipped.",
        "files are not images of a kind that is read and were skipped.",
        f"Images may be {FORMATS_IN_WORDS} files; videos and drawings (SVG) are not read.",
    ),
    "outside-class-folders": _Kind(
        "warning",
        "image lies outside the class folders and was left out.",
        "images lie outside the class folders and were left out.",
        "The folder that holds an image names its class; put these into a class folder if they should be learnt from.",
    ),
    "empty-classes": _Kind(
        "warning",
        "class folder holds no image, so this class will not be learnt.",
        "class folders hold no image, so these classes will not be learnt.",
        "A class needs images to be learnt from; add some, or delete the folder.",
    ),
    "missing-labels": _Kind(
        "warning",
        "image has no label in the table and was left out.",
        "images have no label in the table and were left out.",
        "Only images that somebody has labelled can be learnt from; add rows for them to use them.",
    ),
    "missing-pictures": _Kind(
        "warning",
        "row of the table names an image that is not there.",
        "rows of the table name images that are not there.",
        "These labels are lost; check whether all images were packed, and how their names are spelled.",
    ),
    "unlabelled-pictures": _Kind(
        "warning",
        "image has no label in the annotations and was left out.",
        "images have no label in the annotations and were left out.",
        "Only images that somebody has labelled can be learnt from; label them, or leave them out of the source.",
    ),
    "unknown-pictures": _Kind(
        "warning",
        "label of the annotations belongs to an image that is not there (or to several of one name).",
        "labels of the annotations belong to images that are not there (or to several of one name).",
        "These labels are lost; check whether all images were packed, and how their names are spelled.",
        "Check whether all images were packed, and how their names are spelled.",
    ),
    "several-classes": _Kind(
        "warning",
        "image has several classes and was left out.",
        "images have several classes and were left out.",
        "An image has one label here; give it the one that matters most to use it.",
    ),
    "masks": _Kind(
        "note",
        "mask that marks a place in another image was left out.",
        "masks that mark places in other images were left out.",
        "Where something is, is not learnt here; masks are no images of their own.",
    ),
    "unread-lines": _Kind(
        "warning",
        "line of the annotations could not be read.",
        "lines of the annotations could not be read.",
        "These labels are lost; export the annotations again if they matter.",
    ),
    "unread-annotations": _Kind(
        "warning",
        "file of annotations could not be read.",
        "files of annotations could not be read.",
        "These labels are lost; export them again if they matter.",
    ),
    "repeated-rows": _Kind(
        "warning",
        "row of the table names an image that an earlier row gives another label; the earlier label was kept.",
        "rows of the table name images that earlier rows give other labels; the earlier labels were kept.",
        "An image can have one label here; correct the table if the later one is right.",
    ),
    "ambiguous-names": _Kind(
        "warning",
        "row of the table names an image that is there several times, in different folders, and was left out.",
        "rows of the table name images that are there several times, in different folders, and were left out.",
        "Nobody can know which of them is meant; write the folder before the name in the table.",
    ),
    "dropped-labels": _Kind(
        "note",
        "image was left out because its label is mapped to nothing.",
        "images were left out because their labels are mapped to nothing.",
        "You asked for it in the mapping of labels.",
        "Keep at least two labels.",
    ),
    "composed-pictures": _Kind(
        "note",
        "transparent image is laid on the ground of this data set, as it could not be seen on white.",
        "transparent images are laid on the ground of this data set, as many of them could not be seen on white.",
        "A model sees no transparency; images that it is asked about later are laid on the same ground.",
    ),
    "first-frames": _Kind(
        "note",
        "file holds several images, as it moves or has pages; only its first one is used.",
        "files hold several images, as they move or have pages; only the first one of each is used.",
        "A model learns from single images here; save the others as files of their own if they matter.",
    ),
}


class SkipReport:
    """Counts skipped files by their finding's code, with a few names for each."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._causes: Counter[Cause] = Counter()  # of the unreadable ones
        self._names: dict[str, list[str]] = {}

    def add(self, code: str, name: str, cause: Cause = "cut") -> None:
        """Note one file, row or folder, and why if it is unreadable."""
        self.counts[code] += 1
        if code == "unreadable-files":
            self._causes[cause] += 1
        names = self._names.setdefault(code, [])
        if len(names) < SHOWN:
            names.append(name)

    def findings(self) -> list[Finding]:
        """Return one finding for each code that was noted."""
        found = []
        for code, count in self.counts.items():
            kind = _KINDS[code]
            message = f"{count:,} {kind.one if count == 1 else kind.many}"
            if code == "unreadable-files":
                message = in_words(self._causes)
            found.append(Finding(code, kind.severity, count, tuple(self._names[code]), message, kind.why))
        return found

    def reasons(self) -> str:
        """Return why nothing is left and what to do now, in whole sentences."""
        told = [f.message for f in self.findings() if f.severity != "note" or _KINDS[f.code].now]
        usual = self.counts.most_common()
        return " ".join([*told, next((_KINDS[code].now for code, _ in usual if _KINDS[code].now), "")]).strip()
