"""Demo pages: one model for visitors, served by a process that knows nothing else."""
