"""Evaluation of a finished run: scores, headline, confusion, thresholds, calibration, residuals."""
