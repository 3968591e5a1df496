"""Exploding gradients: single steps with a gradient many times the usual length.

Each of them can undo what many others have learnt.
"""

import numpy as np

from core.services.advice.evidence import Advice, Evidence, Line, Rule

CODE = "exploding-gradients"
FEWEST = 12  # points of the curve
BEFORE = 8  # points that say what is usual
TIMES = 20.0  # the usual length
HARM = 1.5  # times the usual loss, at or after the step: what nobody feels is no explosion
OF_THE_FIRST = 0.1  # of the first loss: below it all that could be learnt is known


def check(evidence: Evidence) -> Advice | None:
    """Find a gradient far above earlier ones, followed by a higher loss."""
    norms, losses = evidence.line("train/gradient_norm"), evidence.line("train/loss")
    if len(norms) < FEWEST or len(losses) < FEWEST:
        return None
    worst, usual = 0, 0.0
    for number in range(BEFORE, len(norms)):
        before = float(np.median(norms.values[number - BEFORE : number]))
        if norms.values[number] > TIMES * before and _harms(losses, int(norms.steps[number])):
            worst, usual = number, before
            break
    clip = float(evidence.settings.get("gradient_clip", 0.0) or 0.0)
    if not worst or 0 < clip <= 2 * usual:
        return None
    limit = float(f"{max(usual, 1e-3):.1g}")
    return Advice(
        CODE, "problem", "Gradients explode: a single step is far larger than the others.",
        f"At step {int(norms.steps[worst]):,} the gradient was {norms.values[worst]:.3g} long, "
        f"{norms.values[worst] / max(usual, 1e-12):,.0f} times the usual {usual:.3g}, and the loss rose.",
        f"Run again with gradients cut at {limit:g}", {"gradient_clip": limit},
    )  # fmt: skip


def _harms(losses: Line, step: int) -> bool:
    """Return whether the loss rises at a step or right after it."""
    at = int(np.searchsorted(losses.steps, step))
    usual = float(np.median(losses.values[max(at - BEFORE, 0) : max(at, 1)]))
    then = float(losses.values[at : at + 3].max()) if at < len(losses) else 0.0
    return then > HARM * usual and then > OF_THE_FIRST * float(losses.values[0])


RULE = Rule(CODE, check, order=15, of_descent=True)
