"""Files inside files: compressed ones, and archives with several members."""
