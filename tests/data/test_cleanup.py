import os
import subprocess
import sys
from pathlib import Path

from core.data.store.cleanup import DRAFT, MARK, marked, owned, sweep


def of_a_dead_process(prefix: str) -> str:
    """Return a name that belonged to a process that has ended."""
    code = f"from core.data.store.cleanup import owned; print(owned({prefix!r}))"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600
    ).stdout.strip()


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_makes_stays(tmp_path: Path) -> None:
    versions = tmp_path / "reviews" / "versions"
    dead, living = versions / of_a_dead_process(DRAFT), versions / owned(DRAFT)
    for staged in (dead, living):
        staged.mkdir(parents=True)
    (tmp_path / "half" / "packs").mkdir(parents=True)
    (tmp_path / "half" / of_a_dead_process(MARK)).write_text("a.pack")
    with marked(tmp_path / "growing", "b.pack"):
        sweep(tmp_path)
        assert sorted(os.listdir(tmp_path)) == ["growing", "reviews"]
    assert [staged.name for staged in versions.iterdir()] == [living.name]


def test_pictures_on_their_way_into_an_old_data_set_are_removed_and_the_others_stay(tmp_path: Path) -> None:
    packs = tmp_path / "pets" / "packs"
    (tmp_path / "pets" / "versions" / "abc").mkdir(parents=True)
    packs.mkdir()
    (tmp_path / "pets" / "dataset.json").touch()
    manifest = tmp_path / "pets" / "versions" / "abc" / "manifest.json"
    manifest.touch()
    os.utime(manifest, (1, 1))
    for name in ("old.pack", "new.pack"):
        (packs / name).touch()
    (tmp_path / "pets" / of_a_dead_process(MARK)).write_text("new.pack")
    sweep(tmp_path)
    assert sorted(os.listdir(packs)) == ["old.pack"]
    assert sorted(os.listdir(tmp_path / "pets")) == ["dataset.json", "packs", "versions"]
