"""Hugging Face Hub datasets, downloaded once and cached, through `datasets` without remote code."""

from core.data.hub.ingest import cached_sets, preview_hub, read_hub

__all__ = ["cached_sets", "preview_hub", "read_hub"]
