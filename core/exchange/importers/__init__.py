"""One file a format that runs can come from, each with an `IMPORTER`."""
