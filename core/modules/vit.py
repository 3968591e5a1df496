"""A transformer that reads a picture as a set of patches."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PATCHES_A_SIDE = 8  # at most, where nobody chooses: 64 patches cost little and still show where things are


class VisionTransformer(nn.Module):
    """A vision transformer: patches attend to each other, and outputs are averaged.

    The average over all patches stands for the picture, as in Beyer et al., who found it to do as well as a class
    token and to train faster.

    Args:
        input_shape: (C, H, W) of the pictures. Sides that are no multiple of the patch are filled up with the mean.
        patch: Side of a patch in pixels.
        width: Embedding size (of a patch); a multiple of `heads`.
        depth: Blocks on top of each other.
        heads: Attention heads a block.
        dropout: Share silenced while training.

    Shapes:
        (N, C, H, W) standardised -> (N, width)

    Source:
        Dosovitskiy et al., An Image is Worth 16x16 Words, 2020. https://arxiv.org/abs/2010.11929
        Beyer, Zhai and Kolesnikov, Better Plain ViT Baselines for ImageNet-1k, 2022. https://arxiv.org/abs/2205.01580
    """

    def __init__(
        self, input_shape: tuple[int, ...], *, patch: int, width: int, depth: int, heads: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        channels, height, across = input_shape
        self.fill = (0, -across % patch, 0, -height % patch)  # right and below
        count = -(-height // patch) * -(-across // patch)
        self.patches = nn.Conv2d(channels, width, kernel_size=patch, stride=patch)
        self.places = nn.Parameter(torch.empty(1, count, width))
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, heads, 4 * width, dropout, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(depth)
        )
        self.norm = nn.LayerNorm(width)
        nn.init.normal_(self.places, std=0.02)

    def forward(self, images: Tensor) -> Tensor:
        """Return what was understood of each picture."""
        patches = self.patches(F.pad(images, self.fill)).flatten(2).transpose(1, 2)  # (N, T, width)
        x = self.dropout(patches + self.places)
        for block in self.blocks:
            x = block(x)
        understood: Tensor = self.norm(x).mean(1)
        return understood


def patch_for(input_shape: tuple[int, ...]) -> int:
    """Return the patch side in pixels for about eight patches a side.

    It is 2 for 8 pixels, 4 for 28 or 32.
    """
    return max(2, -(-max(input_shape[1:]) // PATCHES_A_SIDE))
