"""The cheap rungs of a task's ladder, fitted and judged in one go."""

from core import catalog
from core.specs import Examples, Predictions, TaskSpec


def judged(task: TaskSpec, train: Examples, test: Examples, seed: int = 0) -> dict[str, Predictions]:
    """Return what each simple method does on the test examples, by what it is called."""
    found = {}
    for spec in catalog.baselines(task.name).values():
        if not spec.is_costly:
            fitted = spec.fit(train, test, seed)
            found[fitted.called] = task.predictions_from(fitted.predict(test.inputs), test)
    return found
