"""Saved views of runs: a named filter, columns, order and grouping.

A view is also an address.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import UnknownName, UserError
from core.services.run_service import Service
from core.store.preferences import PreferenceStore

LONGEST, MOST = 60, 100  # characters of a name; views
_PREFIX = "view:"
PARTS = ("view", "filter", "status", "of_task", "with_model", "group", "in", "sort", "columns")  # of the address


@dataclass(frozen=True)
class View:
    """What somebody wanted to see again."""

    name: str
    query: Mapping[str, str]  # of the address of the page, parts of `PARTS` only


class SavedViews:
    """The views that the people of this house have saved, for all of them."""

    def __init__(self, service: Service) -> None:
        self._preferences = PreferenceStore(service.database)

    def all(self) -> list[View]:
        """Return every view, by name."""
        kept = self._preferences.with_prefix(_PREFIX)
        views = [View(name, _clean(query)) for name, query in kept.items() if isinstance(query, Mapping)]
        return sorted(views, key=lambda view: view.name.casefold())

    def get(self, name: str) -> View:
        """Return a view.

        Raises:
            UnknownName: There is none of this name.
        """
        views = {view.name: view for view in self.all()}
        if name not in views:
            raise UnknownName("view", name, views)
        return views[name]

    def save(self, name: str, query: Mapping[str, str]) -> View:
        """Save a view under a name; one of the same name is replaced.

        Raises:
            UserError: The name is empty or too long, or there are too many views.
        """
        clean = " ".join(name.split())
        if not clean:
            raise UserError("A view needs a name of at least one character.")
        if len(clean) > LONGEST:
            raise UserError(f"The name has {len(clean)} characters; at most {LONGEST} fit.")
        names = {view.name for view in self.all()}
        if clean not in names and len(names) >= MOST:
            raise UserError(f"There are {MOST} saved views, and more do not fit. Remove one first.")
        view = View(clean, _clean(query))
        self._preferences.set(_PREFIX + clean, dict(view.query))
        return view

    def rename(self, old: str, new: str) -> View:
        """Call a view something else.

        Raises:
            UserError: There is no such view, or another has the name, or the name does not fit.
        """
        view, clean = self.get(old), " ".join(new.split())
        if clean == old:
            return view
        if clean in {other.name for other in self.all()}:
            raise UserError(f"There is a view called '{clean}' already. Choose another name.")
        renamed = self.save(clean, view.query)
        self.remove(old)
        return renamed

    def remove(self, name: str) -> View:
        """Remove a view and return it, so that it can be saved again.

        Raises:
            UnknownName: There is none of this name.
        """
        view = self.get(name)
        self._preferences.remove(_PREFIX + name)
        return view


def _clean(query: Mapping[str, str]) -> dict[str, str]:
    return {part: str(query[part]) for part in PARTS if query.get(part)}
