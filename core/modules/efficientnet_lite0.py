"""EfficientNet-Lite0: a small network for photographs, made for phones."""

from collections.abc import Mapping
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

# Repeats, kernel, stride, expansion, channels of each stage.
STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
          (1, 3, 1, 6, 320))  # fmt: skip
STEM, FEATURES = 32, 1_280
MIDDLE, SCALE = 127.0, 128.0  # pixels as it knows them: (x - 127) / 128
SIDE = 224  # pixels


class SamePad(nn.Conv2d):
    """A convolution padded as in TensorFlow, where its weights come from."""

    def forward(self, images: Tensor) -> Tensor:
        """Return the convolved images."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        pads = [max((-(-size // stride) - 1) * stride + kernel - size, 0) for size in images.shape[-2:]]
        if any(pads):
            down, along = pads
            images = F.pad(images, (along // 2, along - along // 2, down // 2, down - down // 2))
        return super().forward(images)


def _step(
    before: int, after: int, kernel: int = 1, stride: int = 1, groups: int = 1, *, bends: bool = True
) -> nn.Module:
    convolution = SamePad(before, after, kernel, stride, groups=groups, bias=False)
    layers: list[nn.Module] = [convolution, nn.BatchNorm2d(after, eps=1e-3, momentum=0.01)]
    return nn.Sequential(*layers, nn.ReLU6(inplace=True)) if bends else nn.Sequential(*layers)


class InvertedBlock(nn.Module):
    """Widen, look at neighbours channel by channel, narrow, and add what came in.

    Source:
        Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018. https://arxiv.org/abs/1801.04381
    """

    def __init__(self, before: int, after: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = before * expansion
        widen = [_step(before, wide)] if expansion > 1 else []
        self.steps = nn.Sequential(
            *widen, _step(wide, wide, kernel, stride, groups=wide), _step(wide, after, bends=False)
        )
        self.adds = stride == 1 and before == after

    def forward(self, images: Tensor) -> Tensor:
        """Return (N, after, H / stride, W / stride)."""
        seen: Tensor = self.steps(images)
        return images + seen if self.adds else seen


class EfficientNetLite0(nn.Module):
    """The network without its last layer: 1,280 features of an image.

    Shapes:
        (N, 3, H, W) uint8, or float from 0 to 255 -> (N, 1280)

    Source:
        Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019.
        https://arxiv.org/abs/1905.11946
    """

    def __init__(self, side: int = SIDE) -> None:
        super().__init__()
        self.side = side
        blocks, before = list[nn.Module](), STEM
        for repeats, kernel, stride, expansion, after in STAGES:
            for number in range(repeats):
                blocks.append(InvertedBlock(before, after, kernel, stride if number == 0 else 1, expansion))
                before = after
        self.stem, self.blocks = _step(3, STEM, 3, 2), nn.Sequential(*blocks)
        self.head = _step(before, FEATURES)

    def forward(self, images: Tensor) -> Tensor:
        """Return the features of images, resized and scaled as it knows them."""
        pixels = images.to(next(self.parameters()).dtype)
        if pixels.shape[1] == 1:
            pixels = pixels.expand(-1, 3, -1, -1)
        if pixels.shape[-2:] != (self.side, self.side):
            pixels = F.interpolate(pixels, (self.side, self.side), mode="bilinear", align_corners=False, antialias=True)
        pixels = ((pixels - MIDDLE) / SCALE).contiguous(memory_format=torch.channels_last)
        seen: Tensor = self.head(self.blocks(self.stem(pixels)))
        return seen.mean((2, 3))

    def folded(self) -> Self:
        """Fold each normalisation into the convolution before it, for good."""
        for step in list(self.eval().modules()):
            if not isinstance(step, nn.Sequential):
                continue
            match list(step):
                case [nn.Conv2d() as convolution, nn.BatchNorm2d() as normalisation, *_]:
                    step[0], step[1] = fuse_conv_bn_eval(convolution, normalisation), nn.Identity()
        return self


class FineTunedLite0(nn.Module):
    """The network with a new last layer; everything learns.

    Shapes:
        (N, C, H, W) uint8 -> (N, outputs)
    """

    def __init__(self, outputs: int, dropout: float) -> None:
        super().__init__()
        self.backbone, self.dropout = EfficientNetLite0(), nn.Dropout(dropout)
        self.linear = nn.Linear(FEATURES, outputs)

    def forward(self, images: Tensor) -> Tensor:
        """Return the scores of each class, (N, outputs)."""
        scores: Tensor = self.linear(self.dropout(self.backbone(images)))
        return scores


def weights_of(published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return published weights under the names here; the layers' order is the same."""
    own = EfficientNetLite0().state_dict()
    others = [weight for name, weight in published.items() if not name.startswith("_fc")]
    return dict(zip(own, others, strict=True))
