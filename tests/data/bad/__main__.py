"""Writes every bad file into a folder, to try them by hand: python -m tests.data.bad FOLDER."""

import sys
from pathlib import Path

from tests.data.bad.bad_file import bad_files


def main(folder: Path) -> None:
    """Write each into a folder of its own, and list what Touchstone says of it."""
    for name, bad in bad_files().items():
        place = folder / name.replace(" ", "-").replace("/", "-")
        place.mkdir(parents=True)
        print(f"{bad.make(place)}\n    {bad.says}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
