"""Types of what can be trained: frozen values, no I/O, no torch at import."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.specs.config import Params, PresetName

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor, nn

SplitName = Literal["train", "validation", "test"]
InputKind = Literal["image", "text", "table"]
OutputKind = Literal["label", "text", "number"]
SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")


# --- data ---

Images = NDArray[np.uint8]  # (N, H, W, C)
Texts = tuple[str, ...]
Inputs: TypeAlias = "Images | Texts | pd.DataFrame"  # a table: see `core.preprocessing.columns`
ORDERS = "date orders"  # of a table's `attrs`: column -> "dmy" or "mdy", as its dates were written
WORST_MISTAKES = 24  # that are shown
MOST_DIGITS = 12  # behind the point of a percentage
DOCUMENT_BREAK = "\n\n"  # stands between documents where they are read as one long text


def texts_of(inputs: Inputs) -> Texts:
    """Return inputs typed as texts, for code that handles only texts."""
    if not isinstance(inputs, tuple):
        raise TypeError(f"texts were expected, not {type(inputs).__name__}")
    return inputs


def sampled(count: int, most: int, seed: int) -> NDArray[np.int64]:
    """Return at most `most` of so many positions, drawn by the seed, in order."""
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


@dataclass(frozen=True, eq=False)
class Examples:
    """Examples as people know them, before any model has prepared them.

    Args:
        inputs: Pictures (N, H, W, C) of 0 to 255, N texts, or a table of N rows. For text generation, N documents.
        targets: (N,) indexes into `labels`; numbers (float64) for regression; empty for text generation.
        labels: The names of the classes; empty for regression and text generation.
        unjudged: For text generation, of a part that is judged: passages of the documents joined by `DOCUMENT_BREAK`,
            (begin, end) characters each, that a model sees as context and is not judged on.
    """

    inputs: Inputs
    targets: NDArray[Any]
    labels: tuple[str, ...] = ()
    unjudged: tuple[tuple[int, int], ...] = ()

    def __len__(self) -> int:
        return len(self.inputs)

    def sample(self, most: int, seed: int) -> Self:
        """Return a random part of many, in their order."""
        return self if len(self) <= most else self.select(sampled(len(self), most, seed))

    def select(self, indices: NDArray[np.int64]) -> Self:
        """Return these examples, in this order."""
        inputs: Inputs
        if isinstance(self.inputs, np.ndarray):
            inputs = self.inputs[indices]
        elif isinstance(self.inputs, tuple):
            inputs = tuple(self.inputs[i] for i in indices)
        else:
            inputs = self.inputs.iloc[indices].reset_index(drop=True)
        targets = self.targets[indices] if len(self.targets) else self.targets
        return type(self)(inputs, targets, self.labels)


@dataclass(frozen=True)
class DatasetVersion:
    """One immutable state of a data set, known by the hash of its content."""

    name: str
    fingerprint: str
    task: str
    labels: tuple[str, ...]
    split_sizes: Mapping[str, int]
    duplicate_count: int  # examples that are the same as an earlier one
    licence: str
    source: str


@dataclass(frozen=True, eq=False)
class RowBonds:
    """Constraints that bind rows to a split, or to each other, for folds.

    Args:
        fixed: Why rows cannot change sides, a sentence; empty where they can.
        groups: Returns which rows stay together, (N,) numbers of groups, training, validation and test examples one
            after the other; None where only copies do.
        are_grouped: Whether these are more than copies: rows of one customer, patient or document.
    """

    fixed: str = ""
    groups: "Callable[[], NDArray[np.int64]] | None" = None
    are_grouped: bool = False


@dataclass(frozen=True, eq=False)
class LoadedDataset:
    """A data set version with its examples in their three parts."""

    version: DatasetVersion
    examples: "dict[SplitName, Examples]"
    ground: int = 255  # of pictures: brightness, 0 to 255, of what lies below them where they are transparent
    units: Mapping[str, str] = field(default_factory=dict)  # of a table's columns of numbers that have one
    bonds: RowBonds = field(default_factory=RowBonds)
    # By split, (N,): examples with the same number are copies, or rows of one group. Nothing where all are independent.
    clusters: "Mapping[SplitName, NDArray[np.int64]]" = field(default_factory=dict)


@dataclass(frozen=True)
class DatasetSpec:
    """A dataset loadable by name: a file in `core/data/builtin/`, or imported."""

    name: str
    title: str
    task: str
    summary: str  # two sentences for a founder: what it is, what it is good for
    licence: str
    source: str
    load: Callable[[], Examples]
    target: str = ""  # how good a model must be to be useful, as `core.specs.target.Target.parse` reads it
    noun: str = ""  # one example, where there is a better word than the task's: "review"
    # Loads a version that is already divided; only for data sets that were brought (`core.data.store.dataset_store`).
    open: Callable[[], LoadedDataset] | None = None


@dataclass(frozen=True)
class DataInfo:
    """What a model must know of the data to be built: shapes, no examples."""

    labels: tuple[str, ...]
    input_shape: tuple[int, ...]  # (C, H, W), (T,) or (F,)
    vocabulary_size: int = 0
    channel_mean: tuple[float, ...] = ()  # of the training split, in 0..1
    channel_std: tuple[float, ...] = ()
    target_mean: float = 0.0  # of the training split, for regression
    target_std: float = 1.0
    target_low: float = -math.inf  # a trained model's answers stay within these
    target_high: float = math.inf
    target_log: tuple[float, ...] = ()  # of logarithms, where these are learnt: mean, deviation, added before
    padding_id: int = 0  # of token ids that stand for nothing, where texts are of different lengths
    token_weights: tuple[float, ...] = ()  # how much each token id counts, where that is known beforehand
    feature_count: int = 0  # numbers that describe a text, where token ids follow them in its row; 0 where none do
    characters_per_token: float = 1.0  # on average in the training text: of a model that writes
    backbone: Mapping[str, Any] = field(default_factory=dict)  # configuration of a pretrained model, as JSON
    ground: int = 255  # of pictures: brightness, 0 to 255, of what lies below them where they are transparent
    units: Mapping[str, str] = field(default_factory=dict)  # of a table's columns of numbers that have one
    image_shape: tuple[int, ...] = ()  # (C, H, W) of images that a frozen network reads, whose features are the input

    @property
    def given_shape(self) -> tuple[int, ...]:
        """The shape (C, H, W) of the images that a model is given."""
        return self.image_shape or self.input_shape


class Preprocessor(Protocol):
    """Turns examples into arrays; fitted on the training split only, saved beside the weights."""

    kind: ClassVar[str]

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return one array with examples first; for text generation one row of ids."""

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return what a model must know to be built."""

    def state(self) -> dict[str, Any]:
        """Return everything needed to make this again, as JSON."""


# --- tasks and models ---


@dataclass(frozen=True, eq=False)
class Predictions:
    """Predictions on each example of a split, enough for all metrics of its task.

    Args:
        nll: (N,) negative log likelihood of the right answer, in nats; for regression the loss of each example.
        targets: (N,) the right class; for text generation the right token; for regression the right number.
        predicted: (N,) the class or token that the model put first; for regression its number.
        probabilities: (N, K) for classification; (0, 0) otherwise.
        groups: (N,) numbers from 0: examples with the same one are not independent of each other, such as characters
            of a stretch of text, copies, or rows of one customer, so that whole groups are resampled; (0,) where every
            example stands for itself.
    """

    nll: NDArray[np.float64]
    targets: NDArray[Any]
    predicted: NDArray[Any]
    probabilities: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    groups: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def select(self, indices: NDArray[np.int64]) -> Self:
        """Return the outcomes of these examples (without the probabilities, which no metric reads)."""
        groups = self.groups[indices] if len(self.groups) else self.groups
        return type(self)(self.nll[indices], self.targets[indices], self.predicted[indices], groups=groups)


def percent_digits(share: float) -> str:
    """Return a share as percent with one decimal, never rounding up to 100.

    >>> [percent_digits(share) for share in (0.8761, 0.9999, 0.999999, 1.0, -0.5)]
    ['87.6', '99.99', '99.9999', '100.0', '-50.0']
    """
    digits = 1
    while digits < MOST_DIGITS and 0 < share < 1 and float(f"{100 * share:.{digits}f}") == 100:
        digits += 1
    return f"{100 * share:.{digits}f}"


@dataclass(frozen=True)
class Score:
    """A test metric with its 95 % bootstrap interval (NaN where not computed)."""

    value: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True)
class MetricSpec:
    """One number that says how good a model is.

    Args:
        name: In documents and commands.
        title: On pages.
        help: One sentence for a founder.
        direction: Which way is better.
        unit: How it is written.
        compute: It, of the outcomes of a split.
        statistic: What it is made of, which says how its interval is found (`core.statistics.scores`): the share of
            right answers, what follows from the mean of `nll`, the mean or root mean squared error, the share of the
            variance that is explained; "other" for anything else.
        of_counts: It, of hits, times answered and times right of each class, (K,) each, where it follows from them.
    """

    name: str
    title: str
    help: str
    direction: Literal["max", "min"]
    unit: Literal["percent", "number"]
    compute: Callable[[Predictions], float]
    statistic: Literal["share", "mean_nll", "mean_error", "root_mean_square", "explained", "other"] = "other"
    of_counts: Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], float] | None = None

    @property
    def in_a_sentence(self) -> str:
        """The title as it stands within a sentence."""
        return self.title if self.title.isupper() else self.title.lower()  # R² and F1 stay as they are


# "classes": what happened to each class; "numbers": how far answers are off; "writing": samples of text.
ResultPart = Literal["classes", "numbers", "writing"]


def _each_row(_module: "nn.Module") -> int:
    return 0


@dataclass(frozen=True)
class TaskSpec:
    """A kind of problem, by its Hugging Face name; one file in `core/tasks/` each."""

    name: str
    title: str
    summary: str
    example: str  # what a founder would use it for
    input_kind: InputKind
    output_kind: OutputKind
    icon: str  # of Material Symbols
    noun: str  # one example: "image"
    needs: str  # what a source must hold, a sentence
    needs_columns: str  # of a table or a set of the hub, as it stands within a sentence
    # Options of an import that name the columns of a table which it cannot do without, each with its title.
    columns: tuple[tuple[str, str], ...]
    looked_for: str  # what the data doctor looks for, as it stands within a sentence
    metrics: tuple[MetricSpec, ...]
    primary_metric: str
    demo: tuple[str, str]  # data set and model of the one-click demo
    demo_seconds: int  # from its click to its verdict, measured on two cores that had nothing else to do
    # (logits, targets, label_smoothing) -> mean loss. Logits (B, K) or (B, T, V), targets (B,) or (B, T).
    loss: "Callable[[Tensor, Tensor, float], Tensor]"
    # (logits, targets) -> what happened on each example
    predictions: "Callable[[Tensor, Tensor], Predictions]"
    # (what a simple method answers, examples) -> what happened on each; see `core.specs.baseline.FittedBaseline`
    predictions_from: Callable[[NDArray[Any], Examples], Predictions]
    # Neighbouring characters of a text are not independent: where outcomes have no groups, the bootstrap draws blocks
    # of this many examples.
    bootstrap_block: int = 1
    # (outcomes, examples of a split) -> those of what is judged, with their groups
    judged: Callable[[Predictions, Examples], Predictions] | None = None
    # Returns this task with whatever its loss must know of the data, such as the spread of the numbers to predict.
    for_data: "Callable[[TaskSpec, DataInfo], TaskSpec] | None" = None
    part_noun: str = ""  # one row of a data set, where that is not an example: "text part"
    split_unit: str = ""  # what the sizes of the splits count, where these are not rows: "characters"
    weights_example: str = "owner/name"  # a pretrained model of the hub that can learn it
    # Ids of one long text that a module sees at once, where the examples are windows of it; 0: each row is an example.
    context: "Callable[[nn.Module], int]" = _each_row
    parts: tuple[ResultPart, ...] = ()  # of a result, beside the scores
    worst: Callable[[Predictions], tuple[int, ...]] | None = None  # the examples to show as mistakes, the worst first
    augments: Literal["", "pixels", "tokens"] = ""  # what of an input may be changed at random
    without: tuple[str, ...] = ()  # training settings that would change nothing, or nothing that has a name
    judging: str = "Judging {split} examples"  # a stage, as people read it
    # Of the demo, where the quick preset takes minutes. Without it a task is still the key of what is cached.
    demo_settings: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def counts_answers(self) -> bool:
        """Whether an answer is right or wrong, so that right ones are counted."""
        return any(metric.statistic == "share" for metric in self.metrics)

    def on(self, info: DataInfo) -> "TaskSpec":
        """Return the task as it is on this data."""
        return self if self.for_data is None else self.for_data(self, info)

    def counted_in(self, count: int = 2) -> str:
        """Return what so many rows of a data set are called."""
        return (self.part_noun or self.noun) + ("" if count == 1 else "s")

    def metric(self, name: str) -> MetricSpec:
        """Return the metric of this name."""
        return next(m for m in self.metrics if m.name == name)


@dataclass(frozen=True)
class Reading:
    """What of some texts a model reads; shares are of their tokens."""

    unknown: float = 0.0  # that stand for no letter, sign or word that it knows
    unread: float = 0.0  # that lie beyond what it reads of a text
    in_parts: float = 0.0  # share of the texts that are read in several parts, whose descriptions are averaged
    missing: str = ""  # why it cannot read at all, a sentence: it is not installed


@dataclass(frozen=True)
class ModelSpec:
    """A model that can be trained; one file in `core/models/` each."""

    name: str
    title: str
    short: str  # what people call it in a sentence and in the name of a run: "small CNN"
    summary: str  # what it is, for a founder
    choose_when: str
    paper: str  # authors, title, year
    paper_url: str
    tasks: tuple[str, ...]
    parameter_count: int  # of the quick preset on the task's demo data; the contract test holds it to 25 %
    params: type[Params]
    # Overrides of TrainConfig and Params by preset: {"quick": {"epochs": 8, "hidden_size": 64}}
    presets: Mapping[PresetName, Mapping[str, Any]]
    preprocess: Callable[[Any, Examples], Preprocessor]  # (params, training examples)
    build: "Callable[[Any, DataInfo], nn.Module]"  # (params, info)
    pretrained: bool = False
    # Which of the settings `augment_...` mean something for its inputs.
    augmentations: tuple[str, ...] = ()
    # Raises a `UserError` if what the model needs is not chosen, missing or altered: asked before a run is queued.
    check: Callable[[Any], None] | None = None  # (params)
    # Brings to this machine what the model needs; quick where it is there. (params, note), where note takes a sentence,
    # bytes done and bytes in all (0 if unknown).
    fetch: Callable[[Any, Callable[[str, int, int], None]], None] | None = None
    # Puts pretrained weights into a freshly built module: before the first step of a new run, never after.
    load_pretrained: "Callable[[Any, nn.Module], None] | None" = None
    # What of texts it reads with the vocabulary and the length that it has before training; light, without torch.
    reading: "Callable[[Any, Texts], Reading] | None" = None  # (params, texts)
    # What it numbers in the training texts: "words", so that new ones are not read, or their parts too.
    numbers: Literal["", "words", "parts"] = ""
    reads_capitals: bool = True  # where these mean something; False for a vocabulary in lower case
    # Learning rates of other optimisers, times AdamW's, where they are not those of `core.specs.config.TIMES_ADAMW`.
    times_adamw: Mapping[str, float] = field(default_factory=dict)
    # Where another task needs other presets or has another size.
    presets_by_task: Mapping[str, Mapping[PresetName, Mapping[str, Any]]] = field(default_factory=dict)
    parameter_count_by_task: Mapping[str, int] = field(default_factory=dict)

    def presets_for(self, task: str) -> Mapping[PresetName, Mapping[str, Any]]:
        """Return the presets for a task."""
        return self.presets_by_task.get(task, self.presets)

    def parameter_count_for(self, task: str) -> int:
        """Return the size for a task, in numbers to learn."""
        return self.parameter_count_by_task.get(task, self.parameter_count)
