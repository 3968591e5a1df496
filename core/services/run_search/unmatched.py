"""Why no run matches: the failing filter parts, and the matches without them."""

from collections.abc import Callable, Mapping, Sequence

from core.runs import Run
from core.services.run_search.fields import Fields
from core.services.run_search.filters import Filter, Test, condition
from core.services.run_search.query_parser import All, Any, Comparison, Not, Term, Word, read_filter

LONGEST = 60  # characters of a part, in a sentence


def parts_of(text: str, fields: Fields) -> dict[str, Test]:
    """Return a filter's conjunctive parts, each by its written form.

    Raises:
        FilterError: It cannot be understood.
    """
    term = read_filter(text)
    terms = term.terms if isinstance(term, All) else (term,)
    return {_written(part): condition(part, fields) for part in terms}


def why_none(wanted: Filter, chosen: Mapping[str, Test], runs: Sequence[Run], fields: Fields) -> str:
    """Return why no run matches, in sentences."""
    parts = {**parts_of(wanted.text, fields), **chosen}
    said = "" if wanted.hints and len(parts) == 1 else excluding(parts, runs)
    return " ".join(filter(None, [*wanted.hints, said]))


def excluding(parts: Mapping[str, Callable[[Run], bool]], runs: Sequence[Run]) -> str:
    """Return which filter parts, in sentences, leave no run; empty where none does."""
    fits = {name: {run.id for run in runs if test(run)} for name, test in parts.items()}
    everything = {run.id for run in runs}
    if not fits or everything.intersection(*fits.values()):
        return ""
    without = {name: everything.intersection(*(f for n, f in fits.items() if n != name)) for name in fits}
    guilty = {name: len(left) for name, left in without.items() if left and len(fits) > 1}
    if guilty:
        said = [f"without {_cut(name)}, {_matches(count)}" for name, count in guilty.items()]
        alone = [name for name in guilty if not fits[name]]
        if alone:
            return f"No run here fits {' or '.join(map(_cut, alone))}: {'; '.join(said)}."
        return f"No run fits all of it at once: {'; '.join(said)}."
    if len(fits) == 1:
        return f"None of the {len(runs):,} runs here fits {_cut(next(iter(fits)))}."
    counts = "; ".join(f"{_cut(name)} fits {len(found):,}" for name, found in fits.items())
    return f"Of {len(runs):,} run{'s' if len(runs) != 1 else ''} here, {counts}."


def _matches(count: int) -> str:
    return "1 run matches" if count == 1 else f"{count:,} runs match"


def _cut(name: str) -> str:
    return f"'{name if len(name) <= LONGEST else name[: LONGEST - 1] + '…'}'"


def _written(term: Term) -> str:
    if isinstance(term, Word):
        return f'"{term.text}"' if term.quoted else term.text
    if isinstance(term, Comparison):
        return f"{_quoted(term.field)} {term.operator} {_quoted(term.value)}"
    if isinstance(term, Not):
        return f"not {_written(term.term)}"
    return f"({(' or ' if isinstance(term, Any) else ' and ').join(map(_written, term.terms))})"


def _quoted(text: str) -> str:
    return text if text and not any(sign.isspace() for sign in text) else f'"{text}"'
