"""Convolutions for small pictures, from 4 x 4 up."""

from collections.abc import Sequence

from torch import Tensor, nn

SMALLEST_SIDE_TO_POOL = 4  # halving a side of 2 or 3 would throw away where things are


class ConvBlock(nn.Sequential):
    """Convolution, batch normalisation, ReLU; the size of the picture stays, or is halved.

    The convolution has no bias because the normalisation behind it would subtract it again.

    Args:
        in_channels: Channels that come in.
        out_channels: Channels that go out: how many patterns the block looks for.
        kernel_size: Side of the window in pixels, odd.
        stride: 2 halves the picture; an odd side is rounded up.

    Shapes:
        (N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride)

    Source:
        Ioffe and Szegedy, Batch Normalization, 2015. https://arxiv.org/abs/1502.03167
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding=kernel_size // 2, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


class ConvStages(nn.Module):
    """Convolution stages of two blocks each, halving the image between stages while large enough.

    Args:
        input_shape: (C, H, W) of the pictures, each side at least 4 pixels.
        widths: Channels of each stage.
        dropout: Share of whole channels that is silenced after each stage while training.

    Shapes:
        (N, C, H, W) -> (N, features), where `features` is widths[-1] * 4: what was found in each quarter
    """

    def __init__(self, input_shape: tuple[int, ...], widths: Sequence[int], dropout: float = 0.0) -> None:
        super().__init__()
        channels, height, width = input_shape
        side = min(height, width)
        layers: list[nn.Module] = []
        for index, stage_width in enumerate(widths):
            layers += [ConvBlock(channels, stage_width), ConvBlock(stage_width, stage_width)]
            if index < len(widths) - 1 and side >= SMALLEST_SIDE_TO_POOL:
                layers.append(nn.MaxPool2d(2))
                side //= 2
            if dropout:
                layers.append(nn.Dropout2d(dropout))
            channels = stage_width
        self.stages = nn.Sequential(*layers)
        self.summary = nn.AdaptiveAvgPool2d(2)
        self.features = channels * 4

    def forward(self, images: Tensor) -> Tensor:
        """Return what was found in each quarter of each picture."""
        found: Tensor = self.summary(self.stages(images))  # (N, C, 2, 2)
        return found.flatten(1)
