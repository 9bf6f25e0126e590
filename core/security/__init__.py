"""Security primitives without I/O: secrets, their comparison, redaction."""
