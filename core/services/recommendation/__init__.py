"""Recommendation of a model: what of the data decides, the rules, and why, in a sentence."""

from core.services.recommendation.choose import recommended

__all__ = ["recommended"]
