"""A data set version as a language model reads it: rows as texts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core import catalog
from core.contest.codes import codes_of
from core.contest.plan import FEWEST_ROWS
from core.contest.prompts import (
    CONTINUE_TEMPLATE,
    REPLY_TEMPLATE,
    Prompt,
    checked_template,
    chosen_shots,
    default_template,
    row_text,
)
from core.contest.written import EXPECTED_CHARACTERS, cases_of
from core.data.store.load_version import load_version
from core.errors import UserError
from core.evaluation.nouns import noun_of
from core.services.dataset_service import columns_in
from core.services.run_service import Service
from core.specs import DatasetSpec, Examples, SplitName

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class ContestRows:
    """The rows of one split.

    Args:
        texts: As a language model reads them; of texts to be written, each prompt.
        targets: (N,) classes; empty of texts to be written.
        clusters: (N,) copies and groups; empty where all are independent.
        expected: Of texts to be written, what follows each prompt.
    """

    texts: tuple[str, ...]
    targets: NDArray[np.int64]
    clusters: NDArray[np.int64]
    expected: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, eq=False)
class ContestData:
    """A data set version, ready to be asked about."""

    name: str
    title: str
    fingerprint: str
    task: str
    labels: tuple[str, ...]
    noun: str
    is_conversations: bool
    splits: dict[SplitName, ContestRows]

    @property
    def template(self) -> str:
        """The prompt that is taken where nobody wrote one."""
        return _template(self.noun if self.labels else "", self.is_conversations)

    def prompt(self, shots: int, template: str = "") -> Prompt:
        """Return a prompt with so many training examples.

        Raises:
            UserError: The template cannot be used.
        """
        text = checked_template(template.strip() or self.template, bool(self.labels))
        if not self.labels:
            return Prompt(text, length=EXPECTED_CHARACTERS)
        train = self.splits["train"]
        return Prompt(
            text, self.labels, chosen_shots(train.texts, train.targets, len(self.labels), shots), self.noun
        )  # fmt: skip


def check_task(task: str) -> None:
    """Make sure that a language model can do a task.

    Raises:
        UserError: It judges images, or predicts numbers.
    """
    spec = catalog.find_task(task)
    if spec.input_kind == "image" or spec.output_kind == "number":
        what = "images" if spec.input_kind == "image" else "numbers"
        raise UserError(
            f"A language model is asked about texts, and about rows of a table that get a label, not about {what} "
            f"('{spec.title}'). Compare trained models and baselines there."
        )


def is_written(task: str) -> bool:
    """Return whether a task asks for texts, not for labels."""
    return catalog.find_task(task).output_kind == "text"


def usual_template(service: Service, dataset: str, fingerprint: str = "") -> str:
    """Return the prompt that is taken for a data set, without loading its rows."""
    data = service.dataset_service
    spec = data.find(dataset, fingerprint=fingerprint)
    noun = "" if is_written(spec.task) else noun_in(service, spec, fingerprint)
    return _template(noun, bool(data.facts(dataset, fingerprint).get("conversations")))


def noun_in(service: Service, spec: DatasetSpec, fingerprint: str = "") -> str:
    """Return what one row of a data set is called."""
    task, facts = catalog.find_task(spec.task), service.dataset_service.facts(spec.name, fingerprint)
    columns = [str(one["name"]) for one in columns_in(facts, "text")]
    return spec.noun or noun_of(task.input_kind, task.noun, spec.title, columns)


def _template(noun: str, is_conversations: bool) -> str:
    if noun:
        return default_template(noun)
    return REPLY_TEMPLATE if is_conversations else CONTINUE_TEMPLATE


def contest_data(service: Service, dataset: str, fingerprint: str = "") -> ContestData:
    """Return a data set version as a language model reads it.

    Raises:
        UserError: There is no such data set, its task does not fit, or its test split is too small.
    """
    data = service.dataset_service
    spec = data.find(dataset, fingerprint=fingerprint)
    check_task(spec.task)
    loaded = load_version(spec, service.settings.cache_folder)
    is_conversations = bool(data.facts(dataset, fingerprint).get("conversations"))
    nothing = np.zeros(0, np.int64)
    splits = {
        name: _rows(examples, loaded.clusters.get(name, nothing), is_conversations)
        for name, examples in loaded.examples.items()
    }
    if len(splits["test"]) < FEWEST_ROWS:
        count = len(splits["test"])
        what = ("row" if loaded.version.labels else "prompt") + "s" * (count != 1)
        raise UserError(
            f"The test split of '{dataset}' has {count} {what}: from fewer than {FEWEST_ROWS} nothing can be said "
            "about any model. Add examples to the data set first."
        )
    noun = noun_in(service, spec, fingerprint)
    version = loaded.version
    codes_of(version.labels)  # what fits into no prompt is said before anybody is asked
    return ContestData(
        spec.name, spec.title, version.fingerprint, spec.task, version.labels, noun, is_conversations, splits
    )  # fmt: skip


def _rows(examples: Examples, clusters: NDArray[np.int64], is_conversations: bool) -> ContestRows:
    nothing = np.zeros(0, np.int64)
    if not examples.labels:
        cases = cases_of(examples, are_conversations=is_conversations)
        prompts, expected = tuple(prompt for prompt, _ in cases), tuple(after for _, after in cases)
        return ContestRows(prompts, nothing, nothing, expected)
    inputs = examples.inputs
    if not isinstance(inputs, (np.ndarray, tuple)):
        texts = tuple(row_text({str(name): value for name, value in row.items()}) for row in _records(inputs))
    else:
        texts = tuple(str(text) for text in inputs)
    return ContestRows(texts, np.asarray(examples.targets, np.int64), np.asarray(clusters, np.int64))


def _records(table: "DataFrame") -> "list[dict[str, object]]":
    """Return the rows of a table, what is missing as None."""
    shown = table.astype(object).where(table.notna(), None)
    return [dict(zip(shown.columns, row, strict=True)) for row in shown.itertuples(index=False, name=None)]
