"""Files of the peers with bytes changed, cut off and put in: a sentence or runs, and never anything else."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import DataError
from tests.exchange.conftest import read

DAMAGES = 25  # of each file
PIECES = (b"NaN", b"1e999", b"9" * 30, b"\0", b"-", b"[[[", b"\xe2\x80", b"\xff\xff\xff\xff")


def cut(content: bytes, at: int, _: random.Random) -> bytes:
    return content[:at]


def flip(content: bytes, at: int, chance: random.Random) -> bytes:
    return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]


def put_in(content: bytes, at: int, chance: random.Random) -> bytes:
    return content[:at] + chance.choice(PIECES) + content[at:]


def write_over(content: bytes, at: int, chance: random.Random) -> bytes:
    piece = chance.choice(PIECES)
    return content[:at] + piece + content[at + len(piece) :]


@pytest.mark.parametrize("damage", [cut, flip, put_in, write_over])
@pytest.mark.parametrize(
    ("peer", "pattern"),
    [("tensorboard_logs", "*tfevents*"), ("wandb_folder", "*.wandb"), ("mlflow_folder", "mlflow.db")],
)
def test_a_damaged_file_never_is_more_than_a_sentence(
    peer: str,
    pattern: str,
    damage: Callable[[bytes, int, random.Random], bytes],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    file = next(request.getfixturevalue(peer).rglob(pattern))
    content, chance = file.read_bytes(), random.Random(7)
    for _ in range(DAMAGES):
        (tmp_path / file.name).write_bytes(damage(content, chance.randrange(len(content)), chance))
        try:
            runs, trouble = read(tmp_path / file.name)
        except DataError as error:
            runs, trouble = {}, (str(error),)
        assert runs or trouble
