"""Makes the small files that the golden home was imported from: always the same bytes but for library versions."""

import csv
import io
import random
import zipfile
from pathlib import Path

from PIL import Image

NOUNS = ("kettle", "lamp", "chair", "printer", "bicycle", "jacket", "radio", "suitcase", "clock", "camera")
GOOD = ("works well", "was a bargain", "looks lovely", "came early", "is a joy to use", "never fails")
BAD = ("broke at once", "was far too dear", "looks cheap", "came late", "is a pain to use", "always fails")
ENDS = ("in our kitchen", "for my sister", "at the office", "on the journey", "since last week", "after a month")

IMPORTS = {  # the file, and what is said of it
    "prices": ("prices.csv", "--task", "tabular-regression", "--target-column", "price"),
    "reviews": ("reviews.csv", "--task", "text-classification", "--text-column", "text", "--label-column", "opinion"),
    "shapes": ("shapes.zip", "--task", "image-classification"),
    "tales": ("tales.txt", "--task", "text-generation"),
}


def make_sources(folder: Path) -> None:
    """Write one file of each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(7)
    _prices(folder / "prices.csv", chance)
    _reviews(folder / "reviews.csv", chance)
    _shapes(folder / "shapes.zip", chance)
    sentences = [_sentence(chance, GOOD if chance.random() < 0.5 else BAD) for _ in range(400)]
    paragraphs = [" ".join(sentences[start : start + 4]) for start in range(0, len(sentences), 4)]
    (folder / "tales.txt").write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


def _prices(file: Path, chance: random.Random) -> None:
    rows = []
    for _ in range(200):
        area, rooms, city = chance.randint(30, 180), chance.randint(1, 6), chance.choice(("Bonn", "Graz", "Oslo"))
        price = 1500 * area + 8000 * rooms + {"Bonn": 0, "Graz": 20000, "Oslo": 60000}[city] + chance.randint(0, 20000)
        rows.append((area, rooms if chance.random() > 0.05 else "", city, price))
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([("area", "rooms", "city", "price"), *rows])


def _reviews(file: Path, chance: random.Random) -> None:
    said = {"good": GOOD, "bad": BAD}
    texts = {_sentence(chance, said[label]): label for label in ("good", "bad") * 90}
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([("text", "opinion"), *texts.items()])


def _sentence(chance: random.Random, said: tuple[str, ...]) -> str:
    return f"The {chance.choice(NOUNS)} {chance.choice(said)} {chance.choice(ENDS)}."


def _shapes(file: Path, chance: random.Random) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for label, box in (("bar", (1, 6, 15, 10)), ("pole", (6, 1, 10, 15))):
            for number in range(30):
                image = Image.new("L", (16, 16))
                image.putdata([chance.randint(0, 90) for _ in range(256)])
                image.paste(chance.randint(150, 255), box)
                written = io.BytesIO()
                image.save(written, "PNG")
                packed.writestr(f"shapes/{label}/{number:02}.png", written.getvalue())
            file.with_name(f"{label}.png").write_bytes(written.getvalue())  # to be judged
