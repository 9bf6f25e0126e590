"""Questions in SQL and their history."""
