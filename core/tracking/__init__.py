"""Recording of points and progress, and detection of runs whose process is gone."""
