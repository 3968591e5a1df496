"""The coach: advice on a run's curves and scores, with evidence and a remedy."""
