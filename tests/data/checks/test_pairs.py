from pathlib import Path

from PIL import Image

from core.data.imports.run_import import run_import
from core.data.store.dataset_store import DatasetStore
from core.data.store.manifest import FINDINGS
from core.specs.dataset_types import Finding, ImportOptions
from tests.data.images.drawing import noise, pack, saved
from tests.data.silent import Silent


def large(seed: int) -> Image.Image:
    return noise(seed, (8, 8)).resize((96, 96), Image.Resampling.BICUBIC)


def test_doubles_are_named_in_pairs_to_be_seen_side_by_side(tmp_path: Path) -> None:
    files = {f"{label}/{i}.png": saved(large(100 * n + i)) for n, label in enumerate(("cat", "dog")) for i in range(8)}
    files |= {
        "cat/again.png": files["cat/3.png"],
        "dog/contradiction.png": files["cat/5.png"],
        "dog/nearly.jpg": saved(large(102), "JPEG", quality=80),
    }
    dataset_store = DatasetStore(tmp_path / "sets", tmp_path / "cache")
    source = pack(tmp_path / "pets.zip", files)
    name = run_import(dataset_store, source, ImportOptions(), Silent(), tmp_path / "draft").name
    version = dataset_store.version(name)
    names = version.rows.column("name").to_pylist()
    pairs = {f.code: [(names[a], names[b]) for a, b in f.pairs] for f in version.findings if f.pairs}
    assert pairs == {
        "conflicting-labels": [("cat/5.png", "dog/contradiction.png")],
        "exact-duplicates": [("cat/3.png", "cat/again.png")],
        "near-duplicates": [("dog/2.png", "dog/nearly.jpg")],
    }


def test_findings_of_earlier_versions_have_no_pairs_and_are_still_read() -> None:
    old = (
        b'[{"code": "leakage", "severity": "error", "count": 1, "examples": [], "message": "m", "why": "w", "fix": ""}]'
    )
    assert FINDINGS.validate_json(old) == (Finding("leakage", "error", 1, (), "m", "w"),)
