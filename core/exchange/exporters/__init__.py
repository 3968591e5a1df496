"""One file a format that runs can be handed on in, each with an `EXPORTER`."""
