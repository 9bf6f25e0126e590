"""The migration scripts; only `storage.database.migrate` runs them."""
