"""Kinds of tasks by input and output: code asks these, never a name."""

from dataclasses import dataclass

from core import catalog
from core.specs import InputKind, OutputKind


@dataclass(frozen=True)
class TaskKind:
    """Some of the tasks.

    Args:
        inputs: What one of them learns from; empty: anything.
        outputs: What one of them answers with; empty: anything.
    """

    inputs: tuple[InputKind, ...] = ()
    outputs: tuple[OutputKind, ...] = ()

    def fits(self, task: str) -> bool:
        """Return whether a task, by its name, is of this kind.

        Raises:
            UnknownName: There is no such task.
        """
        spec = catalog.find_task(task)
        return (not self.inputs or spec.input_kind in self.inputs) and (
            not self.outputs or spec.output_kind in self.outputs
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the tasks of this kind."""
        return tuple(name for name in catalog.tasks() if self.fits(name))

    @property
    def first(self) -> str:
        """The name of the first task of this kind, "" where there is none."""
        return next(iter(self.names), "")


ANY = TaskKind()
IMAGES = TaskKind(("image",))
TEXTS = TaskKind(("text",))
TABLES = TaskKind(("table",))
IN_TABLES = TaskKind(("text", "table"))  # whose examples may be rows of a file
LABELLED = TaskKind(outputs=("label",))
LABELLED_TEXTS = TaskKind(("text",), ("label",))
LABELLED_TABLES = TaskKind(("table",), ("label",))
PERCEIVED = TaskKind(("image", "text"), ("label",))  # where a person sees that two examples are nearly the same
DOCUMENTS = TaskKind(("text",), ("text",))
NUMBERS = TaskKind(("table",), ("number",))
JUDGED_ROWS = TaskKind(outputs=("label", "number"))  # each example is judged by itself
