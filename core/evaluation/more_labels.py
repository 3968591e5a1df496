"""What twice the labels would bring, in words."""

from core.evaluation.amounts import amount
from core.specs import MetricSpec
from core.statistics.labels_curve import LabelsCurve


def more_labels(curve: LabelsCurve, metric: MetricSpec) -> str:
    """Return what twice the labels would likely add, or that it cannot be told.

    Args:
        curve: Of a method.
        metric: The one that it is of.
    """
    scale = 100 if metric.unit == "percent" else 1
    shown = [
        amount(scale * x, 2) if x >= 0 else f"-{amount(-scale * x, 2)}" for x in (curve.gain, curve.low, curve.high)
    ]
    unit = " points" if metric.unit == "percent" else ""
    what = f"of {metric.in_a_sentence}" if metric.direction == "max" else f"less {metric.in_a_sentence}"
    span = f"{shown[1]} to {shown[2]}".replace("-", "−")
    if curve.is_clear:
        return f"Twice the labels would likely add {shown[0]}{unit} {what} (95 % interval {span})."
    return f"Whether twice the labels would help cannot be told: {span}{unit} {what} (95 % interval)."
