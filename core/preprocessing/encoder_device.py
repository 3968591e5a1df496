"""Where the sentence encoder computes: on the device of the run, trial or predictor that this process works for."""

_chosen: list[str] = []


def compute_on(device: object) -> None:
    """Let the encoder compute there from now on in this process.

    Args:
        device: A `torch.device`, or its name.
    """
    _chosen[:] = [str(device)]


def place() -> str:
    """Return the device's name; where nobody has chosen one, as when data comes in, a GPU if there is one."""
    if _chosen:
        return _chosen[0]
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
