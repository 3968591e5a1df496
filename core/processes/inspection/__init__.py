"""Processes of their own for whatever reads bytes that somebody brought: warm, limited, and gone after one answer.

The dashboard asks (`client.py`); a fork server (`server.py`, one a dashboard) has the readers' code loaded and forks an
inspector for each question (`inspector.py`). What crosses the border is JSON and plain bytes, never a pickle.
"""
