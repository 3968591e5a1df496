"""Evaluation of a finished run: scores, verdict, confusion, thresholds, calibration, residuals."""
