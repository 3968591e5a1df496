"""What it takes to use a model, in numbers."""

from core.evaluation.run_result import Costs, Facts, Number
from core.formatting import sentence_case


def costs_in_numbers(costs: Costs | None) -> Facts | None:
    """Return speed and size; None where nothing was measured."""
    if costs is None:
        return None
    beside = f" and {_size(costs.encoder_bytes)} of the frozen encoder" if costs.encoder_bytes else ""
    sizes = (
        Number("Model size", f"{_size(costs.bytes)}{beside}", "The file with its weights, model.safetensors."),
        Number("Parameters", f"{costs.parameters:,}", "What training has found, and what it knew before."),
    )
    if costs.ms_alone is None or costs.ms_together is None:
        why = f"{sentence_case(costs.unmeasured)}."
        return Facts("costs", (Number("Time of one answer", "not known", why), *sizes))
    how = f"Median of repeated answers of the finished model, on {costs.device}."
    if costs.per == "example":
        how = f"Median of repeated answers of the finished model, from the raw example on, on {costs.device}."
    if costs.threads:
        how += f" Measured three times with {costs.threads} CPU threads, as it will answer."
    numbers = [Number(f"One {costs.per} alone", _ms(costs.ms_alone), how)]
    if costs.together > 1:
        numbers.append(Number(f"Each of {costs.together} at once", _ms(costs.ms_together), how))
    return Facts("costs", (*numbers, *sizes))


def _ms(value: float) -> str:
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.2g} ms"


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
