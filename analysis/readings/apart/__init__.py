"""The process that reads files for another one, and the reading of text, JSON and spreadsheets in it."""
