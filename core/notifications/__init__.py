"""Notifications of run ends: a webhook, once for each end, in a background process."""
