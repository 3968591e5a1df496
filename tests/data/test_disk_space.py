from collections import namedtuple
from pathlib import Path

import pytest

from core.data.disk_space import require_space
from core.errors import DataError

Usage = namedtuple("Usage", "total used free")


def test_enough_space_is_no_news(tmp_path: Path) -> None:
    require_space(tmp_path / "not" / "there" / "yet", 1000)


@pytest.mark.parametrize("free", [999_000_000, 1_049_000_000])
def test_too_little_space_is_said_with_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(free, 0, free))
    with pytest.raises(DataError) as error:
        require_space(tmp_path / "datasets", 1_000_000_000)
    assert str(error.value).startswith("This needs about 1.0 GB on the disk, and ")
    assert str(error.value).endswith(
        f" are free in {tmp_path}. Free some space, or set TOUCHSTONE_HOME to a folder on a larger disk, "
        "then try again."
    )


def test_a_margin_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(0, 0, 1_050_000_000))
    require_space(tmp_path, 1_000_000_000)
