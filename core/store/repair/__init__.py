"""A database that is damaged, busy or gone: examined, and brought back as far as anything of it can still be read."""
