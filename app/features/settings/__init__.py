"""Settings: what they are, where each comes from, and changing them with effect at once."""
