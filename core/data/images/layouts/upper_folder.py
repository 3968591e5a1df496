"""Class folders with subfolders for each day, session, camera or person."""

import re
from collections.abc import Iterable, Sequence

from core.data.images.annotated import Files, Labelling, Said
from core.data.images.class_folders import Folder, folder_of, is_image, split_named
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport
from core.data.wording import listed
from core.errors import DataError
from core.specs.dataset_types import Guess

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_WORDS = (
    "session|sess|day|date|week|month|year|batch|part|set|seq|sequence|series|video|vid|clip|scene|cam|camera|view|"
    "angle|user|person|subject|participant|patient|speaker|site|location|loc|round|take|trial|shoot|roll|run|group|"
    "folder|dir|album|visit|shot|burst|position|pos|device|phone"
)
# Dates, years, months, and words that count: "2021", "2021-05-03", "May 2022", "session_3", "cam left", "day1".
_SESSION = re.compile(
    rf"(?:(?:19|20)\d\d(?:[-_. ]?\d\d?){{0,2}}|\d{{1,2}}[-_.]\d{{1,2}}[-_.](?:\d\d){{1,2}}|(?:{_MONTHS})[a-z]{{0,6}}"
    rf"(?:[-_ ]?\d{{1,4}})?|(?:{_WORDS})s?(?:[-_ .]?\d{{1,6}}|[-_ .][a-z0-9]{{1,8}})|[a-z][-_]?\d{{1,4}})",
    re.IGNORECASE,
)
_DIGITS = {str(digit) for digit in range(10)}


def may_be(names: Sequence[str]) -> bool:
    """Return whether the lowest folders have session names, and their parents class names."""
    return _divided({_plain(folder_of(name)) for name in names if is_image(name)})


def sure(files: Files) -> float:
    """Tell how sure it is, from all folders."""
    return 0.93 if _divided({_plain(folder_of(entry.name)) for entry in files.images}) else 0.0


def label(files: Files) -> Labelling:
    """Return the folder above the lowest one as the class."""
    said, skipped, lowest = {}, SkipReport(), set()
    for entry in files.images:
        whole = folder_of(entry.name)
        folder = _plain(whole)
        if len(folder) < 2:
            skipped.add("outside-class-folders", entry.name)
            continue
        lowest.add(folder[-1])
        said[entry.number] = Said(folder[-2], next((s for part in reversed(whole) if (s := split_named(part))), ""))
    classes = {one.label for one in said.values()}
    if len(classes) < 2:
        raise DataError(
            f"{files.archive.name} has no two folders one level above the images' own, so these cannot be classes. "
            "Import it without --layout upper-folder."
        )
    why = f"the lowest folders ({listed(sorted(lowest))}) are called like sessions, not like classes"
    guess = Guess("Classes", f"the folders above: {listed(sorted(classes))}", why, "--layout class-folders")
    note = f"Each class is split once more, into {listed(sorted(lowest))}; these are not learnt."
    return Labelling("class folders with sessions below", said, frozenset(), (note,), (guess,), skipped)


def _plain(folder: Folder) -> Folder:
    return tuple(part for part in folder if not split_named(part))


def _divided(folders: Iterable[Folder]) -> bool:
    """Return whether sessions are below classes, without mixing their names.

    Every lowest folder must be a session, and no class may be named like one.
    """
    deep = {folder for folder in folders if len(folder) > 1}
    below, above = {folder[-1] for folder in deep}, {folder[-2] for folder in deep}
    if len(above) < 2 or not all(map(_is_session, below)) or any(map(_is_session, above)):
        return False
    # Ten folders 0 to 9 below each are digits, whatever stands above them.
    return not below >= _DIGITS


def _is_session(name: str) -> bool:
    plain = name.strip()
    return bool(_SESSION.fullmatch(plain)) or (plain.isdecimal() and len(plain) < 10)


LAYOUT = LayoutSpec("upper-folder", "Class folders split by session", may_be, sure, label)
