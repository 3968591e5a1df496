"""Data checks: one file each, with a CHECK.

Each check finds one problem and may have a fix for it.
"""
