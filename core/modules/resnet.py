"""Residual networks for small images: blocks that add to their input."""

from torch import Tensor, nn
from torch.nn import functional as F

from core.modules.convolution import SMALLEST_SIDE_TO_POOL, ConvBlock

LARGEST_SMALL_SIDE = 48  # pixels; larger pictures are halved before anything else


class ResidualBlock(nn.Module):
    """Two convolutions with a residual connection; the first may halve the image.

    Args:
        in_channels: Channels that come in.
        out_channels: Channels that go out. Where they differ, or the picture is halved, what came in is brought to
            the same size by a convolution of 1 x 1.
        stride: 2 halves the picture.

    Shapes:
        (N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride)

    Source:
        He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015.
        https://arxiv.org/abs/1512.03385
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.first = ConvBlock(in_channels, out_channels, stride=stride)
        self.second = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, images: Tensor) -> Tensor:
        """Return the pictures with what was found added."""
        return F.relu(self.shortcut(images) + self.norm(self.second(self.first(images))))


class ResNet9(nn.Module):
    """Eight convolutions, four of them in two residual blocks: small, and quick to train.

    Args:
        input_shape: (C, H, W) of the pictures.
        width: Channels of the first convolution; the last ones have eight times as many.

    Shapes:
        (N, C, H, W) -> (N, features), where `features` is 8 * width

    Source:
        D. Page, How to Train Your ResNet, 2018. https://myrtle.ai/learn/how-to-train-your-resnet/
    """

    def __init__(self, input_shape: tuple[int, ...], width: int) -> None:
        super().__init__()
        layers, side = _entry(input_shape, width)
        for factor, has_residual in ((2, True), (4, False), (8, True)):
            channels = width * factor
            layers.append(ConvBlock(channels // 2, channels))
            if side >= SMALLEST_SIDE_TO_POOL:
                layers.append(nn.MaxPool2d(2))
                side //= 2
            if has_residual:
                layers.append(ResidualBlock(channels, channels))
        self.layers = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten())
        self.features = 8 * width

    def forward(self, images: Tensor) -> Tensor:
        """Return what was found anywhere in each picture."""
        found: Tensor = self.layers(images)
        return found


class ResNet18(nn.Module):
    """Seventeen convolutions, sixteen in eight residual blocks: slower, better with many images.

    Args:
        input_shape: (C, H, W) of the pictures.
        width: Channels of the first stage; the last one has eight times as many.

    Shapes:
        (N, C, H, W) -> (N, features), where `features` is 8 * width

    Source:
        He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015, with the entry that is usual for
        small pictures. https://arxiv.org/abs/1512.03385
    """

    def __init__(self, input_shape: tuple[int, ...], width: int) -> None:
        super().__init__()
        layers, side = _entry(input_shape, width)
        channels = width
        for stage in range(4):
            stride = 2 if stage and side >= SMALLEST_SIDE_TO_POOL else 1
            side //= stride
            out_channels = width * 2**stage
            layers += [ResidualBlock(channels, out_channels, stride), ResidualBlock(out_channels, out_channels)]
            channels = out_channels
        self.layers = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.features = 8 * width

    def forward(self, images: Tensor) -> Tensor:
        """Return what was found on average in each picture."""
        found: Tensor = self.layers(images)
        return found


def _entry(input_shape: tuple[int, ...], width: int) -> tuple[list[nn.Module], int]:
    """Return the first layers, which shrink large images, and the shorter side left."""
    channels, side = input_shape[0], min(input_shape[1:])
    layers: list[nn.Module] = []
    while side > LARGEST_SMALL_SIDE:
        layers.append(ConvBlock(channels, width, stride=2))
        channels, side = width, -(-side // 2)
    return [*layers, ConvBlock(channels, width)], side
