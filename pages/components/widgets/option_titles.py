"""What the options of a choice are called, each one its own.

Streamlit knows an option by what it is called: of two data sets called "Reviews" it would take the last one, whichever
was chosen.
"""

from collections import Counter
from collections.abc import Callable, Iterable


def distinct(options: Iterable[str], title: Callable[[str], str]) -> Callable[[str], str]:
    """Return a `format_func` that adds its name to every option of a repeated title.

    Args:
        options: The names of all options.
        title: What an option is called, by its name.
    """
    titles = {name: title(name) for name in options}
    count = Counter(titles.values())
    return lambda name: title(name) if count[titles.get(name, "")] < 2 else f"{titles[name]} ({name})"
