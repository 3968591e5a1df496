"""The inference server: finished runs answer over HTTP."""
