"""Writing a dataset or an answer to a file."""
