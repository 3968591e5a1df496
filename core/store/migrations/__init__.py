"""Numbered changes of the schema; `tests/store/schemas` keeps one database of each released one."""
