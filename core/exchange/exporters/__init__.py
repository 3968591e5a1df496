"""Export formats for runs, one file each with an `EXPORTER`."""
