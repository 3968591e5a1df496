"""A run's model in ONNX, for one input at a time."""

import copy
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch

from core.modules.area_means import without_adaptive_pooling
from core.serving.predictor import Predictor

OPSET = 17
DTYPES = {np.dtype(name): name for name in ("uint8", "int32", "int64", "float32")}


def onnx_model(predictor: Predictor, row: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> bytes:
    """Return the model as an ONNX file.

    Args:
        predictor: The model.
        row: (1, ...) a prepared example: its shape and type are those of the only input.
    """
    torch.backends.mha.set_fastpath_enabled(False)  # its operators have no ONNX form
    module = without_adaptive_pooling(copy.deepcopy(predictor.module)).eval()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # on traced shapes, which are fixed here
        file = Path(folder) / "model.onnx"
        torch.onnx.export(
            module, (torch.as_tensor(row),), file, dynamo=False, opset_version=OPSET,
            input_names=["input"], output_names=["output"],
        )  # fmt: skip
        return file.read_bytes()
