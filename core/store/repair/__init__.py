"""Examination and repair of a database that is damaged, busy or missing."""
