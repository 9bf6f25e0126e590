"""Writing answers as files."""
