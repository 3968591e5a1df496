"""The drop zone, and how files are sent."""
