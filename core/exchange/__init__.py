"""Runs from and for other trackers: one file a format, found by walking.

What comes in is a `ExternalRun` at a time, whatever wrote it; what goes out is a folder that the peer's own library
reads. Nothing of what a user brings is believed: sizes are bounded, links are not followed, nothing is unpickled, and a
run is seen only once it is whole.
"""
