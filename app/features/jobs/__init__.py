"""Background work: state, progress, cancel, retry."""
