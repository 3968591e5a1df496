"""Who is told that a run has ended: a webhook, once for each end, by a small process that nobody waits for."""
