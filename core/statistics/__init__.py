"""Statistics of scores: confidence intervals and tests, each with its source.

Plain numbers go in and out.
"""
