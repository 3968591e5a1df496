"""Warm models: loaded on demand, the least recently used leaves."""

import asyncio
import time
from collections.abc import AsyncIterator, Hashable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import psutil
from numpy.typing import NDArray

from core.errors import TouchstoneError
from core.preprocessing.abilities import DescribingPreprocessor, SlowPreprocessor
from core.serving.contenders import load_contender
from core.serving.predictor import NumberPrediction, Prediction, Predictor
from core.serving.server.batching import Batcher
from core.serving.server.metrics import Metrics
from core.serving.server.served_runs import Registry, ServedRun
from core.serving.server.shared_writing import SharedWriting

if TYPE_CHECKING:
    from core.serving.familiarity import Familiarity

KNOWN_S = 2.0  # a run that is deleted is served no longer than that
MOST_KNOWN = 1_000  # names


class NoRoom(TouchstoneError):
    """All the memory for models is taken by models that are answering."""


@dataclass(eq=False)
class WarmModel:
    """A loaded model and what waits for it.

    Args:
        run: Whose model it is.
        predictor: The model.
        size_bytes: What loading it took of the process's memory; its weights at least.
        batcher: Computes labels and numbers.
        users: Requests that hold it.
        shared_writing: Writes texts of several requests together; None of a model that cannot.
        used_at: Of the monotonic clock, when it was asked last.
    """

    run: ServedRun
    predictor: Predictor
    size_bytes: int
    batcher: Batcher
    shared_writing: SharedWriting | None = None
    users: int = 0
    used_at: float = field(default_factory=time.monotonic)
    _describing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _familiarity: "asyncio.Task[Familiarity | None] | None" = None

    @property
    def reads_slowly(self) -> bool:
        """Whether reading an input takes a pretrained encoder."""
        return isinstance(self.predictor.preprocessor, SlowPreprocessor | DescribingPreprocessor)

    async def unlike(self, inputs: Sequence[Any]) -> list[tuple[str, ...]]:
        """Return, for each input, what is said if it is unlike training.

        Nothing is said while the training examples are still being read, which the first request begins.
        """
        if self._familiarity is None:
            self._familiarity = asyncio.create_task(asyncio.to_thread(_familiarity_of, self.run, self.predictor))
        known = self._familiarity
        if known is None or not known.done() or known.exception() is not None or (found := known.result()) is None:
            return [()] * len(inputs)
        return await asyncio.to_thread(found.remarks, list(inputs))

    def close(self) -> None:
        """Let its threads end."""
        self.batcher.close()
        if self.shared_writing is not None:
            self.shared_writing.close()

    async def describe(self, encoder: SlowPreprocessor, texts: Sequence[str]) -> NDArray[Any]:
        """Return embeddings of texts, (N, F) float32; one request at a time."""
        async with self._describing:
            return await asyncio.to_thread(encoder.transform, tuple(texts))


