"""Text equality, ignoring case, spaces and quiet punctuation unless they decide the label."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import regex
from numpy.typing import NDArray

from core.data.splits.duplicates import Keys, group_numbers
from core.data.staging import Progress
from core.preprocessing.segmentation import EMOTICON

# Punctuation that says nothing by itself. Symbols (+ # % $ emoji), combining marks and digits are content.
# The same for ASCII alone, many times faster: lower case, and a space for what is quiet.
_ASCII = bytes(32 if c < 33 or chr(c) in "!\"'(),.:;?[]`{}_-\x7f" else ord(chr(c).lower()) for c in range(128))
_QUIET = regex.compile(r"[\s\p{P}\p{Cc}`--[#%&*/@\\]]+", regex.V1)
_INVISIBLE = regex.compile(r"[\p{Cf}\uFE0F\uFE0E]+", regex.V1)  # such as what joins emoji
_EMOTICONS = re.compile(EMOTICON)
# "-5", and the mark "A-"; not what joins or divides words.
_MINUS = re.compile(r"-(?:(?<!\w-)(?=\d)|(?<=\b[A-Za-z]-)(?!\w))")
_NOSE = re.compile(r"(?<=[:;=])[-o^']")
BATCH = 2_000  # texts at once
FEWEST_PAIRS = 3  # of texts that differ in case or punctuation alone and have other labels: fewer may be slips


def folded(text: str) -> str:
    """Return a text without case, spaces, quiet punctuation and emoticon noses.

    These hide that two texts are the same.

    >>> folded("It's  GREAT!!"), folded("C++ :-)"), folded("दिल।"), folded("A-") == folded("A")
    ('it s great', 'c++ :)', 'दिल', False)
    """
    signs = [_NOSE.sub("", sign) for sign in _EMOTICONS.findall(text)]
    plain = _MINUS.sub(" \N{MINUS SIGN}", _EMOTICONS.sub(" ", text) if signs else text)
    if plain.isascii():
        words = plain.encode().translate(_ASCII + bytes(128)).decode().split()
    else:
        seen = _INVISIBLE.sub("", unicodedata.normalize("NFKC", plain)).casefold()
        words = _QUIET.sub(" ", seen).split()
    return " ".join([*words, *signs]) or " ".join(text.split())


def to_the_letter(text: str) -> str:
    """Return a text unchanged except for spaces and Unicode normalization."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def text_keys(texts: pa.ChunkedArray, progress: Progress | None = None) -> Keys:
    """Return each text's 16-byte key, (N,), equal for texts a reader finds equal.

    Args:
        texts: A column, which is read a few thousand at a time.
        progress: Told how many are done; the caller has begun a stage of that many rows.
    """
    digests = bytearray()
    for begin in range(0, len(texts), BATCH):
        some = texts.slice(begin, BATCH).to_pylist()
        digests += _digests(map(folded, some))
        if progress is not None:
            progress.advance(begin + len(some))
    return np.frombuffer(digests, dtype="S16")


def labelled_text_keys(texts: pa.ChunkedArray, labels: pa.ChunkedArray, progress: Progress | None = None) -> Keys:
    """Return the keys of `text_keys`, exact where case or punctuation decides the label.

    It decides where most of the texts that differ in nothing else have different labels: "us" and "US", "Really." and
    "Really?". Where most of them have the same, the others are slips.

    Args:
        texts: (N,) a column.
        labels: (N,) the class of each.
        progress: As in `text_keys`.
    """
    keys = text_keys(texts, progress)
    groups, first = group_numbers(keys)
    rows = np.flatnonzero(np.bincount(groups, minlength=len(first))[groups] > 1)
    if not len(rows):
        return keys
    repeated = [text or "" for text in texts.take(pa.array(rows)).to_pylist()]
    exact = np.frombuffer(_digests(map(to_the_letter, repeated)), dtype="S16")
    if not _wording_decides(groups[rows], group_numbers(exact)[0], labels.take(pa.array(rows)).to_pylist()):
        return keys
    strict = keys.copy()
    strict[rows] = exact
    return strict


def _wording_decides(groups: NDArray[np.int64], forms: NDArray[np.int64], labels: list[str | None]) -> bool:
    """Return whether texts that differ only in case and punctuation mostly differ in label.

    Args:
        groups: (R,) which texts are the same to a person.
        forms: (R,) which are the same to the letter.
        labels: (R,) their classes.
    """
    said: dict[int, dict[int, set[str | None]]] = {}
    for group, form, label in zip(groups.tolist(), forms.tolist(), labels, strict=True):
        said.setdefault(group, {}).setdefault(form, set()).add(label)
    varied = [list(by_form.values()) for by_form in said.values() if len(by_form) > 1]
    certain = [labels for labels in varied if all(len(one) == 1 for one in labels)]
    differ = sum(len(set.union(*labels)) > 1 for labels in certain)
    return differ >= FEWEST_PAIRS and differ > len(varied) / 2


def _digests(contents: Iterable[str]) -> bytes:
    return b"".join(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16] for text in contents)
