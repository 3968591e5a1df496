"""Many files on their way to a nearly full disk: what was promised to be left free stays free."""

import asyncio
from collections import namedtuple
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.data.imports.reservations import KEPT_FREE, Reservation, Reservations
from core.data.imports.uploads import Uploads
from core.errors import DiskFull
from core.services.dataset_service import DatasetService
from core.settings import Settings

MB = 2**20
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a disk that has 25 MB beside the promised 500 MB; what is written there counts."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def usage(_: Path) -> Usage:
        used = sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())
        return Usage(0, used, KEPT_FREE + 25 * MB - used)

    monkeypatch.setattr("shutil.disk_usage", usage)
    return folder


def left(disk: Path) -> int:
    import shutil

    return shutil.disk_usage(disk).free


async def send(uploads: Uploads, name: str, size: int, least: list[int]) -> str:
    """Send a file in pieces that take turns with the other files' pieces; return what was said of it."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(0, size, MB // 2):
            await asyncio.sleep(0)
            yield b"x" * (MB // 2)
            least.append(left(uploads.folder))

    try:
        await uploads.receive(uploads.new(), name, pieces(), size)
    except DiskFull as error:
        return str(error)
    return "kept"


def test_ten_uploads_at_once_leave_what_was_promised(disk: Path) -> None:
    uploads = Uploads(disk)
    least: list[int] = []

    async def all_together() -> list[str]:
        return await asyncio.gather(*(send(uploads, f"{number}.bin", 10 * MB, least) for number in range(10)))

    said = asyncio.run(all_together())
    assert said.count("kept") == 2  # of 10 MB each, where there are 25
    assert all(
        sentence.startswith("There is not enough space on the disk: 10 MB more are to come, and ")
        and sentence.endswith("Nothing of this was kept. Free some space, then try again.")
        for sentence in said
        if sentence != "kept"
    )
    assert min(least) >= KEPT_FREE
    assert left(disk) == KEPT_FREE + 5 * MB


def test_what_is_promised_is_said(disk: Path) -> None:
    space = Reservations()
    with space.hold(disk, 20 * MB), pytest.raises(DiskFull) as caught, space.hold(disk, 10 * MB):
        pass
    assert str(caught.value) == (
        "There is not enough space on the disk: 10 MB more are to come, and 525 MB are free, of which 500 MB are kept "
        "for the rest of the machine, and 20 MB are promised to files that are still arriving. Nothing of this was "
        "kept. Free some space, then try again."
    )


def break_off(room: Reservation) -> None:
    room.written(5 * MB)
    raise ZeroDivisionError


def test_a_promise_ends_with_its_file_however_that_ended(disk: Path) -> None:
    space = Reservations()
    with pytest.raises(ZeroDivisionError), space.hold(disk, 20 * MB) as room:
        break_off(room)
    with space.hold(disk, 20 * MB) as room:
        room.written(50 * MB)  # more than was promised
    with space.hold(disk, 25 * MB):
        pass


def test_a_disk_that_others_fill_meanwhile_is_noticed(disk: Path) -> None:
    space = Reservations()
    with space.hold(disk, 20 * MB) as room:
        room.check()
        (disk / "others").write_bytes(b"x" * 10 * MB)
        with pytest.raises(DiskFull):
            room.check()


def test_small_files_count_as_what_they_take(disk: Path) -> None:
    space = Reservations()
    with space.hold(disk, 1), pytest.raises(DiskFull), space.hold(disk, 25 * MB):
        pass


def test_images_and_files_share_one_count(disk: Path) -> None:
    dataset_service = DatasetService(Settings(home=disk))
    collection = dataset_service.collections.new("Images")
    with dataset_service.uploads.space.hold(disk, 20 * MB), pytest.raises(DiskFull):
        dataset_service.collections.add_image(collection, "cat", b"\xff\xd8")
