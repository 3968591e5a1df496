"""What the outcomes of a finished run say: plain numbers from arrays, for pages and for the end of a run."""
