"""Imports as large as a founder's can be: a CSV of 5,000,000 rows and a ZIP of 2 GB, in seconds and memory."""

import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

ROWS = int(os.environ.get("BENCH_ROWS", 5_000_000))
ZIP_BYTES = int(os.environ.get("BENCH_ZIP_BYTES", 2_000_000_000))
WORDS = ("late", "broken", "love", "great", "refund", "app", "parcel", "price", "support", "slow", "never", "thanks")
PICTURE_SIDE = 640  # pixels
# The command runs in a process of its own, which says at its end how much memory it took at most.
PROGRAM = """
import resource, sys
from core.cli.app import run
code = run(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
"""


def measure() -> list[dict[str, object]]:
    """Return seconds and peak memory of both imports, and of the smallest for comparison."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for make in (small_csv, large_csv, large_zip):
            source = make(Path(folder))
            rows.append(_import(source, Path(folder) / f"home-{make.__name__}"))
            source.unlink()
    return rows


def small_csv(folder: Path) -> Path:
    """Return a CSV of 1,000 rows."""
    return _csv(folder / "small.csv", 1_000)


def large_csv(folder: Path) -> Path:
    """Return a CSV of ROWS rows of about 100 bytes."""
    return _csv(folder / "large.csv", ROWS)


def large_zip(folder: Path) -> Path:
    """Return a ZIP of two class folders of noisy photographs, ZIP_BYTES large."""
    chance, source, written = np.random.default_rng(0), folder / "large.zip", 0
    with zipfile.ZipFile(source, "w", zipfile.ZIP_STORED) as archive:
        number = 0
        while written < ZIP_BYTES:
            noise = chance.integers(0, 256, (PICTURE_SIDE, PICTURE_SIDE, 3), dtype=np.uint8)
            content = io.BytesIO()
            Image.fromarray(noise).save(content, "JPEG", quality=85)
            archive.writestr(f"photos/{'cats' if number % 2 else 'dogs'}/IMG_{number}.jpg", content.getvalue())
            written += len(content.getvalue())
            number += 1
    return source


def _csv(file: Path, rows: int) -> Path:
    chance = random.Random(0)
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(["text", "label"])
        for number in range(rows):
            text = " ".join(chance.choices(WORDS, k=14))
            writer.writerow([f"{text} {number}", ("bad", "good")[number % 2]])
    return file


def _import(source: Path, home: Path) -> dict[str, object]:
    size_bytes = source.stat().st_size
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "data", "import", str(source), "--json"],
        env=os.environ | {"TOUCHSTONE_HOME": str(home)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    code, peak_mb = done.stderr.split()[-2:]
    if code != "0":
        raise RuntimeError(done.stderr)
    examples = json.loads(done.stdout)["versions"][0]["examples"]
    return {
        "case": source.name, "size_mb": size_bytes // 10**6, "examples": examples, "seconds": round(seconds, 1),
        "peak_memory_mb": int(peak_mb), "mb_per_second": round(size_bytes / 1e6 / seconds, 1),
    }  # fmt: skip
