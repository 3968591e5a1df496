"""`python -m core.serving.take_along ORDER`: makes one page to take along, and ends."""

import json
import sys
from pathlib import Path

from core.errors import TouchstoneError
from core.files import whole
from core.services.demos.take_along import Order
from core.serving.predictor import load_predictor
from core.serving.take_along.folder import take_along_zip
from core.serving.take_along.runtime import runtime_files
from core.specs.demo import DemoInput, DemoWords


def main(order: Path) -> int:
    """Make it; what a founder must know of a failure is left beside it."""
    wanted = Order(**json.loads(order.read_text(encoding="utf-8")))
    target = Path(wanted.target)
    try:
        runtime = runtime_files(Path(wanted.cache))
        predictor = load_predictor(Path(wanted.run_folder))
        words, asked = DemoWords.model_validate(wanted.words), DemoInput.model_validate(wanted.input)
        content = take_along_zip(predictor, words, asked, runtime, wanted.unsure_below)
    except TouchstoneError as error:
        Path(f"{target}.problem").write_text(str(error), encoding="utf-8")
        return 2
    with whole(target) as draft:
        draft.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
