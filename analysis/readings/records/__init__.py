"""Readers of the formats that know what a record is: JSON, NDJSON, Parquet, spreadsheets."""
