"""Inspector processes for untrusted bytes: preloaded, limited, one answer each.

The dashboard asks (`client.py`); a fork server (`server.py`, one a dashboard) has the readers' code loaded and forks an
inspector for each question (`inspector.py`). What crosses the border is JSON and plain bytes, never a pickle.
"""
