"""Recommendation of a model for a data set, with reason and runner-up."""

from core.services.recommendation.choose import recommended

__all__ = ["recommended"]
