"""Tables as files for other programs: written and read with DuckDB, knowing nothing of what is in them."""
