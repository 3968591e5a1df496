"""How long the first rungs of each ladder take on 10,000 rows; 10 s on two cores are allowed."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from core import catalog
from core.specs import Examples, texts_of
from tests.bench.contenders.chinese import reviews
from tests.bench.contenders.sets import DATA, IMAGES, NUMBERS, SETS, TEXTS, texts

ROWS, ALLOWED_S = 10_000, 10.0
PIECE = 100  # characters of a row of a text that goes on


def first_rungs(is_wanted: Callable[[str], bool]) -> Iterator[dict[str, object]]:
    """Yield a row for each rung that needs no pretrained network on 10,000 rows of each task."""
    for name, (task, make) in SETS_OF_TEN_THOUSAND.items():
        if not is_wanted(f"{name}, 10,000 rows"):
            continue
        train, seconds = make(), 0.0
        for spec in catalog.baselines(task).values():
            if spec.encoder is None:
                began, cpu = time.perf_counter(), time.process_time()
                fitted = spec.fit(train, train.sample(200, 1), 0)
                took = time.perf_counter() - began
                seconds += took
                yield {
                    "data": f"{name}, 10,000 rows", "rung": fitted.called, "fit_s": round(took, 2),
                    "cpu_s": round(time.process_time() - cpu, 2),
                }  # fmt: skip
        yield {"data": f"{name}, 10,000 rows", "all_s": round(seconds, 1), "within 10 s": seconds <= ALLOWED_S}


def _repeated(examples: Examples) -> Examples:
    """Return 10,000 of the rows, repeated where there are fewer; copies differ by a hair, as no repeat would."""
    chance = np.random.default_rng(0)
    drawn = examples.select(np.sort(chance.permutation(np.resize(np.arange(len(examples)), ROWS))))
    if isinstance(drawn.inputs, np.ndarray):
        noise = chance.integers(-8, 9, drawn.inputs.shape)
        return Examples((drawn.inputs + noise).clip(0, 255).astype(np.uint8), drawn.targets, drawn.labels)
    if isinstance(drawn.inputs, pd.DataFrame):
        table = drawn.inputs.reset_index(drop=True)
        for column in table.select_dtypes(include="float"):
            table[column] *= chance.normal(1, 0.01, ROWS)
        return Examples(table, drawn.targets, drawn.labels)
    return drawn


def _pieces() -> Examples:
    """Return parts of long reviews: 10,000 of about 400 characters."""
    whole, _ = texts("imdb_sample.csv")
    parts, targets = list[str](), list[int]()
    for text, target in zip(texts_of(whole.inputs), whole.targets.tolist(), strict=True):
        third = -(-len(text) // 3)
        parts += [text[start : start + third] for start in range(0, len(text), third)]
        targets += [target] * (len(parts) - len(targets))
    return Examples(tuple(parts), np.array(targets), whole.labels).sample(ROWS, 0)


def _writing(name: str) -> Examples:
    text = (DATA / "text" / name).read_text(encoding="utf-8")[: ROWS * PIECE]
    return Examples((text,), np.zeros(0, np.int64))


def _first(name: str) -> Examples:
    return _repeated(SETS[name].load()[0])


SETS_OF_TEN_THOUSAND: dict[str, tuple[str, Callable[[], Examples]]] = {
    "airline tweets": (TEXTS, lambda: _first("airline tweets")),
    "parts of IMDB reviews": (TEXTS, _pieces),
    "chinese reviews": (TEXTS, lambda: reviews(ROWS)),
    "fashion": (IMAGES, lambda: _first("fashion")),
    "photographs": (IMAGES, lambda: _first("hymenoptera")),
    "diamonds": (NUMBERS, lambda: _first("diamonds")),
    "laptop prices": (NUMBERS, lambda: _first("laptop prices")),
    "diamond cuts": ("tabular-classification", lambda: _first("diamond cuts")),
    "Shakespeare": ("text-generation", lambda: _writing("tiny_shakespeare.txt")),
    "Chinese poetry": ("text-generation", lambda: _writing("chinese_poetry.txt")),
}
