"""What unpacking an archive may take, all of its files together."""

import zipfile
from pathlib import Path

import pytest

from core.data.archives import archive, open_archive
from core.errors import DataError


def packed(folder: Path) -> Path:
    file = folder / "letters.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for number in range(3):
            opened.writestr(f"{number}.txt", "a letter " * 20_000)
    return file


def test_an_archive_that_takes_far_too_long_is_stopped_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SURE_S", "S_PER_MB", "S_PER_ENTRY"):
        monkeypatch.setattr(archive, name, 0.0)
    with open_archive(packed(tmp_path)) as opened:
        first, second, _ = opened.entries()
        opened._spent_s = 0.5  # as after a while
        with pytest.raises(
            DataError, match=r"^Unpacking letters\.zip was stopped: it took more than 0 seconds of comp"
        ):
            opened.read(first, 10**6)
        with pytest.raises(DataError, match="Pack the files again as an ordinary ZIP"):
            opened.read(second, 10**6)


def test_an_honest_archive_has_time_by_its_size_and_its_files(tmp_path: Path) -> None:
    file = packed(tmp_path)
    with open_archive(file) as opened:
        assert opened.most_s == pytest.approx(30.0 + 3.0 * file.stat().st_size / 1e6 + 0.003)
        assert all(len(opened.read(entry, 10**6)) == 180_000 for entry in opened.entries())
