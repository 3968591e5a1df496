"""The kinds of problem, one file each: loss, metrics, baselines."""
