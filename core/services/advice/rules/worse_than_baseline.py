"""A simple method does better on the same test examples."""

from core.formatting import sentence_case
from core.services.advice.evidence import Advice, Evidence, Rule

CODE = "worse-than-baseline"


def check(evidence: Evidence) -> Advice | None:
    """Find that the whole interval of the difference speaks for the baseline."""
    difference = evidence.report.get("difference")
    if not difference or not float(difference["ci_high"]) < 0:  # nor where there is no interval: not a number
        return None
    title, worse = evidence.primary.in_a_sentence, -float(difference["value"])
    said = f"{100 * worse:.1f} points" if evidence.primary.unit == "percent" else f"{worse:.3g}"
    name, (action, changes, page) = str(difference["baseline"]), evidence.next_run()
    return Advice(
        CODE, "problem", f"{sentence_case(name)} does better, and is simpler.",
        f"On the same test examples its {title} is {said} better, and the 95 % interval leaves no doubt.",
        action, changes, page=page,
    )  # fmt: skip


RULE = Rule(CODE, check, order=5)
