"""The only SQLAlchemy code: engine, tables, migrations, and the stores of runs."""
