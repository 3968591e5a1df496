"""Several texts of one row as one, for a model that reads a single text."""

from collections.abc import Iterable


def join_texts(texts: Iterable[str]) -> str:
    r"""Return the texts of one row as one: each on a line of its own.

    >>> join_texts(["Late again", "", "It came on Friday."])
    'Late again\nIt came on Friday.'
    """
    return "\n".join(text for text in texts if text.strip())
