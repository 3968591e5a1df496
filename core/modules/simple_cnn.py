"""Plain convolutions, each followed by pooling, for pictures of any size."""

from collections.abc import Sequence

from torch import Tensor, nn

SMALLEST_SIDE_TO_POOL = 4  # halving a side of 2 or 3 would throw away where things are
LARGEST_SUMMARY = 8  # places a side that are told apart in the end, so that photographs make no huge dense layer


class PooledConvolutions(nn.Module):
    """Convolutions of 3 x 3 with ReLU, each halving the image while large enough.

    Args:
        input_shape: (C, H, W) of the pictures.
        widths: Channels of each convolution.

    Shapes:
        (N, C, H, W) -> (N, features)

    Source:
        LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998.
        https://doi.org/10.1109/5.726791
    """

    def __init__(self, input_shape: tuple[int, ...], widths: Sequence[int]) -> None:
        super().__init__()
        channels, height, width = input_shape
        layers: list[nn.Module] = []
        for out_channels in widths:
            layers += [nn.Conv2d(channels, out_channels, kernel_size=3, padding=1), nn.ReLU(inplace=True)]
            channels = out_channels
            if min(height, width) >= SMALLEST_SIDE_TO_POOL:
                layers.append(nn.MaxPool2d(2))
                height, width = height // 2, width // 2
        if max(height, width) > LARGEST_SUMMARY:
            height, width = min(height, LARGEST_SUMMARY), min(width, LARGEST_SUMMARY)
            layers.append(nn.AdaptiveAvgPool2d((height, width)))
        self.layers = nn.Sequential(*layers, nn.Flatten())
        self.features = channels * height * width

    def forward(self, images: Tensor) -> Tensor:
        """Return what was found in each place of each picture."""
        found: Tensor = self.layers(images)
        return found
