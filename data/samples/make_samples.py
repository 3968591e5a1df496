"""Make the built-in samples again from what their authors publish: `python data/samples/make_samples.py FOLDER`.

FOLDER holds `fashion_mnist.zip` (a folder of PNG for each kind below `train` and `test`), `Bikeshare.csv` (of Python's
package ISLP), `diamonds.csv` (of the R package ggplot2) and `tiny_shakespeare.txt` (of karpathy/char-rnn).
"""

import gzip
import io
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

HERE = Path(__file__).parent
KINDS = (
    "T-shirt_top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle_boot",
)  # fmt: skip
EACH, SIDE, ACROSS, GREYS = 400, 28, 50, 16
GRADES, SEED = 6_000, 0
CHARACTERS = 400_000
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = {"Jan": "January", "Feb": "February", "Aug": "August", "Sept": "September", "Oct": "October",
          "Nov": "November", "Dec": "December"}  # fmt: skip


def product_photos(source: Path) -> None:
    """One sheet of all pictures, one kind after the other, in 16 levels of grey."""
    with zipfile.ZipFile(source) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".png"))
        chosen = [name for kind in KINDS for name in [n for n in names if n.split("/")[-2] == kind][:EACH]]
        tiles = np.stack([np.asarray(Image.open(io.BytesIO(archive.read(name)))) for name in chosen])
    sheet = tiles.reshape(-1, ACROSS, SIDE, SIDE).swapaxes(1, 2).reshape(-1, ACROSS * SIDE)
    levels = np.rint(sheet * ((GREYS - 1) / 255)).astype(np.uint8)
    Image.fromarray(levels).save(HERE / "product-photos.png", bits=4, optimize=True)


def bike_rentals(source: Path) -> None:
    """The calendar and the weather of each hour in words, and how many bicycles were rented."""
    hours = pd.read_csv(source)
    weather = hours["weathersit"].str.replace("cloudy/misty", "cloudy or misty").str.replace("/snow", " or snow")
    table = {
        "month": hours["mnth"].replace(MONTHS), "weekday": [DAYS[day] for day in hours["weekday"]],
        "hour": hours["hr"], "working day": hours["workingday"].map({0: "no", 1: "yes"}), "weather": weather,
        "temperature": hours["temp"], "felt temperature": hours["atemp"], "humidity": hours["hum"],
        "wind": hours["windspeed"], "rented": hours["bikers"],
    }  # fmt: skip
    _write(pd.DataFrame(table).to_csv(index=False), "bike-rentals.csv.gz")


def diamonds(source: Path) -> None:
    """6,000 of the 53,940 without repeats, drawn."""
    rows = pd.read_csv(source).drop(columns=["rownames"], errors="ignore").drop_duplicates()
    names = {"x": "length", "y": "width", "z": "height", "depth": "depth %", "table": "table %"}
    table = rows.sample(GRADES, random_state=SEED).rename(columns=names)
    order = ["carat", "color", "clarity", "depth %", "table %", "length", "width", "height", "price", "cut"]
    _write(table[order].to_csv(index=False), "diamonds.csv.gz")


def shakespeare(source: Path) -> None:
    """The first scenes, up to the end of a speech."""
    text = source.read_text(encoding="utf-8")
    _write(re.match(rf"(?s).{{{CHARACTERS}}}.*?\n\n", text)[0].rstrip() + "\n", "shakespeare.txt.gz")  # type: ignore[index]


def _write(text: str, name: str) -> None:
    with (HERE / name).open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.encode())


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    product_photos(folder / "fashion_mnist.zip")
    bike_rentals(folder / "Bikeshare.csv")
    diamonds(folder / "diamonds.csv")
    shakespeare(folder / "tiny_shakespeare.txt")
