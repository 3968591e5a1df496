"""The sentence encoder's device: that of this process's run, trial or predictor."""

_chosen: list[str] = []


def compute_on(device: object) -> None:
    """Let the encoder compute there from now on in this process."""
    _chosen[:] = [str(device)]


def place() -> str:
    """Return the device name; a GPU if available where none was chosen."""
    if _chosen:
        return _chosen[0]
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
