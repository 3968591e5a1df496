"""Reading a picture row by row."""

from torch import Tensor, nn


class RowReader(nn.Module):
    """LSTM layers that read an image from top to bottom, a pixel row each.

    Args:
        input_shape: (C, H, W) of the pictures.
        width: Numbers in the memory of each layer.
        depth: LSTM layers on top of each other.
        dropout: Share silenced between layers, and at the end, while training.

    Shapes:
        (N, C, H, W) -> (N, width): what is remembered after the last row

    Source:
        Hochreiter and Schmidhuber, Long Short-Term Memory, 1997. https://doi.org/10.1162/neco.1997.9.8.1735
    """

    def __init__(self, input_shape: tuple[int, ...], width: int, depth: int, dropout: float = 0.0) -> None:
        super().__init__()
        channels, _, columns = input_shape
        self.memory = nn.LSTM(channels * columns, width, num_layers=depth, dropout=dropout if depth > 1 else 0.0)
        self.dropout = nn.Dropout(dropout)
        for name, parameter in self.memory.named_parameters():
            if name.startswith("bias_ih"):
                nn.init.constant_(parameter[width : 2 * width], 1.0)  # forget gates open: a fresh network remembers

    def forward(self, images: Tensor) -> Tensor:
        """Return what is remembered after the last row."""
        rows = images.permute(2, 0, 1, 3).flatten(2)  # (H, N, C * W): time first, as the LSTM computes
        seen, _ = self.memory(rows)
        remembered: Tensor = self.dropout(seen[-1])
        return remembered