class ModelPool:
    """Loads models on demand and keeps the memory bound.

    Args:
        registry: Where runs are found.
        most_bytes: Of all models together; one model alone may be larger.
        metrics: What is counted.
    """

    def __init__(self, registry: Registry, most_bytes: int, metrics: Metrics) -> None:
        self.registry, self._most_bytes, self._metrics = registry, most_bytes, metrics
        self._warm: dict[str, WarmModel] = {}
        self._found: dict[str, tuple[float, ServedRun]] = {}
        self._loading = asyncio.Lock()  # one at a time: two at once would know nothing of each other's memory

    @asynccontextmanager
    async def model(self, name: str) -> AsyncIterator[WarmModel]:
        """Hold a model while it is asked.

        Args:
            name: The run's id or name.

        Raises:
            RunNotFound: There is no such run.
            RunNotReady: It has no model yet.
            CheckpointUnusable: Its files are gone or altered.
            NoRoom: Every warm model is answering, and this one does not fit beside them.
        """
        run = await self._find(name)
        warm = self._warm.get(run.id)
        if warm is None or warm.run.stamp != run.stamp:  # a run that trains has saved a newer one
            warm = await self._load(run)
        warm.users += 1
        warm.used_at = time.monotonic()
        try:
            yield warm
        finally:
            warm.users -= 1

    async def _find(self, name: str) -> ServedRun:
        """Return a run, from the database at most every two seconds.

        Asking it costs more than most models' answers.
        """
        asked_at, run = self._found.get(name, (-KNOWN_S, None))
        if run is None or time.monotonic() - asked_at > KNOWN_S:
            run = await asyncio.to_thread(self.registry.find, name)
            if len(self._found) >= MOST_KNOWN:
                self._found.clear()
            self._found[name] = (time.monotonic(), run)
        return run

    async def preload(self, names: Iterable[str]) -> None:
        """Load models before somebody asks."""
        for name in names:
            async with self.model(name):
                pass

    async def _load(self, run: ServedRun) -> WarmModel:
        async with self._loading:
            old = self._warm.get(run.id)
            if old is not None and old.run.stamp == run.stamp:  # somebody else has loaded it meanwhile
                return old
            before = psutil.Process().memory_info().rss
            predictor = await asyncio.to_thread(load_contender, run.folder, run.contender)
            size = size_of(predictor, psutil.Process().memory_info().rss - before)
            if old is not None:
                del self._warm[run.id]  # who holds it still may ask it to the end
            self._make_room(size)
            batcher = Batcher(_answers_of(predictor), _kind_of(predictor), self._metrics.batch_size.observe)
            self._warm[run.id] = WarmModel(run, predictor, size, batcher, _shared_writing(predictor))
            self._tell()
            return self._warm[run.id]

    def _make_room(self, size_bytes: int) -> None:
        """Drop models that nobody holds, the least recently used first, until `size_bytes` fit."""
        idle = sorted((warm for warm in self._warm.values() if not warm.users), key=lambda warm: warm.used_at)
        while self._warm and self.size_bytes + size_bytes > self._most_bytes:
            if not idle:
                raise NoRoom("The memory for models is taken by models that are answering. Ask again in a second.")
            gone = idle.pop(0)
            gone.close()
            del self._warm[gone.run.id]
            self._tell()

    @property
    def size_bytes(self) -> int:
        """What all warm models take."""
        return sum(warm.size_bytes for warm in self._warm.values())

    @property
    def warm(self) -> tuple[str, ...]:
        """The ids of the runs whose models are loaded."""
        return tuple(self._warm)

    def _tell(self) -> None:
        self._metrics.warm_models.set(len(self._warm))
        self._metrics.model_bytes.set(self.size_bytes)

    def close(self) -> None:
        """Let every model go."""
        for warm in self._warm.values():
            warm.close()
        self._warm.clear()


def size_of(predictor: Predictor, grown_bytes: int) -> int:
    """Return what a model takes of the memory.

    Args:
        predictor: The model.
        grown_bytes: By how much the process grew while it was loaded.
    """
    return max(grown_bytes, sum(weight.numel() * weight.element_size() for weight in predictor.module.parameters()))


def _familiarity_of(run: ServedRun, predictor: Predictor) -> "Familiarity | None":
    """Return what knows a run's training examples; imported after the first answer."""
    from core.serving.explanation.background import Home
    from core.serving.familiarity import can_be_measured, familiarity_of

    return familiarity_of(Home.of(run.folder), predictor) if can_be_measured(predictor) else None


def _shared_writing(predictor: Predictor) -> SharedWriting | None:
    from core.training.together import can_share

    return SharedWriting(predictor) if predictor.task.output_kind == "text" and can_share(predictor.module) else None


def _answers_of(predictor: Predictor) -> Any:
    """Return what computes a batch: labels or numbers."""

    def answers(inputs: Sequence[Any]) -> list[Prediction] | list[NumberPrediction]:
        from core.training.device import use_threads_for

        use_threads_for(predictor.module)
        if predictor.task.output_kind == "number":
            return predictor.predict_numbers(inputs)
        return predictor.predict(inputs)

    return answers


def _kind_of(predictor: Predictor) -> Any:
    """Return what requests must have in common to be computed together."""

    def kind(inputs: Sequence[Any]) -> Hashable | None:
        if predictor.task.input_kind != "table":
            return ""
        rows = [row for row in inputs if isinstance(row, dict)]
        names = {frozenset(row) for row in rows}
        numbers = set(cast(Any, predictor.preprocessor).number_names)
        written = any(isinstance(row.get(name), str) for row in rows for name in numbers)
        # How a column writes its numbers shows in all of a request's rows, never in those of another one.
        return names.pop() if len(rows) == len(inputs) and len(names) == 1 and not written else None

    return kind
