"""What one example of a data set is called, such as a review."""

import re
from collections.abc import Iterable

# By what is read: a data set on customers holds their texts, not them.
_TEXT = """
abstract answer article book call chat claim comment complaint contract conversation description dialogue
document email essay headline invoice job joke letter mail message news note order page paper passage poem
post product question quote recipe record report request response review sentence song statement story ticket
title tweet
"""
_IMAGE = """
animal bird cell digit drawing flower leaf logo map mole mushroom painting part person photo photograph plant
scan sign symbol tumour x-ray
"""
_TABLE = """
account animal apartment application car claim client company contract country customer day employee film flat
flight flower game home house invoice laptop lead listing loan machine movie offer order passenger patient
payment person phone plant player product property purchase region rental request sale sample school song
station student subscriber ticket town transaction tree trip tumour user vehicle visit wine
"""
NOUNS = {"text": _TEXT.split(), "image": _IMAGE.split(), "table": _TABLE.split()}
UNCHANGED = ("news",)
UNUSUAL = {"leaf": "leaves", "person": "people", "class": "classes"}
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def noun_of(kind: str, default: str, title: str = "", columns: Iterable[str] = ()) -> str:
    """Return the word for one example, singular.

    >>> noun_of("text", "text", "Airline tweets"), noun_of("text", "text", "upload-3", ["Review text"])
    ('tweet', 'review')
    >>> noun_of("table", "row", "Prices of 2024")
    'row'

    Args:
        kind: What is read: "text", "image" or "table".
        default: The task's word.
        title: Of the data set.
        columns: Names of the columns that are read, where the data is text.
    """
    known = {form: noun for noun in NOUNS.get(kind, ()) for form in (noun, plural(noun))}
    for name in (title, *columns):
        for word in reversed(_WORD.findall(name.lower())):
            if word in known:
                return known[word]
    return default


def plural(noun: str, count: int = 2) -> str:
    """Return a noun as it stands after a count.

    >>> plural("story"), plural("review", 1), plural("class")
    ('stories', 'review', 'classes')
    """
    if count == 1 or noun in UNCHANGED:
        return noun
    if noun in UNUSUAL:
        return UNUSUAL[noun]
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"
