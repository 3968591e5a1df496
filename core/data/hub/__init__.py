"""Data sets of the Hugging Face hub, fetched once and kept, through `datasets` and without running anyone's code."""

from core.data.hub.ingest import cached_sets, preview_hub, read_hub

__all__ = ["cached_sets", "preview_hub", "read_hub"]
