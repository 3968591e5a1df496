"""Several texts of a row as one, for models with a single text input."""

from collections.abc import Iterable


def join_texts(texts: Iterable[str]) -> str:
    r"""Return a row's texts joined as one, each on a separate line.

    >>> join_texts(["Late again", "", "It came on Friday."])
    'Late again\nIt came on Friday.'
    """
    return "\n".join(text for text in texts if text.strip())
