"""The only SQLAlchemy: engine, tables, migrations, what a run is written to and read from."""
