"""A model that cannot read the data well, whatever its settings."""

from core.services.advice.evidence import Advice, Evidence, Rule

CODE = "unsuited-model"


def check(evidence: Evidence) -> Advice | None:
    """Find a model that the data speaks against, where another one is recommended."""
    name, title = evidence.other_model
    if not evidence.unsuited or not name or not evidence.is_not_recommended:
        return None
    return Advice(
        CODE, "problem", "Another model suits this data better than any setting of this one.", evidence.unsuited,
        f"Train another model: {title}", {"model": name},
    )  # fmt: skip


RULE = Rule(CODE, check, order=3, silences=("plateau", "worse-than-baseline", "still-falling"))
