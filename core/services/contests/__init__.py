"""Contests: language models asked about a data set's rows, as resumable jobs."""
