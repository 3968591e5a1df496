"""Arrays that are made in parts: what is there stays there, whoever made it, and what is needed first comes first."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from core.data.array_cache import cached_arrays
from core.data.array_parts import ArrayParts
from core.data.prepare.gradual_arrays import GradualArrays
from core.errors import EncoderUnavailable, StopRequested
from core.specs import SPLITS, Examples, Inputs, SplitName, texts_of

SIZES: dict[SplitName, int] = {"train": 20, "validation": 6, "test": 6}
LIMIT_S = 300.0


class Lengths:
    """Reads each text as its number, twice; four texts a part, and no more parts than `most`."""

    kind: ClassVar[str] = "lengths"
    doing, part, width = "Reading texts", 4, 2

    def __init__(self, most: int = 1_000) -> None:
        self.read: list[str] = []
        self.most, self.full = most, threading.Event()

    def state(self) -> dict[str, Any]:
        return {}

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        if len(self.read) >= 4 * self.most:
            self.full.set()
            threading.Event().wait(LIMIT_S)  # for ever, as far as a test is concerned
        self.read += texts_of(inputs)
        return np.array([[int(str(text).split()[1])] * 2 for text in inputs], dtype=np.float32)


def examples() -> dict[SplitName, Examples]:
    return {
        name: Examples(tuple(f"{name} {i}" for i in range(count)), np.zeros(count, dtype=np.int64))
        for name, count in SIZES.items()
    }


def gradual(folder: Path, reader: Lengths) -> GradualArrays:
    made = examples()
    return GradualArrays(ArrayParts(folder, {name: made[name].targets for name in SPLITS}, 2), made, reader)


def numbers(arrays: GradualArrays, name: str) -> list[int]:
    return [int(row[0]) for row in arrays.parts.arrays[f"{name}-inputs"]]


@pytest.fixture
def halfway(tmp_path: Path) -> Iterator[Path]:
    """A folder of which a process made four parts before it vanished."""
    reader = Lengths(most=3)
    arrays = gradual(tmp_path / "arrays", reader)
    arrays.start(np.arange(20)[::-1].copy(), first_rows=4)
    assert reader.full.wait(LIMIT_S)
    lock = next(tmp_path.glob("*.lock"))
    lock.unlink()  # as the system takes it from a process that is gone
    yield tmp_path / "arrays"
    arrays.close(0.0)


def test_the_first_rows_come_first_then_what_is_looked_at_then_the_others(tmp_path: Path) -> None:
    reader = Lengths()
    arrays = gradual(tmp_path / "arrays", reader)
    arrays.start(np.arange(20)[::-1].copy(), first_rows=4)
    arrays.finish()
    kinds = [text.split()[0] for text in reader.read]
    assert reader.read[:4] == ["train 19", "train 18", "train 17", "train 16"]
    assert kinds == ["train"] * 4 + ["validation"] * 6 + ["train"] * 16 + ["test"] * 6
    assert [numbers(arrays, name) for name in SPLITS] == [list(range(count)) for count in SIZES.values()]


def test_what_a_vanished_process_made_is_not_made_again(halfway: Path) -> None:
    reader = Lengths()
    arrays = gradual(halfway, reader)
    assert arrays.done == 14
    arrays.start(np.arange(20)[::-1].copy(), first_rows=4)
    arrays.finish()
    assert len(reader.read) == 18
    assert numbers(arrays, "train") == list(range(20))
    kept = cached_arrays(halfway, dict)
    assert [len(kept[f"{name}-inputs"]) for name in SPLITS] == [20, 6, 6]
    assert [entry.name for entry in halfway.parent.iterdir() if not entry.name.endswith(".lock")] == ["arrays"]


def test_whoever_waits_hears_at_once_that_somebody_asked_to_stop(tmp_path: Path) -> None:
    reader, asked = Lengths(most=2), threading.Event()
    arrays = gradual(tmp_path / "arrays", reader)
    arrays.stop_asked = asked.is_set
    arrays.start()
    arrays.train(4)
    assert reader.full.wait(LIMIT_S)
    asked.set()
    with pytest.raises(StopRequested):
        arrays.whole("test")
    arrays.close(0.0)
    assert arrays.done == 8


def test_what_is_waited_for_is_made_next(tmp_path: Path) -> None:
    reader = Lengths()
    arrays = gradual(tmp_path / "arrays", reader)
    arrays._wanted = "test"
    arrays.start()
    arrays.finish()
    assert [text.split()[0] for text in reader.read[:6]] == ["test"] * 6


def test_two_that_need_the_same_share_what_is_made(tmp_path: Path) -> None:
    readers = Lengths(), Lengths()
    first, second = (gradual(tmp_path / "arrays", reader) for reader in readers)
    first.start()
    second.start()
    first.finish()
    second.finish()
    assert numbers(second, "train") == list(range(20))
    assert sorted(readers[0].read + readers[1].read) == sorted(
        text for each in examples().values() for text in texts_of(each.inputs)
    )


def test_an_error_of_the_reader_is_raised_where_it_is_waited_for(tmp_path: Path) -> None:
    class Broken(Lengths):
        def transform(self, inputs: Inputs) -> NDArray[Any]:
            raise EncoderUnavailable("It is gone.")

    arrays = gradual(tmp_path / "arrays", Broken())
    arrays.start()
    with pytest.raises(EncoderUnavailable, match="It is gone"):
        arrays.train(1)


def test_other_arrays_in_their_place_are_made_again(halfway: Path) -> None:
    staged = halfway.with_name(".arrays.parts")
    (staged / "validation-done.npy").write_bytes(b"no array")
    arrays = gradual(halfway, Lengths())
    assert arrays.done == 0


def test_a_disk_that_takes_nothing_costs_only_the_keeping(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    arrays = gradual(tmp_path / "file" / "arrays", Lengths())
    arrays.start()
    arrays.finish()
    assert numbers(arrays, "validation") == list(range(6))


def test_what_an_encoder_said_is_kept_by_itself_whatever_stands_beside_it(tmp_path: Path) -> None:
    class Beside(Lengths):
        """Puts a number of its own beside what the encoder says."""

        width = 3

        def __init__(self, encoder: Lengths, own: int) -> None:
            super().__init__()
            self.encoder, self.own = encoder, own

        def beside(self, described: NDArray[Any], inputs: Inputs) -> NDArray[Any]:
            return np.concatenate([described, np.full((len(described), 1), self.own, dtype=np.float32)], axis=1)

    encoders = Lengths(), Lengths()
    for place, encoder in enumerate(encoders):
        made = examples()
        targets = {name: made[name].targets for name in SPLITS}
        described = ArrayParts(tmp_path / "encoder", targets, 2)
        arrays = GradualArrays(
            ArrayParts(tmp_path / f"rows-{place}", targets, 3), made, Beside(encoder, place), described
        )
        arrays.start()
        arrays.finish()
        assert arrays.parts.arrays["test-inputs"][5].tolist() == [5, 5, place]
    assert [len(encoder.read) for encoder in encoders] == [32, 0]
