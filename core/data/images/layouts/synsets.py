"""Class folders named like `n01440764`, as in ImageNet, and a file of their names."""

import csv
import json
import re
from collections.abc import Mapping, Sequence

from core.data.archives import Entry
from core.data.images.annotated import Files, Labelling, Said
from core.data.images.class_folders import arrange, folder_of
from core.data.images.layout_specs import LayoutSpec
from core.data.images.skip_report import SkipReport
from core.errors import DataError
from core.specs.dataset_types import Guess

NAMES = (
    *("words.txt", "loc_synset_mapping.txt", "synset_words.txt", "labels.txt", "class_names.txt", "classes.txt"),
    *("imagenet_class_index.json", "dataset_info.json", "labels.json", "label_names.csv"),
)
LARGEST = 8 * 1024**2  # bytes
_SYNSET = re.compile(r"n\d{8}")


def may_be(names: Sequence[str]) -> bool:
    """Tell whether folders are called like synsets and a file could name them."""
    parts = {part for name in names for part in folder_of(name)}
    return sum(bool(_SYNSET.fullmatch(part)) for part in parts) > 1 and any(n.lower().endswith(NAMES) for n in names)


def sure(files: Files) -> float:
    """Tell how sure it is: a file names the folders."""
    return 0.96 if _words(files)[0] else 0.0


def label(files: Files) -> Labelling:
    """Return the name of each picture's folder, in words."""
    words, noted = _words(files)
    places = arrange(folder_of(entry.name) for entry in files.images)
    said, skipped = {}, SkipReport()
    for entry in files.images:
        if place := places.get(folder_of(entry.name)):
            written = place.label
            code = next((part for part in reversed(folder_of(entry.name)) if _SYNSET.fullmatch(part)), written)
            said[entry.number] = Said(words.get(code, code), place.split)
        else:
            skipped.add("outside-class-folders", entry.name)
    if not said:
        raise DataError(f"{files.archive.name} holds no class folders called like n01440764.")
    why = "the folders are called like entries of WordNet, and a file beside them says what they are"
    guess = Guess("Classes", f"the words of {noted[0].name.rpartition('/')[2]}" if noted else "as written", why)
    used = frozenset(entry.number for entry in noted)
    return Labelling("class folders named after WordNet (ImageNet)", said, used, (), (guess,), skipped)


def _words(files: Files) -> tuple[dict[str, str], list[Entry]]:
    for entry in files.ending(*NAMES):
        if entry.size_bytes > LARGEST:
            continue
        found = _in_json(files, entry) if entry.name.lower().endswith(".json") else _in_lines(files.lines(entry))
        if found:
            return found, [entry]
    return {}, []


def _in_lines(lines: Sequence[str]) -> dict[str, str]:
    """Return each synset's first name from lines such as "n01440764 tench, Tinca tinca"."""
    found = {}
    for line in lines:
        code, _, words = line.replace("\t", " ").partition(" ")
        if _SYNSET.fullmatch(code.rstrip(",")) and words.strip():
            found[code.rstrip(",")] = words.split(",")[0].strip()
        elif "," in line and _SYNSET.fullmatch(line.split(",")[0].strip()):
            found[line.split(",")[0].strip()] = next(csv.reader([line]))[1].strip()
    return found


def _in_json(files: Files, entry: Entry) -> dict[str, str]:
    """Return what Keras' class index, {"0": ["n01440764", "tench"]}, or a plain mapping says."""
    try:
        loaded = json.loads(files.text(entry))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(loaded, Mapping):
        return {}
    pairs = [v if isinstance(v, list) and len(v) == 2 else [k, v] for k, v in loaded.items()]
    return {code: str(name) for code, name in pairs if isinstance(code, str) and _SYNSET.fullmatch(code)}


LAYOUT = LayoutSpec("synsets", "ImageNet's class folders with a list of words", may_be, sure, label)
